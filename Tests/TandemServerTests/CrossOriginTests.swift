import Foundation
import TandemCore
import TandemServer
import TandemTesting
import Testing

@Suite("An allowed origin", .timeLimit(.minutes(5)))
struct AllowedOriginTests {
    /// How it may stand in the settings, and what browsers send.
    static let spellings = [
        ("https://a.example", "https://a.example"), ("HTTPS://A.Example", "https://a.example"),
        ("https://a.example:443", "https://a.example"), ("http://a.example:80", "http://a.example"),
        ("https://a.example", "https://a.example:443"), ("https://a.example:0443", "https://a.example"),
        ("https://a.example:8443", "https://a.example:8443"), ("https://a.example.", "https://a.example"),
        ("https://사과.example", "https://xn--vb0b968a.example"),
        ("https://XN--VB0B968A.example", "https://xn--vb0b968a.example"),
        ("https://BU\u{308}CHER.example:8443", "https://xn--bcher-kva.example:8443"),
        ("https://사과。example", "https://xn--vb0b968a.example"),
        ("http://[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000"), ("http://[2001:DB8::0:1]:80", "http://[2001:db8::1]"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"), ("null", "null"), (" https://b.example , null", "null"),
        ("chrome-extension://ABCDEF", "chrome-extension://abcdef"), ("capacitor://localhost", "capacitor://localhost"),
    ]

    @Test("is one whatever its spelling, in the settings and in the request", arguments: spellings)
    func spelling(setting: String, origin: String) async throws {
        let policy = try OriginPolicy(setting)
        try await TestServer.run({ $0.allowedOrigins = policy }) { server in
            let answer = try await server.request("GET", "/health/live", fields: ["Origin: \(origin)"])

            // To the browser it is the text that it sent.
            #expect(answer.field("Access-Control-Allow-Origin") == origin)
        }
    }

    @Test(
        "allows no other",
        arguments: [
            "http://a.example", "https://a.example:8443", "https://b.example", "https://a.example.evil.example",
            "https://a.example@evil.example", "https://a.example, https://evil.example", "app://a.example", "null",
            "a.example", "https://", "https://a.example/", "",
        ]
    )
    func others(origin: String) async throws {
        let policy = try OriginPolicy("https://a.example")
        try await TestServer.run({ $0.allowedOrigins = policy }) { server in
            let read = try await server.request("GET", "/health/live", fields: ["Origin: \(origin)"])
            let write = try await server.request("POST", "/api/rooms", fields: ["Origin: \(origin)"], json: "{}")

            #expect(read.field("Access-Control-Allow-Origin") == nil)
            #expect(write.status == 403)
        }
    }

    @Test(
        "is refused in the settings where no browser ever sends it",
        arguments: [
            ("a.example", "scheme"), ("//a.example", "scheme"), ("https:a.example", "scheme"), ("1a://b", "scheme"),
            ("https://a.example/", "path"), ("https://a.example/b", "path"), ("https://a.example?b", "query"),
            ("https://a.example#b", "query"), ("https://user@a.example", "user"), ("https://a\\b", "path"),
            ("https://*.example", "wildcard"), ("https://a.example:*", "wildcard"), ("https://a.example:0", "port"),
            ("https://a.example:65536", "port"), ("https://a.example:x", "port"), ("https://", "host"),
            ("https://:443", "host"), ("https://a b", "host"), ("https://[::x]", "host"), ("https://[::1", "host"),
            ("http://127.1", "host"), ("http://0x7f.0.0.1", "host"), ("http://127.0.0.01", "host"),
            ("https://사\u{202E}과.example", "host"), ("ws://a.example", "ws"), ("wss://a.example", "wss"),
            ("file:///", "path"), ("file://", "null"), ("app://", "host"), ("app://사과", "host"),
        ]
    )
    func refused(text: String, word: String) {
        let error = #expect(throws: OriginError.self) { try OriginPolicy("https://b.example,\(text)") }

        #expect(error?.text == text)
        #expect("\(error, default: "")".contains(word))
        #expect("\(error, default: "")".contains("'\(text)'"))
    }

    static let hosts = ["a.example:443", "a.example", "A.EXAMPLE:443", "a.example.:443", "a.example:"]

    @Test("of the server itself is known by Host, whether the proxy writes the default port or not", arguments: hosts)
    func own(host: String) async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let client = try await server.connect()

            let fields = ["Host: \(host)", "Origin: https://a.example"]
            try await client.send(WebSocketClient.handshake("/api/\(code)/connect", fields: fields))

            #expect(try await client.read(until: "\r\n").hasPrefix("HTTP/1.1 101 "))
        }
    }

    @Test("of the server itself has the port of its scheme, not the other's")
    func otherPort() async throws {
        try await TestServer.run { server in
            for (host, origin) in [("a:80", "https://a"), ("a:443", "http://a"), ("a:8443", "https://a")] {
                let client = try await server.connect()
                try await client.send("POST / HTTP/1.1\r\nHost: \(host)\r\nOrigin: \(origin)\r\n\r\n")
                #expect(try await client.read(until: "\r\n").hasPrefix("HTTP/1.1 403 "), "\(origin) at \(host)")
            }
        }
    }
}

@Suite("A preflight", .timeLimit(.minutes(5)))
struct PreflightTests {
    private static let fields = ["Origin: https://a.example", "Access-Control-Request-Method: PATCH"]

    @Test(
        "says what an allowed page may do, each once",
        arguments: [("https://a.example", "https://a.example", "Origin"), ("*", "*", nil)]
    )
    func answer(policy: String, origin: String, vary: String?) async throws {
        let policy = try OriginPolicy(policy)
        try await TestServer.run({ $0.allowedOrigins = policy }) { server in
            let answer = try await server.request("OPTIONS", "/api/AAAAAAAAAA/timer/start", fields: Self.fields)

            var expected = [
                "access-control-allow-origin: \(origin)",
                "access-control-allow-methods: GET, HEAD, POST, PATCH, DELETE",
                "access-control-allow-headers: Content-Type, If-Match, Last-Event-ID, X-Request-Id",
                "access-control-max-age: 86400",
                "access-control-expose-headers: ETag, Location, Retry-After, X-Request-Id",
            ]
            if let vary { expected.append("vary: \(vary)") }
            let lines = answer.head.components(separatedBy: "\r\n")
                .map { line in line.prefix { $0 != ":" }.lowercased() + line.drop { $0 != ":" } }
                .filter { $0.hasPrefix("access-control-") || $0.hasPrefix("vary:") }
            #expect(answer.status == 204)
            #expect(lines.sorted() == expected.sorted())
        }
    }

    @Test("lets a page of the internet reach a private network only if it is allowed")
    func privateNetwork() async throws {
        let policy = try OriginPolicy("https://a.example")
        try await TestServer.run({ $0.allowedOrigins = policy }) { server in
            let wish = "Access-Control-Request-Private-Network: true"
            let allowed = try await server.request("OPTIONS", "/api/rooms", fields: Self.fields + [wish])
            let unasked = try await server.request("OPTIONS", "/api/rooms", fields: Self.fields)
            let other = ["Origin: https://b.example", "Access-Control-Request-Method: POST", wish]
            let refused = try await server.request("OPTIONS", "/api/rooms", fields: other)

            #expect(allowed.field("Access-Control-Allow-Private-Network") == "true")
            #expect(unasked.field("Access-Control-Allow-Private-Network") == nil)
            #expect(refused.status == 204)
            #expect(!refused.head.lowercased().contains("access-control-"))
        }
    }

    @Test("is answered also for another instance's room, so that the page can read why that is refused")
    func misdirected() async throws {
        try await TestServer.run({
            $0.allowedOrigins = .any
            $0.instancePrefix = InstancePrefix("IAN")
        }) { server in
            let path = "/api/BOB2222222222/timer/start"
            #expect(try await server.request("OPTIONS", path, fields: Self.fields).status == 204)

            let answer = try await server.request("PATCH", path, fields: [Self.fields[0]])
            #expect(answer.status == 421)
            #expect(answer.field("Access-Control-Allow-Origin") == "*")
        }
    }
}
