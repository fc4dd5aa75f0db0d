import TandemTesting
import Testing

/// A request, what it is answered, and a word of the reason.
struct HostileRequest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: String
    let status: Int
    let reason: String

    init(_ description: String, _ bytes: String, _ status: Int, _ reason: String) {
        testDescription = description
        self.bytes = bytes
        self.status = status
        self.reason = reason
    }
}

@Suite("Hostile HTTP", .timeLimit(.minutes(5)))
struct HostileHTTPTests {
    private static let get = "GET /health/live HTTP/1.1\r\nHost: a\r\n"
    private static let post = "POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"

    static let smuggling: [HostileRequest] = [
        .init(
            "length and coding",
            post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "Content-Length"
        ),
        .init(
            "coding and length",
            post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            400,
            "Content-Length"
        ),
        .init("two lengths", post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400, "Content-Length"),
        .init(
            "the same length twice",
            post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
            400,
            "Content-Length"
        ),
        .init("a list of lengths", post + "Content-Length: 2, 2\r\n\r\n{}", 400, "Content-Length"),
        .init("a signed length", post + "Content-Length: +2\r\n\r\n{}", 400, "Content-Length"),
        .init("a negative length", post + "Content-Length: -2\r\n\r\n{}", 400, "Content-Length"),
        .init("a hexadecimal length", post + "Content-Length: 0x2\r\n\r\n{}", 400, "Content-Length"),
        .init(
            "a length beyond 64 bits",
            post + "Content-Length: 18446744073709551617\r\n\r\n{}",
            400,
            "Content-Length"
        ),
        .init("an unknown coding", post + "Transfer-Encoding: gzip\r\n\r\n", 400, "Transfer-Encoding"),
        .init("chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"),
        .init("chunked and then another", post + "Transfer-Encoding: chunked, gzip\r\n\r\n", 400, "Transfer-Encoding"),
        .init(
            "two codings",
            post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "Transfer-Encoding"
        ),
        .init("almost chunked", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"),
        .init(
            "a coding in HTTP/1.0",
            "POST /api/rooms HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "Transfer-Encoding"
        ),
        .init("a chunk's size that is none", post + "Transfer-Encoding: chunked\r\n\r\nx\r\n", 400, "chunk"),
        .init("a signed chunk", post + "Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n", 400, "chunk"),
        .init("a bare LF", "GET /health/live HTTP/1.1\nHost: a\n\n", 400, ""),
        .init("a bare LF after a field", get + "A: b\nC: d\r\n\r\n", 400, ""),
        .init("a folded line", get + "A: b\r\n c\r\n\r\n", 400, ""),
        .init("a space before the colon", get + "Content-Length : 2\r\n\r\n", 400, "field"),
        .init("a space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, ""),
        .init("a field without a name", get + ": b\r\n\r\n", 400, "field"),
        .init("a NUL in a field", get + "A: b\0c\r\n\r\n", 400, "field"),
        .init("a NUL in a name", get + "A\0: b\r\n\r\n", 400, "field"),
        .init("no host", "GET /health/live HTTP/1.1\r\n\r\n", 400, "Host"),
        .init("a user in the host", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, "Host"),
        .init("a list of hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, "Host"),
        .init("a list without a space", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400, "Host"),
        .init("letters as a port", "GET / HTTP/1.1\r\nHost: a:http\r\n\r\n", 400, "Host"),
        .init("a port too large", "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", 400, "Host"),
        .init("two ports", "GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n", 400, "Host"),
        .init("a space in the host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "Host"),
        .init("a path in the host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "Host"),
        .init("a host that is none, in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a/b\r\n\r\n", 400, "Host"),
        .init("an address that is none", "GET / HTTP/1.1\r\nHost: [::x]\r\n\r\n", 400, "Host"),
        .init("an address without an end", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, "Host"),
        .init("no host beside a whole URI", "GET http://a/ HTTP/1.1\r\nHost:\r\n\r\n", 400, "Host"),
        .init("a user in the target", "GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n", 400, "target"),
        .init("a target without a host", "GET http:///x HTTP/1.1\r\nHost: b\r\n\r\n", 400, "target"),
        .init("two hosts", get + "Host: b\r\n\r\n", 400, "Host"),
    ]

    static let lines: [HostileRequest] = [
        .init("HTTP/0.9", "GET /health/live\r\n\r\n", 400, ""),
        .init("HTTP/0.9 by name", "GET /health/live HTTP/0.9\r\nHost: a\r\n\r\n", 400, "HTTP/1.1"),
        .init("HTTP/2.0", "GET /health/live HTTP/2.0\r\nHost: a\r\n\r\n", 400, "HTTP/1.1"),
        .init("HTTP/1.2", "GET /health/live HTTP/1.2\r\nHost: a\r\n\r\n", 400, ""),
        .init("no version", "GET /health/live HTTP/\r\nHost: a\r\n\r\n", 400, ""),
        .init("another protocol", "GET /health/live SIP/1.1\r\nHost: a\r\n\r\n", 400, ""),
        .init("the beginning of TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n", 400, ""),
        .init("a method that is none", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""),
        .init("half an escape", "GET /api/%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"),
        .init("an escape that is none", "GET /api/%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"),
        .init("an escaped NUL", "GET /api/%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"),
        .init("a NUL in the target", "GET /api/\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"),
        .init("a space in the target", "GET /api/a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""),
        .init("no target", "GET  HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""),
        .init(
            "a long target",
            "GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: a\r\n\r\n",
            414,
            "8192"
        ),
        .init(
            "a target over its limit",
            "GET /\(String(repeating: "a", count: 8_192)) HTTP/1.1\r\nHost: a\r\n\r\n",
            414,
            "8192"
        ),
        .init("a long field", get + "A: \(String(repeating: "a", count: 20_000))\r\n\r\n", 431, "16384"),
        .init("many fields", get + String(repeating: "A: b\r\n", count: 5_000) + "\r\n", 431, "16384"),
    ]

    @Test("is refused before any of it is carried out, with the reason, and closed", arguments: smuggling + lines)
    func refusal(_ request: HostileRequest) async throws {
        try await TestServer.runWithBystanders { server, _ in
            let client = try await server.connect()
            let before = server.logMessages.count

            // What hides behind it must not be answered.
            try await client.send(request.bytes + "GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n")

            let bytes = try await client.readToEnd()
            let answer = try RawResponse(bytes)
            #expect(answer.status == request.status)
            #expect(answer.field("Content-Type") == "application/problem+json")
            #expect(answer.field("Connection") == "close")
            #expect(try answer.member("detail").contains(request.reason))
            #expect(String(decoding: bytes, as: UTF8.self).ranges(of: "HTTP/1.1 200 ").isEmpty)
            #expect(server.logMessages.dropFirst(before).count == 1)
        }
    }

    @Test(
        "of an absurd or unknown code is answered with 404",
        arguments: [
            "%F0%9F%8D%8E", "..%2f..%2fetc", "AAAAAAAAA", String(repeating: "A", count: 4_000), "2222222222", "%20",
            // The longest target that there may be.
            String(repeating: "A", count: 8_192 - "/api//connect".utf8.count),
        ]
    )
    func codes(code: String) async throws {
        try await TestServer.runWithBystanders { server, _ in
            for suffix in ["", "/timer", "/connect"] {
                let answer = try await server.request("GET", "/api/\(code)\(suffix)")
                #expect(answer.status == 404)
            }
        }
    }

    @Test("with a long target is told so also behind another request, and with long fields it is told that")
    func longBehindAnother() async throws {
        try await TestServer.run { server in
            for (rest, status) in [
                ("GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
                ("GET /\(String(repeating: "a", count: 16_400)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
                ("\r\nGET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
                (Self.get + "A: \(String(repeating: "a", count: 20_000))\r\n\r\n", 431),
            ] {
                let client = try await server.connect()
                try await client.send(Self.get + "\r\n" + rest)

                _ = try await client.read(until: #"{"status":"live"}"#)
                #expect(try RawResponse(try await client.readToEnd()).status == status)
            }
        }
    }

    @Test("with a long target is told so also on a connection that was kept after a body of several lines")
    func longOnKept() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let body = "{\n\"duration\": 1000\n}"
            let post = "POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            try await client.send(post + "Content-Length: \(body.utf8.count)\r\n\r\n")
            try await client.send(body)
            _ = try await client.read(until: "\"duration\":1000")

            try await client.send("GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: a\r\n\r\n")

            #expect(try await client.read(until: "\"code\":\"uri-too-long\"").contains("HTTP/1.1 414 "))
        }
    }

    @Test(
        "in its usual forms names its host",
        arguments: [
            "", "a", "a ", "a \t", "A.example.:8080", "a_b-c", "127.0.0.1:80", "[::1]", "[::ffff:10.0.0.1]:8080", "a:",
        ]
    )
    func usualHost(host: String) async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send("GET /health/live HTTP/1.1\r\nHost: \(host)\r\n\r\n")

            #expect(try await client.read(until: "\r\n").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("body after body on a stream is nobody's request")
    func pipelinedGarbage() async throws {
        try await TestServer.runWithBystanders { server, bystanders in
            for garbage in [
                "\0\u{1}garbage", "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nContent-",
            ] {
                let client = try await server.connect()
                try await client.send("GET /api/\(bystanders.code)/connect HTTP/1.1\r\nHost: a\r\n\r\n" + garbage)
                let received = try await client.read(until: "event: timer\ndata: running\n\n")
                #expect(received.hasPrefix("HTTP/1.1 200 OK\r\n"))
                try await client.send(garbage)
                await client.close()
            }
        }
    }

    @Test("that is reset before its stream has begun leaves nothing behind, and takes no one else's place")
    func resetAtOnce() async throws {
        try await TestServer.runWithBystanders { server, bystanders in
            for round in 0..<200 {
                let client = try await server.connect()
                try await client.send("GET /api/\(bystanders.code)/connect HTTP/1.1\r\nHost: a\r\n\r\n")
                try await client.reset()
                if round.isMultiple(of: 50) { try await bystanders.expectTick() }
            }
        }
    }

    @Test("that closes its half is answered all the same, and a stream that does is over")
    func halfClosed() async throws {
        try await TestServer.runWithBystanders { server, bystanders in
            let request = try await server.connect()
            try await request.send(Self.get + "\r\n")
            try await request.closeOutput()
            #expect(try RawResponse(try await request.readToEnd()).status == 200)

            let half = try await server.connect()
            try await half.send("GET /health")
            try await half.closeOutput()
            #expect(try RawResponse(try await half.readToEnd()).status == 400)

            for fields in [
                "",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: \(WebSocketClient.key)\r\n",
            ] {
                let request = "GET /api/\(bystanders.code)/connect HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
                let stream = try await server.connect()
                try await stream.send(request)
                _ = try await stream.read(until: "\r\n\r\n")
                try await stream.closeOutput()
                _ = try await stream.readToEnd()

                // At once: while the stream is being opened, and with something behind the request.
                for rest in ["", "GET / HTTP/1.1\r\n"] {
                    let hasty = try await server.connect()
                    try await hasty.send(request + rest)
                    try await hasty.closeOutput()
                    _ = try await hasty.readToEnd()
                }
            }
            try await server.untilStreamCount(is: bystanders.count)
        }
    }
}
