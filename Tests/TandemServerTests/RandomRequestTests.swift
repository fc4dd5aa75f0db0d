import TandemTesting
import Testing

@Suite("Random requests", .timeLimit(.minutes(5)))
struct RandomRequestTests {
    private static let statuses: Set<Int> = [
        100, 101, 200, 201, 204, 400, 403, 404, 405, 409, 413, 415, 421, 422, 426, 429, 431, 501,
    ]

    private static func samples(_ code: String) -> [String] {
        [
            "GET /api/\(code)/connect HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nLast-Event-ID: 1-4\r\n\r\n",
            WebSocketClient.handshake(
                "/api/\(code)/connect?lastEventId=1-2",
                fields: [
                    "Host: a", "Connection: keep-alive,\tUpgrade",
                    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=12",
                ]
            ),
            "POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: 41\r\n\r\n{\"duration\":600000,\"names\":[\"a\",\"\u{C0AC}\"]}",
            "POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\na;x=y\r\n{\"duration\r\n6\r\n\":9e5}\r\n0\r\nA: b\r\n\r\n",
            "PUT /api/\(code)/timer HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: application/json\r\n"
                + "Content-Length: 19\r\n\r\n{\"duration\":300000}",
            "PATCH /api/\(code)/timer/reset HTTP/1.1\r\nHost: a\r\nIf-Match: \"1\"\r\nOrigin: http://a\r\n\r\n",
            "GET /rooms/\(code) HTTP/1.0\r\nAccept-Encoding: gzip;q=0.5\r\nIf-None-Match: \"x\", W/\"y\"\r\n\r\n",
        ]
    }

    @Test("are answered from the contract, or are streams; nothing fails inside, and nobody notices", arguments: 1...40)
    func requests(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        try await TestServer.runWithBystanders { server, bystanders in
            let other = try await server.createRoom()
            for _ in 0..<60 {
                let sample = Self.samples(other).randomElement(using: &generator) ?? ""
                var bytes = generator.mutate(Array(sample.utf8))
                if Bool.random(using: &generator) { bytes += generator.mutate(Array(sample.utf8)) }
                let client = try await server.connect()

                try await client.send(bytes)
                try await client.closeOutput()

                let answer = try await client.readToEnd()
                let line = String(decoding: answer.prefix(13), as: UTF8.self)
                let request = String(decoding: bytes, as: UTF8.self)
                // A stream for a client that has left meanwhile, as half-closing means, is not begun.
                if line.isEmpty, request.contains("/connect") { continue }
                #expect(line.hasPrefix("HTTP/1.1 "), "\(request)")
                #expect(Self.statuses.contains(Int(line.dropFirst(9).prefix(3)) ?? 0), "\(line) to \(request)")
            }
            try await bystanders.expectTick()
        }
    }
}
