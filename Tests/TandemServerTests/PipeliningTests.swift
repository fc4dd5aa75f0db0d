import TandemCore
import TandemServer
import TandemTesting
import Testing

@Suite("Requests sent ahead", .timeLimit(.minutes(5)))
struct PipeliningTests {
    private static let request = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("are answered in order, also those behind which the client closed its half")
    func order() async throws {
        try await TestServer.runWithBystanders { server, _ in
            let client = try await server.connect()

            try await client.send(
                (0..<500).map { "GET /health/live HTTP/1.1\r\nHost: a\r\nX-Request-Id: \($0)\r\n\r\n" }.joined()
            )
            try await client.closeOutput()

            let text = String(decoding: try await client.readToEnd(), as: UTF8.self)
            let ids = text.matches(of: /X-Request-Id: (\d+)\r\n/.ignoresCase()).compactMap { Int($0.1) }
            #expect(ids == Array(0..<500))
        }
    }

    @Test("end with a stream that is over at once where the client closed its half behind it")
    func streamAtTheEnd() async throws {
        try await TestServer.runWithBystanders { server, bystanders in
            let client = try await server.connect()
            let stream = "GET /api/\(bystanders.code)/connect HTTP/1.1\r\nHost: a\r\n\r\n"
            // More than goes on at once.
            let rest = "GET / HTTP/1.1\r\nA: \(String(repeating: "a", count: 3 * 1024))"

            // The end has come long before the first of them are answered.
            try await client.send(String(repeating: Self.request, count: 500) + stream + rest)
            try await client.closeOutput()

            _ = try await client.readToEnd()
            try await server.untilStreamCount(is: bystanders.count)
        }
    }

    @Test("wait for a client that does not read, which is closed after the stall time")
    func unread() async throws {
        try await TestServer.runWithBystanders({ $0.unsentBytes = 2048 }) { server, bystanders in
            let client = try await server.connect(receiveBuffer: 2048)
            try await client.stopReading()
            let flood = String(repeating: "GET /pages/room.js HTTP/1.1\r\nHost: a\r\n\r\n", count: 200_000)
            let requests = server.logMessages.count

            async let sent: Void = client.send(flood)
            for _ in 0..<200 { try await server.clock.settle() }
            let answered = server.logMessages.count - requests
            for _ in 0..<31 { try await bystanders.expectTick() }

            let isSent = (try? await sent) != nil
            #expect(!isSent, "more than the system holds for a server that does not read")
            #expect(answered < 1_000)
        }
    }

    @Test("behind a method that stops the parser are dropped", arguments: ["CONNECT a:1", "GET /", "POST /api/rooms"])
    func behindTheLast(line: String) async throws {
        try await TestServer.runWithBystanders { server, _ in
            let client = try await server.connect()
            let upgrade = line.hasPrefix("CONNECT") ? "" : "Upgrade: h2c\r\nConnection: Upgrade\r\n"

            try await client.send("\(line) HTTP/1.1\r\nHost: a\r\n\(upgrade)\r\n")
            // The server may have closed by then.
            try? await client.send([UInt8](repeating: 0x61, count: 1_000_000))

            let answer = String(decoding: try await client.readToEnd(), as: UTF8.self)
            #expect(answer.ranges(of: "HTTP/1.1 ").count == 1)
            #expect(answer.lowercased().contains("connection: close"))
        }
    }
}
