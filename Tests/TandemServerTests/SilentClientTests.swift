import TandemEngine
import TandemServer
import TandemTesting
import TandemWebSocket
import Testing

@Suite("A client that never reads", .timeLimit(.minutes(5)))
struct SilentClientTests {
    @Test("is closed, on every transport, and the others miss no tick", arguments: ["sse", "websocket"])
    func closed(transport: String) async throws {
        try await TestServer.runWithBystanders({
            $0.unsentBytes = 2048
            // Nor does it answer pings, but that is another promise.
            $0.engine.unansweredHeartbeats = .max
        }) { server, bystanders in
            let path = "/api/\(bystanders.code)/connect"
            let request =
                transport == "sse"
                ? "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" : WebSocketClient.handshake(path, fields: ["Host: a"])
            let client = try await server.connect(receiveBuffer: 2048)
            try await client.send(request)
            _ = try await client.read(until: "\r\n\r\n")
            try await client.stopReading()
            try await server.untilStreamCount(is: bystanders.count + 1)

            for _ in 0..<150 { try await bystanders.expectTick() }

            try await server.untilStreamCount(is: bystanders.count)
            #expect(server.logMessages.contains("closing a subscriber that does not read"))
        }
    }

    @Test("but sends pings is not read from any more, and closed")
    func pings() async throws {
        try await TestServer.runWithBystanders({
            $0.unsentBytes = 2048
            $0.engine.unansweredHeartbeats = .max
            $0.webSocket.frames = .init(perSecond: 1_000_000, burst: 1_000_000)
        }) { server, bystanders in
            let client = try await WebSocketClient(server, bystanders.code)
            let connection = client.connection
            try await connection.stopReading()
            let pings = Array(repeatElement(WebSocketClient.frame(9, Array(repeating: 1, count: 125)), count: 50_000))

            async let sent: Void = connection.send(Array(pings.joined()))

            // As long as it takes to fill what the system holds, and then the time after which a peer is closed.
            while server.engine.streamCount > bystanders.count { try await bystanders.expectTick() }
            #expect(server.logMessages.contains("closing a subscriber that does not read"))
            let isSent = (try? await sent) != nil
            #expect(!isSent, "more than the system holds for a peer that is not read from")
        }
    }

    @Test("for a while gets every answer once it does")
    func late() async throws {
        try await TestServer.runWithBystanders({ $0.unsentBytes = 2048 }) { server, _ in
            let client = try await WebSocketClient(server, try await server.createRoom())
            let connection = client.connection
            try await connection.stopReading()
            let pings = Array(repeatElement(WebSocketClient.frame(9, Array(repeating: 1, count: 125)), count: 1_900))
            let command = WebSocketClient.frame(1, Array(#"{"command":"ping"}"#.utf8))

            async let sent: Void = connection.send(Array(pings.joined()) + command)
            for _ in 0..<200 { try await server.clock.settle() }
            try await connection.resumeReading()

            for _ in pings { #expect(try await client.nextReply().opcode == 10) }
            #expect(try await client.nextReply().text.contains("ack"))
            try await sent
            await client.disconnect()
        }
    }
}
