import Foundation
import TandemServer
import TandemTesting
import Testing

@Suite("The fields of every answer", .timeLimit(.minutes(5)))
struct AnswerFieldTests {
    @Test("keep browsers from guessing a type, and anybody from keeping what is only true now")
    func contentFields() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let tag = try #require(try await server.request("GET", "/pages/style.css").field("ETag"))
            // Answers, and what may be kept of them.
            let calls: [(method: String, path: String, fields: [String], cacheControl: String)] = [
                ("GET", "/", [], "no-cache"), ("GET", "/pages/style.css", ["If-None-Match: \(tag)"], "no-cache"),
                ("GET", "/api/\(code)", [], "no-store"), ("GET", "/api/AAAAAAAAAA", [], "no-store"),
                ("PATCH", "/api/\(code)/timer/start", [], "no-store"), ("POST", "/api/rooms", [], "no-store"),
                ("GET", "/nowhere", [], "no-store"), ("PUT", "/", [], "no-store"),
                ("GET", "/health/live", [], "no-store"), ("OPTIONS", "/api/rooms", [], "no-store"),
                ("OPTIONS", "/api/rooms", ["Access-Control-Request-Method: POST"], "no-store"),
                ("GET", "/health/%4", [], "no-store"), ("POST", "/", ["Content-Length: 99999"], "no-store"),
                ("POST", "/", ["Origin: null"], "no-store"), ("GET", "/api/AAAAAAAAAA/connect", [], "no-store"),
                ("HEAD", "/api/\(code)/connect", [], "no-cache, no-transform"),
            ]
            for call in calls {
                let answer = try await server.request(call.method, call.path, fields: call.fields)
                #expect(answer.field("Cache-Control") == call.cacheControl, "\(call.method) \(call.path)")
                let lines = answer.head.lowercased().components(separatedBy: "\r\n")
                #expect(
                    lines.filter { $0 == "x-content-type-options: nosniff" }.count == 1,
                    "\(call.method) \(call.path)"
                )
            }
        }
    }

    @Test("come once each, also for a page of an allowed origin; only Vary is a list over several lines")
    func once() async throws {
        for policy in ["https://b.example", "*"] {
            let policy = try OriginPolicy(policy)
            try await TestServer.run({ $0.allowedOrigins = policy }) { server in
                let code = try await server.createRoom()
                let origin = "Origin: https://b.example"
                let preflight = [origin, "Access-Control-Request-Method: PATCH"]
                let calls: [(method: String, path: String, fields: [String])] = [
                    ("OPTIONS", "/api/\(code)/timer/start", preflight), ("OPTIONS", "/nowhere", preflight),
                    ("OPTIONS", "/api/rooms", [origin]), ("GET", "/", [origin]), ("GET", "/nowhere", [origin]),
                    ("GET", "/api/\(code)", [origin]), ("PATCH", "/api/\(code)/timer/start", [origin]),
                    ("HEAD", "/api/\(code)/connect", [origin]), ("POST", "/", [origin]), ("GET", "/api/%zz", [origin]),
                    ("GET", "/\(String(repeating: "a", count: 9_000))", [origin]),
                ]
                for call in calls {
                    let answer = try await server.request(call.method, call.path, fields: call.fields)
                    let names = answer.head.components(separatedBy: "\r\n").dropFirst()
                        .map { $0.prefix { $0 != ":" }.lowercased() }
                    let repeated = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys
                    #expect(repeated.allSatisfy { $0 == "vary" }, "\(call.method) \(call.path): \(repeated)")
                    #expect(answer.field("Access-Control-Allow-Origin") != nil, "\(call.method) \(call.path)")
                }
            }
        }
    }

    @Test("have the length of what a GET gets with a HEAD, and none with a 304 or 204")
    func length() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let paths = [
                "/", "/rooms/\(code)", "/pages/style.css", "/api/\(code)", "/api/\(code)/timer", "/health/live",
                "/nowhere", "/api/AAAAAAAAAA", "/api/rooms", "/api/AAAAAAAAAA/connect", "/api/short/connect",
            ]
            for path in paths {
                for fields in [[], ["Accept-Encoding: gzip"]] {
                    let get = try await server.request("GET", path, fields: fields)
                    let head = try await server.request("HEAD", path, fields: fields)
                    #expect(head.status == get.status, "\(path)")
                    #expect(head.body.isEmpty, "\(path)")
                    let length = try #require(Int(head.field("Content-Length") ?? ""), "\(path)")
                    #expect(get.field("Content-Length") == "\(length)", "\(path)")
                    // A room's tag is its revision, for If-Match; the answer itself is not to be kept.
                    guard let tag = get.field("ETag"), get.field("Cache-Control") != "no-store" else { continue }
                    for method in ["GET", "HEAD"] {
                        let same = try await server.request(method, path, fields: fields + ["If-None-Match: \(tag)"])
                        #expect(same.status == 304)
                        #expect(same.field("Content-Length") == nil, "\(method) \(path)")
                    }
                }
            }
        }
    }

    @Test("have nosniff on a stream too", arguments: ["sse", "websocket"])
    func streams(transport: String) async throws {
        try await TestServer.run { server in
            let path = "/api/\(try await server.createRoom())/connect"
            let client = try await server.connect()

            try await client.send(
                transport == "sse"
                    ? "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" : WebSocketClient.handshake(path, fields: ["Host: a"])
            )

            let head = try await client.read(until: "\r\n\r\n").lowercased()
            #expect(head.contains("\r\nx-content-type-options: nosniff\r\n"))
        }
    }
}

@Suite("The id of a request", .timeLimit(.minutes(5)))
struct RequestIDTests {
    private func id(_ server: TestServer, _ bytes: String) async throws -> String {
        let client = try await server.connect()
        try await client.send(bytes)
        try await client.closeOutput()
        return try #require(try RawResponse(try await client.readToEnd()).field("X-Request-Id"))
    }

    @Test("is its own, whether the request can be read or not, and counts nothing")
    func unique() async throws {
        try await TestServer.run { server in
            var ids: [String] = []
            for _ in 0..<8 {
                for request in [
                    "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n",
                    "\u{16}\u{3}\r\n\r\n",
                    "GET / HTTP/1.1\r\n\r\n", "GET /\r\n\r\n",
                ] {
                    ids.append(try await id(server, request))
                }
            }

            #expect(Set(ids).count == ids.count)
            // Neighbours have the first or the last five characters in common once in 60 million times.
            for (one, next) in zip(ids, ids.dropFirst()) {
                #expect(one.prefix(5) != next.prefix(5))
                #expect(one.suffix(5) != next.suffix(5))
            }
        }
    }

    @Test(
        "is the client's as soon as the head was read, whatever is wrong with it",
        arguments: [
            ("GET /%4 HTTP/1.1\r\nHost: a\r\nX-Request-Id: abc-1\r\n\r\n", true),
            ("GET / HTTP/1.1\r\nX-Request-Id: abc-1\r\n\r\n", true),
            ("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nX-Request-Id: abc-1\r\n\r\n", true),
            ("POST / HTTP/1.1\r\nHost: a\r\nX-Request-Id: abc-1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", true),
            ("POST / HTTP/1.1\r\nHost: a\r\nX-Request-Id: abc-1\r\nContent-Length: 99999\r\n\r\n", true),
            ("POST / HTTP/1.1\r\nHost: a\r\nX-Request-Id: abc-1\r\nOrigin: null\r\n\r\n", true),
            ("GET /%4 HTTP/1.1\r\nHost: a\r\nX-Request-Id: abc-1\r\nX-Request-Id: abc-2\r\n\r\n", false),
            ("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: abc 1\r\n\r\n", false),
            ("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id:\r\n\r\n", false),
            ("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(String(repeating: "ab", count: 33))\r\n\r\n", false),
        ]
    )
    func own(request: String, isKept: Bool) async throws {
        try await TestServer.run { server in
            let id = try await id(server, request)

            #expect(isKept ? id == "abc-1" : !id.isEmpty && !id.hasPrefix("ab"))
        }
    }
}
