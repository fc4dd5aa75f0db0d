import Foundation
import NIOCore
import NIOPosix

/// What an axis has at hand: a profile, variants, servers of its own, and someone to tell how far it is.
struct Bench: Sendable {
    let profile: Profile
    let variants: [StreamTransport]
    let group: MultiThreadedEventLoopGroup
    /// The server's processor; nil where there is only one.
    let serverCpu: Int?
    /// Called with the part that is done, from 0 to 1.
    let progress: @Sendable (Double) -> Void

    var eventLoop: any EventLoop { group.next() }

    /// Runs `body` with a server that is stopped afterwards.
    /// - Parameter options: of `compare server-process`.
    func withServer<Value>(_ options: [String] = [], _ body: (BenchServer) async throws -> Value) async throws -> Value
    {
        let pinning = serverCpu.map { ["--cpu", "\($0)"] } ?? []
        let server = BenchServer(
            child: try ServerChild("server-process", options + pinning),
            eventLoop: eventLoop
        )
        defer { server.child.stop() }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(server))
        } catch {
            result = .failure(error)
        }
        try await server.control.shutdown()
        return try result.get()
    }

    /// Calls `body` for each variant of each round in alternating order.
    func alternate<Variant>(
        _ variants: [Variant],
        rounds: Int? = nil,
        _ body: (Variant) async throws -> Void
    ) async throws {
        let all = Alternation.rounds(variants, rounds ?? profile.rounds)
        let total = Double(all.count * max(1, variants.count))
        var done = 0.0
        for variant in all.joined() {
            try Task.checkCancellation()
            try await body(variant)
            done += 1
            progress(done / total)
        }
    }
}

/// A server under measurement and the means to talk to it.
struct BenchServer {
    let child: ServerChild
    let control: ControlClient
    let eventLoop: any EventLoop

    init(child: ServerChild, eventLoop: any EventLoop) {
        self.child = child
        self.eventLoop = eventLoop
        control = ControlClient(eventLoop, url: "http://127.0.0.1:\(child.port)")
    }

    var port: Int { child.port }
    var probe: ProcessProbe { child.probe }

    func streams(_ codes: [String], tickInterval: Int64 = 1000) async throws -> StreamSet {
        try await StreamSet(eventLoop: eventLoop, codes: codes, port: port, tickInterval: tickInterval * 1_000_000)
    }

    func endpoint(_ code: String, _ transport: StreamTransport) throws -> StreamEndpoint {
        guard let url = URL(string: "http://127.0.0.1:\(port)/api/\(code)/connect") else {
            throw BenchError("no URL can be made of the code '\(code)'")
        }
        return try StreamEndpoint(url, transport)
    }
}
