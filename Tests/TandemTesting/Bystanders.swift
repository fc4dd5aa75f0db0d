import TandemCore
public import TandemServer

/// Clients of every transport in a room whose timer runs: whatever is done to the server meanwhile, they miss no tick.
public final class Bystanders {
    private let server: TestServer
    /// The room's access code.
    public let code: String
    private var clients: [any EventClient] = []
    private var tick = 0

    /// Two of each transport, so that every event loop of a small machine is likely to have one.
    public init(_ server: TestServer) async throws {
        self.server = server
        code = try await server.createRoom(duration: .hours(1))
        try await server.patch(code, "start")
        for _ in 0..<2 {
            clients.append(try await SSEClient(server, code))
            clients.append(try await WebSocketClient(server, code))
        }
        // connect, remaining-time and timer are the snapshot.
        for client in clients { _ = try await client.next(3) }
        try await server.untilStreamCount(is: clients.count)
    }

    /// How many streams they hold.
    public var count: Int { clients.count }

    /// Moves the clock on by a second and reads the one tick that is due from each.
    public func expectTick() async throws {
        tick += 1
        try await server.clock.advance(by: .seconds(1))
        for client in clients {
            let event = try await client.next()
            guard event.name == "remaining-time", event.id == "1-\(tick)" else {
                throw RawClient.Failure(description: "tick \(tick) was expected, but there came \(event)")
            }
        }
    }
}

extension TestServer {
    /// Runs `body` with a server that has ``Bystanders``, who get a tick before and after it.
    public static func runWithBystanders(
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        body: (TestServer, Bystanders) async throws -> Void
    ) async throws {
        try await run(configure) { server in
            let bystanders = try await Bystanders(server)
            try await bystanders.expectTick()
            try await body(server, bystanders)
            try await bystanders.expectTick()
            try await server.untilStreamCount(is: bystanders.count)
        }
    }
}
