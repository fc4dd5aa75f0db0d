import TandemCore
import TandemEngine
import TandemServer
import TandemTesting
import Testing

@Suite("The target of a request", .timeLimit(.minutes(5)))
struct TargetTests {
    /// Every character of `text` as a percent sign and two hexadecimal digits, in either case.
    private func encoded(_ text: String, uppercase: Bool = true) -> String {
        text.utf8.map { "%" + String($0, radix: 16, uppercase: uppercase) }.joined()
    }

    @Test("means the same with its letters and digits encoded, on every route")
    func path() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            for code in [encoded(code), encoded(code.lowercased(), uppercase: false)] {
                #expect(try await server.request("GET", "/%61pi/\(code)").status == 200)
                #expect(try await server.request("PATCH", "/api/\(code)/%74imer/start").status == 204)
                #expect(try await server.request("PATCH", "/\(code)/timer/%73top").status == 204)
                #expect(try await server.request("HEAD", "/a%70i/\(code)/%63onnect").status == 200)
                #expect(try await server.request("GET", "http://a/%61pi/\(code)").status == 200)
            }
            #expect(try await server.request("GET", "/%68ealth/live").status == 200)
            #expect(try await server.request("GET", "/pages/style%2Ecss").status == 200)
        }
    }

    @Test("with a room of another instance is misdirected in any form")
    func misdirected() async throws {
        try await TestServer.run({ $0.instancePrefix = InstancePrefix("IAN") }) { server in
            let code = encoded("BOB2222222222")
            for path in ["/%61pi/BOB2222222222", "/api/%42OB2222222222/timer", "/api/\(code)/connect"] {
                let answer = try await server.request("GET", path)
                #expect(answer.status == 421)
            }
        }
    }

    @Test("is counted among the unknown codes in any form")
    func counted() async throws {
        let limit = RateLimit(1, per: .minutes(1), burst: 2)
        try await TestServer.run({ $0.clients.unknownCodes = limit }) { server in
            for path in ["/%61pi/2222222222", "/api/%32222222223"] { _ = try await server.request("GET", path) }

            let answer = try await server.request("GET", "/%61pi/%32222222224")

            #expect(answer.status == 429)
        }
    }

    @Test("keeps its other characters encoded: none of them is a separator", arguments: ["%2F", "%3F", "%23", "%25"])
    func reserved(text: String) async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            #expect(try await server.request("GET", "/api\(text)\(code)").status == 404)
            #expect(try await server.request("GET", "/api/\(code)\(text)timer").status == 404)
            // What is decoded is not decoded again.
            #expect(try await server.request("GET", "/%2561pi/\(code)").status == 404)
        }
    }

    @Test("shows no code in the log, however it is written")
    func log() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            _ = try await server.request("GET", "/api/\(encoded(code))")

            #expect(!server.logEntries.contains { $0.contains(encoded(code)) || $0.contains(code) })
        }
    }
}

@Suite("A kept connection", .timeLimit(.minutes(5)))
struct IdleTimeTests {
    @Test("waits as long for its next request as is set, longer than a balancer does", arguments: [75, 620])
    func idleTime(seconds: Int64) async throws {
        try await TestServer.run({ $0.http.idleTime = .seconds(seconds) }) { server in
            let client = try await server.connect()
            let request = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
            try await client.send(request)
            _ = try await client.read(until: "}")
            try await server.clock.advance(by: .seconds(seconds - 1))
            try await client.send(request)
            _ = try await client.read(until: "}")

            try await server.clock.advance(by: .seconds(seconds + 1))

            #expect(try await client.readToEnd().isEmpty)
        }
    }
}

@Suite("A mistake in a member", .timeLimit(.minutes(5)))
struct MemberTests {
    static let mistakes = [
        ("PATCH", "/timer", "update", #""duration":"x""#, "invalid-timer"),
        ("PATCH", "/timer", "update", #""duration":1.5"#, "invalid-timer"),
        ("PATCH", "/timer", "update", #""duration":9223372036854775808"#, "invalid-timer"),
        ("PATCH", "/timer", "update", #""duration":1e400"#, "invalid-timer"),
        ("PATCH", "/timer", "update", #""duration":null"#, "invalid-timer"),
        ("PATCH", "/timer", "update", #""duration":5,"remainingTime":true"#, "invalid-timer"),
        ("PATCH", "/timer", "update", #""duration":5,"remainingTime":6"#, "invalid-timer"),
        ("PATCH", "/turn/swap", "swap", #""turn":"x""#, "invalid-command"),
        ("PATCH", "/turn/swap", "swap", #""turn":1.5"#, "invalid-command"),
        ("PATCH", "", "names", #""names":"x""#, "invalid-names"),
        ("PATCH", "", "names", #""names":["a",7]"#, "invalid-names"),
        ("PATCH", "", "names", #""names":["a"]"#, "invalid-names"),
        ("PATCH", "/timer/start", "start", #""by":7"#, "invalid-name"),
        ("PATCH", "/timer/start", "start", #""by":"""#, "invalid-name"),
    ]

    @Test("has the same code and the same reason over HTTP and in a message", arguments: mistakes)
    func code(method: String, path: String, command: String, members: String, code: String) async throws {
        try await TestServer.run { server in
            let room = try await server.createRoom()
            let client = try await WebSocketClient(server, room)

            let answer = try await server.request(method, "/api/\(room)\(path)", json: "{\(members)}")
            try await client.send(#"{"command":"\#(command)",\#(members)}"#)
            let reply = try await client.nextReply().text

            #expect(answer.status == 422)
            #expect(try answer.member("code") == code)
            #expect(reply.contains(#""code":"\#(code)""#))
            let detail = try answer.member("detail")
            #expect(reply.contains(detail) || members.contains("null"))
        }
    }

    @Test("is malformed JSON both ways where there is no object", arguments: ["[]", "7", "null", #""a""#])
    func noObject(text: String) async throws {
        try await TestServer.run { server in
            let room = try await server.createRoom()
            let client = try await WebSocketClient(server, room)

            let answer = try await server.request("PATCH", "/api/\(room)/timer", json: text)
            try await client.send(text)

            #expect(answer.status == 400)
            #expect(try answer.member("code") == "malformed-json")
            #expect(try await client.nextReply().text.contains(#""code":"malformed-json""#))
        }
    }
}
