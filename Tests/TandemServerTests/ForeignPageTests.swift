import NIOPosix
import TandemServer
import TandemTesting
import Testing

/// What a browser sends for a page, which may be anybody's, and what it is answered.
struct PageRequest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let fields: [String]
    let status: Int
    var code: String?

    init(_ description: String, _ fields: [String], _ status: Int, _ code: String? = nil) {
        testDescription = description
        self.fields = fields
        self.status = status
        self.code = code
    }
}

@Suite("A page of another site", .timeLimit(.minutes(5)))
struct ForeignPageTests {
    private static let json = "Content-Type: application/json"
    private static let evil = "Origin: https://evil.example"

    static let creations: [PageRequest] = [
        .init(
            "fetch in the mode no-cors with a Blob",
            [evil, "Sec-Fetch-Site: cross-site"],
            403,
            "origin-not-allowed"
        ),
        .init("the same of a browser without Fetch Metadata", [evil], 403, "origin-not-allowed"),
        .init("a form with text/plain", [evil, "Content-Type: text/plain"], 403, "origin-not-allowed"),
        .init("JSON, as after a preflight", [evil, json], 403, "origin-not-allowed"),
        .init("a page in a sandbox", ["Origin: null", json], 403, "origin-not-allowed"),
        .init("a form, no origin told", ["Sec-Fetch-Site: cross-site", json], 403, "origin-not-allowed"),
        .init("a sibling's form, no origin told", ["Sec-Fetch-Site: same-site", json], 403, "origin-not-allowed"),
        .init("two origins", ["Origin: http://a", evil, json], 403, "origin-not-allowed"),
        .init("another port", ["Origin: http://a:81", json], 403, "origin-not-allowed"),
        .init("another scheme", ["Origin: app://a", json], 403, "origin-not-allowed"),
        .init("no type, of a program", [], 415, "unsupported-media-type"),
        .init("a type that begins like JSON", ["Content-Type: application/jsonx"], 415, "unsupported-media-type"),
        .init("an empty suffix", ["Content-Type: application/+json"], 415, "unsupported-media-type"),
        .init("two types", [json, "Content-Type: text/plain"], 415, "unsupported-media-type"),
        .init("JSON in a parameter", ["Content-Type: text/plain;application/json"], 415, "unsupported-media-type"),
        .init("a program", [json], 201),
        .init("another JSON", ["Content-Type: Application/Problem+JSON ; charset=utf-8"], 201),
        .init("the server's own page", ["Origin: http://a", "Sec-Fetch-Site: same-origin", json], 201),
        .init("its own page over https, the port written out", ["Origin: https://A:443", json], 201),
        .init(
            "its own page behind a proxy that rewrites Host",
            ["Origin: https://timer.example", "Sec-Fetch-Site: same-origin", json],
            201
        ),
        .init("a page that is listed", ["Origin: https://b.example", "Sec-Fetch-Site: cross-site", json], 201),
    ]

    @Test("opens no room, whatever its request looks like; programs and own pages do", arguments: creations)
    func creation(_ request: PageRequest) async throws {
        let policy = try OriginPolicy(request.testDescription.contains("listed") ? "https://b.example" : "")
        try await TestServer.run({ $0.allowedOrigins = policy }) { server in
            let client = try await server.connect()

            let lines = ["POST /api/rooms HTTP/1.1", "Host: a", "Connection: close", "Content-Length: 19"]
            let body = #"{"duration":600000}"#
            try await client.send((lines + request.fields).joined(separator: "\r\n") + "\r\n\r\n" + body)

            let answer = try RawResponse(try await client.readToEnd())
            #expect(answer.status == request.status)
            if let code = request.code { #expect(try answer.member("code") == code) }
        }
    }

    @Test("changes nothing in a room whose code it knows, by no method and on no route")
    func changes() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            for fields in [[Self.evil], ["Sec-Fetch-Site: cross-site"]] {
                for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
                    for path in ["", "/connect", "/timer", "/timer/start", "/turn/swap", "/nowhere"] {
                        let answer = try await server.request(method, "/api/\(code)\(path)", fields: fields)
                        #expect(answer.status == 403, "\(method) \(path)")
                    }
                }
            }

            let room = try await server.request("GET", "/api/\(code)")
            #expect(room.body.contains(#""revision":0"#))
        }
    }

    @Test("is told which origin was refused, and what to do")
    func detail() async throws {
        try await TestServer.run { server in
            let answer = try await server.request("POST", "/api/rooms", fields: [Self.evil], json: "{}")

            let detail = try answer.member("detail")
            for word in ["https://evil.example", "--allowed-origins", "Host"] { #expect(detail.contains(word)) }
        }
    }

    @Test("may link to the server's pages and rooms")
    func link() async throws {
        try await TestServer.run { server in
            for path in ["/", "/rooms/AAAAAAAAAA", "/health/live"] {
                let answer = try await server.request("GET", path, fields: ["Sec-Fetch-Site: cross-site"])
                #expect(answer.status == 200)
            }
        }
    }

    @Test("is allowed as 'null' only where that is listed, and anything where all origins are")
    func sandbox() async throws {
        for policy in ["null", "*"] {
            let policy = try OriginPolicy(policy)
            try await TestServer.run({ $0.allowedOrigins = policy }) { server in
                let fields = ["Origin: null", "Sec-Fetch-Site: cross-site"]
                let answer = try await server.request("POST", "/api/rooms", fields: fields, json: #"{"duration":1}"#)

                #expect(answer.status == 201)
            }
        }
    }

    @Test(
        "opens a WebSocket only where its browser says that it is the server's own",
        arguments: [("same-origin", "101"), ("cross-site", "403"), ("same-site", "403")]
    )
    func webSocket(site: String, status: String) async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let client = try await server.connect()
            let fields = ["Host: 127.0.0.1:8080", "Origin: https://timer.example", "Sec-Fetch-Site: \(site)"]

            try await client.send(WebSocketClient.handshake("/api/\(code)/connect", fields: fields))

            #expect(try await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 \(status) "))
        }
    }
}

@Suite("The hosts that a server answers to", .timeLimit(.minutes(5)))
struct HostTests {
    private static let hosts = "timer.example, 10.0.0.7:8080,[::1]"

    private func answer(_ bytes: String, allowed: String = hosts) async throws -> RawResponse {
        var answer: RawResponse?
        let policy = try #require(HostPolicy(allowed))
        try await TestServer.run({ $0.allowedHosts = policy }) { server in
            let client = try await server.connect()
            try await client.send(bytes)
            try await client.closeOutput()
            answer = try RawResponse(try await client.readToEnd())
        }
        return try #require(answer)
    }

    @Test(
        "are those that are listed, in any case, with any port unless one is given",
        arguments: [
            ("timer.example", 200), ("TIMER.Example.", 200), ("timer.example:80", 200), ("timer.example:443", 200),
            ("timer.example:8080", 200), ("10.0.0.7:8080", 200), ("[::1]", 200), ("[::1]:8080", 200),
            ("10.0.0.7", 421), ("10.0.0.7:80", 421), ("10.0.0.7:08081", 421), ("evil.example", 421),
            ("timer.example.evil.example", 421), ("xtimer.example", 421), ("timer.example..", 421), ("", 421),
            ("[0:0:0:0:0:0:0:1]", 200), ("[::0001]:80", 200), ("[::2]", 421),
        ]
    )
    func hosts(host: String, status: Int) async throws {
        let answer = try await answer("GET /pages/room.js HTTP/1.1\r\nHost: \(host)\r\n\r\n")

        #expect(answer.status == status)
        if status == 421 { #expect(try answer.member("code") == "host-not-allowed") }
    }

    @Test("have their default ports left out or not")
    func defaultPorts() async throws {
        for host in ["a.example", "a.example:443"] {
            let request = "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n"
            #expect(try await answer(request, allowed: "a.example:443").status == 200)
        }
        #expect(
            try await answer("GET / HTTP/1.1\r\nHost: a.example:8443\r\n\r\n", allowed: "a.example:443").status == 421
        )
    }

    static let refused = [
        "a page": "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "a page of a room": "GET /rooms/AAAAAAAAAA HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "a room": "GET /api/AAAAAAAAAA HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "a new room, as the same origin":
            "POST /api/rooms HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n"
            + "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"duration\":1}",
        "a preflight":
            "OPTIONS /api/rooms HTTP/1.1\r\nHost: evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n",
        "an event stream": "GET /api/AAAAAAAAAA/connect HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "a WebSocket": WebSocketClient.handshake("/api/AAAAAAAAAA/connect", fields: ["Host: evil.example"]),
        "a path that begins like a probe's": "GET /healthy HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "no host": "GET / HTTP/1.0\r\n\r\n",
        "another host in the target": "GET http://evil.example/ HTTP/1.1\r\nHost: timer.example\r\n\r\n",
    ]

    @Test(
        "are the only ones for which anything is served: a name made to resolve here gets 421",
        arguments: refused.keys
    )
    func refusal(what: String) async throws {
        let answer = try await answer(try #require(Self.refused[what]))

        #expect(answer.status == 421)
        #expect(try answer.member("code") == "host-not-allowed")
    }

    @Test("are any for the probes of a balancer, and any at all by default")
    func others() async throws {
        #expect(try await answer("GET /health/live HTTP/1.1\r\nHost: 10.9.9.9\r\n\r\n").status == 200)
        #expect(try await answer("GET /health/ready HTTP/1.0\r\n\r\n").status == 200)
        for allowed in ["", "*", "a.example,*"] {
            #expect(try await answer("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", allowed: allowed).status == 200)
        }
    }

    @Test(
        "are given by the target where it is a whole URI",
        arguments: ["/health/live", "/api/AAAAAAAAAA", "", "?a"]
    )
    func absoluteTarget(path: String) async throws {
        let plain = try await answer(
            "GET \(path.hasPrefix("/") ? path : "/\(path)") HTTP/1.1\r\nHost: timer.example\r\n\r\n"
        )
        let whole = try await answer("GET HTTP://timer.example\(path) HTTP/1.1\r\nHost: evil.example\r\n\r\n")

        #expect(whole.status == plain.status)
        #expect(whole.body.prefix(20) == plain.body.prefix(20))
    }

    @Test("may be written in Unicode, which browsers do not send", arguments: ["사과.example", "사과。EXAMPLE:8080"])
    func unicode(text: String) async throws {
        let answer = try await answer("GET / HTTP/1.1\r\nHost: xn--vb0b968a.example:8080\r\n\r\n", allowed: text)

        #expect(answer.status == 200)
    }

    @Test(
        "are refused in the settings where they are none",
        arguments: ["a/b", "http://a", "a b", "a:x", ":80", "[x]", "a:65536", "a:0", "127.1"]
    )
    func malformed(text: String) {
        #expect(HostPolicy(text) == nil)
    }
}
