import TandemCore
import TandemEngine
import TandemTesting
import Testing

@Suite("The WebSocket, byte by byte", .timeLimit(.minutes(5)))
struct WebSocketWireTests {
    private func text(_ json: String) -> [UInt8] {
        [0x81, UInt8(json.utf8.count)] + Array(json.utf8)
    }

    @Test("is opened with the accept key of RFC 6455, and begins with the snapshot")
    func opening() async throws {
        try await TestServer.run { server in
            let client = try await WebSocketClient(server, try await server.createRoom())

            #expect(client.head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            for field in [
                "upgrade: websocket", "connection: Upgrade", "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            ] {
                #expect(client.head.contains("\r\n\(field)\r\n"))
            }
            #expect(!client.head.contains("sec-websocket-protocol"))
            let expected =
                text(#"{"id":"0-0","event":"connect","data":"OK"}"#)
                + text(#"{"id":"0-0","event":"remaining-time","data":"600000"}"#)
            #expect(try await client.connection.read(count: expected.count) == expected)
        }
    }

    @Test(
        "echoes the subprotocol of the contract when offered, and no other",
        arguments: [("chat, tandem.v1.json", true), ("chat, TANDEM.V1.JSON", false)]
    )
    func subprotocol(offer: String, isOffered: Bool) async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()

            let client = try await WebSocketClient(server, code, fields: ["Sec-WebSocket-Protocol: \(offer)"])

            #expect(client.head.contains("\r\nsec-websocket-protocol: tandem.v1.json\r\n") == isOffered)
        }
    }

    @Test("takes frames sent with the handshake")
    func earlyFrames() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let connection = try await server.connect()
            let command = WebSocketClient.frame(1, Array(#"{"command":"ping","ref":"early"}"#.utf8))

            try await connection.send(
                Array(WebSocketClient.handshake("/api/\(code)/connect", fields: ["Host: a"]).utf8) + command
            )

            let received = try await connection.read(until: #""id":"0-0"}"#)
            #expect(received.hasSuffix(#"{"event":"ack","ref":"early","id":"0-0"}"#))
        }
    }

    @Test(
        "takes them however the handshake's fields are written",
        arguments: [
            "Connection: keep-alive, Upgrade\r\nUpgrade: websocket", "Connection: ,,upgrade\r\nUpgrade: WebSocket",
            "Connection:\tUpgrade \r\nUpgrade:\twebsocket\t", "Connection: a b,UPGRADE,x\r\nUpgrade: h2c, websocket",
            "Connection: a\r\nConnection: Upgrade\r\nUpgrade: x/1\r\nUpgrade: websocket",
            "Connection: Upgrade, close\r\nUpgrade: websocket",
            "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0",
            "Upgrade: websocket\r\nConnection: \"a\",\tupgrade,keep-alive",
        ]
    )
    func writing(fields: String) async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let connection = try await server.connect()
            let head = [
                "GET /api/\(code)/connect HTTP/1.1", "Host: a", fields, "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: \(WebSocketClient.key)",
            ]
            let command = WebSocketClient.frame(1, Array(#"{"command":"ping","ref":"early"}"#.utf8))

            try await connection.send(Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + command)

            let received = try await connection.read(until: #""id":"0-0"}"#)
            #expect(received.hasSuffix(#"{"event":"ack","ref":"early","id":"0-0"}"#))
        }
    }

    @Test(
        "is opened as well where the parser of HTTP sees no upgrade and reads on, as HTTP, what is sent too early",
        arguments: ["", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HT", "\u{1}\u{2}"]
    )
    func unseenUpgrade(early: String) async throws {
        try await TestServer.runWithBystanders { server, bystanders in
            let connection = try await server.connect()
            let head = WebSocketClient.handshake("/api/\(bystanders.code)/connect", fields: ["Host: a"])
                .replacing("Connection: Upgrade\r\n", with: "Connection: Upgrade\t\r\n")

            try await connection.send(head + early)

            #expect(try await connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 101 "))
            if early.isEmpty {
                try await connection.send(WebSocketClient.frame(1, Array(#"{"command":"ping"}"#.utf8)))
                _ = try await connection.read(until: "ack")
            } else {
                _ = try await connection.readToEnd()
            }
            await connection.close()
        }
    }

    @Test("answers a command with an ack that has its ref and the transition's id")
    func ack() async throws {
        try await TestServer.run { server in
            let client = try await WebSocketClient(server, try await server.createRoom())

            try await client.send(#"{"command":"start","ref":"7"}"#)

            #expect(try await client.nextReply().text == #"{"event":"ack","ref":"7","id":"1-0"}"#)
        }
    }

    @Test("answers with the ref as it came, escaped where JSON wants that, and the length in its shortest form")
    func longRef() async throws {
        try await TestServer.run { server in
            let client = try await WebSocketClient(server, try await server.createRoom())
            _ = try await client.next(2)
            // Six line feeds make it 91 bytes, and the answer 126: the fewest that do not fit into 7 bits.
            let ref = String(repeating: #"\u000a"#, count: 6) + String(repeating: "a", count: 55)

            try await client.send(#"{"command":"ping","ref":"\#(ref)"}"#)

            let length = try await client.connection.read(count: 4)
            try #require(length == [0x81, 126, 0, 126])
            let answer = String(decoding: try await client.connection.read(count: 126), as: UTF8.self)
            #expect(answer == #"{"event":"ack","ref":"\#(ref)","id":"0-0"}"#)
        }
    }

    @Test("answers a malformed message with an error, and stays")
    func malformed() async throws {
        try await TestServer.run { server in
            let client = try await WebSocketClient(server, try await server.createRoom())

            try await client.send("{")
            try await client.send(#"{"command":"pause","ref":"8"}"#)

            let first = try await client.nextReply().text
            let second = try await client.nextReply().text
            #expect(first == #"{"event":"error","code":"malformed-json","message":"the message is not valid JSON"}"#)
            #expect(second.hasPrefix(#"{"event":"error","ref":"8","code":"timer-not-running","message":""#))
        }
    }

    @Test("answers a ping with a pong of the same payload")
    func ping() async throws {
        try await TestServer.run { server in
            let client = try await WebSocketClient(server, try await server.createRoom())

            try await client.connection.send(WebSocketClient.frame(9, [1, 2, 3]))

            #expect(try await client.nextReply() == .init(opcode: 10, payload: [1, 2, 3]))
        }
    }

    @Test("completes the closing handshake with the peer's code, and closes first")
    func closing() async throws {
        try await TestServer.run { server in
            let client = try await WebSocketClient(server, try await server.createRoom())

            try await client.connection.send(WebSocketClient.frame(8, [0x0F, 0xA0]))

            #expect(try await client.nextReply().closeCode == 4000)
            #expect(try await client.connection.readToEnd().isEmpty)
        }
    }

    @Test(
        "fails the connection with the code that RFC 6455 names",
        arguments: [
            ("no mask", [0x81, 0x01, 0x61], 1002),
            ("reserved bit", [0xC1, 0x80, 0, 0, 0, 0], 1002),
            ("reserved opcode", [0x83, 0x80, 0, 0, 0, 0], 1002),
            ("nothing to continue", [0x80, 0x80, 0, 0, 0, 0], 1002),
            ("fragmented ping", [0x09, 0x80, 0, 0, 0, 0], 1002),
            ("long ping", [0x89, 0xFE, 0, 126, 0, 0, 0, 0], 1002),
            ("half a close code", [0x88, 0x81, 0, 0, 0, 0, 3], 1002),
            ("close code 1005", [0x88, 0x82, 0, 0, 0, 0, 3, 0xED], 1002),
            ("no UTF-8", [0x81, 0x81, 0, 0, 0, 0, 0xFF], 1007),
            ("binary", [0x82, 0x81, 0, 0, 0, 0, 1], 1003),
            ("too long", [0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0], 1009),
            ("2^63 bytes", [0x81, 0xFF, 0x80], 1002),
        ] as [(String, [UInt8], Int)]
    )
    func violations(name: String, bytes: [UInt8], code: Int) async throws {
        try await TestServer.run { server in
            let client = try await WebSocketClient(server, try await server.createRoom())

            try await client.connection.send(bytes)

            #expect(try await client.nextReply().closeCode == code)
            #expect(try await client.connection.readToEnd().isEmpty)
        }
    }

    @Test("is pinged every 15 seconds, and dropped when two pings were not answered")
    func silentPeer() async throws {
        try await TestServer.run { server in
            let client = try await WebSocketClient(server, try await server.createRoom())
            _ = try await client.next(2)

            try await server.clock.advance(by: .seconds(47))

            // At 1, 15, 16 and 31 s.
            let presence = text(#"{"event":"presence","data":"{\"sse\":0,\"websocket\":1}"}"#)
            let ping: [UInt8] = [0x89, 0x00]
            let heartbeat = text(#"{"event":"heartbeat","data":"15000"}"#)
            let expected = presence + ping + heartbeat + ping + heartbeat + ping
            #expect(try await client.connection.readToEnd() == expected)
            try await server.clock.settle()
            #expect(server.engine.streamCount == 0)
        }
    }

    @Test("gets its heartbeats although it pings all the time, since scripts see no pong")
    func pingingPeer() async throws {
        try await TestServer.run { server in
            let client = try await WebSocketClient(server, try await server.createRoom())
            var frames: [WebSocketClient.Frame] = []
            for _ in 0..<5 {
                try await client.connection.send(WebSocketClient.frame(9, []))
                repeat { frames.append(try await client.nextFrame()) } while frames.last?.opcode != 10
                try await server.clock.advance(by: .seconds(5))
            }

            #expect(frames.filter { $0.text.contains("heartbeat") }.count == 1)
        }
    }

    @Test("gets pings, but no heartbeat, while it gets ticks")
    func noHeartbeatWhileTicking() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            try await server.patch(code, "start")
            let client = try await WebSocketClient(server, code)

            try await server.clock.advance(by: .seconds(40))

            var frames: [WebSocketClient.Frame] = []
            while frames.last?.text.contains("560000") != true { frames.append(try await client.nextFrame()) }
            #expect(frames.filter { $0.opcode == 9 }.count == 2)
            #expect(!frames.contains { $0.text.contains("heartbeat") })
        }
    }

    @Test("stays open as long as it answers pings")
    func answeringPeer() async throws {
        try await TestServer.run { server in
            let client = try await WebSocketClient(server, try await server.createRoom())
            _ = try await client.next(2)
            try await server.clock.advance(by: .seconds(1))
            _ = try await client.nextPresence()

            for _ in 0..<10 {
                try await server.clock.advance(by: .seconds(15))
                while try await client.nextFrame().opcode != 9 {}
                try await client.connection.send(WebSocketClient.frame(10, []))
                // The pong is read once the ping that was sent after it is answered.
                try await client.connection.send(WebSocketClient.frame(9, [1]))
                while try await client.nextFrame().opcode != 10 {}
            }

            #expect(server.engine.streamCount == 1)
        }
    }

    @Test("gets close and a close frame when the streams of the room are ended")
    func endedByRequest() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let client = try await WebSocketClient(server, code)
            _ = try await client.next(2)

            _ = try await server.request("DELETE", "/api/\(code)/connect")

            let expected = text(#"{"event":"close","data":"OK"}"#) + [0x88, 0x04, 0x03, 0xE8] + Array("OK".utf8)
            #expect(try await client.connection.read(count: expected.count) == expected)
            try await client.connection.send(WebSocketClient.frame(8, [0x03, 0xE8]))
            #expect(try await client.connection.readToEnd().isEmpty)
        }
    }

    @Test("is cut when its peer does not complete the closing handshake within 5 seconds")
    func unansweredClose() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let client = try await WebSocketClient(server, code)
            _ = try await server.request("DELETE", "/api/\(code)/connect")
            #expect(try await client.nextReply().closeCode == 1000)

            try await server.clock.advance(by: .seconds(6))

            #expect(try await client.connection.readToEnd().isEmpty)
        }
    }
}

@Suite("The opening handshake", .timeLimit(.minutes(5)))
struct OpeningHandshakeTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int
        let code: String
        /// What is put in place of the good handshake's line.
        let replace: (String, String)
    }

    static let refusals: [Refusal] = [
        .init(
            testDescription: "no version",
            status: 426,
            code: "upgrade-required",
            replace: ("Sec-WebSocket-Version: 13", "A: b")
        ),
        .init(
            testDescription: "old version",
            status: 426,
            code: "upgrade-required",
            replace: ("Version: 13", "Version: 8")
        ),
        .init(
            testDescription: "no key",
            status: 400,
            code: "bad-handshake",
            replace: ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "A: b")
        ),
        .init(
            testDescription: "bad key",
            status: 400,
            code: "bad-handshake",
            replace: ("dGhlIHNhbXBsZSBub25jZQ==", "short")
        ),
        .init(
            testDescription: "two keys",
            status: 400,
            code: "bad-handshake",
            replace: ("Host: a", "Host: a\r\nSec-WebSocket-Key: \(WebSocketClient.key)")
        ),
        .init(
            testDescription: "no connection token",
            status: 426,
            code: "upgrade-required",
            replace: ("Connection: Upgrade", "Connection: keep-alive")
        ),
        .init(testDescription: "HTTP/1.0", status: 426, code: "upgrade-required", replace: ("HTTP/1.1", "HTTP/1.0")),
        .init(testDescription: "POST", status: 405, code: "method-not-allowed", replace: ("GET", "POST")),
        .init(
            testDescription: "foreign origin",
            status: 403,
            code: "origin-not-allowed",
            replace: ("Host: a", "Host: a\r\nOrigin: https://evil.example")
        ),
        .init(
            testDescription: "unknown room",
            status: 404,
            code: "room-not-found",
            replace: ("/CODE/", "/AAAAAAAAAA/")
        ),
    ]

    @Test("is refused before any 101", arguments: refusals)
    func refusal(_ refusal: Refusal) async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let request = WebSocketClient.handshake("/api/CODE/connect", fields: ["Host: a"])
                .replacing(refusal.replace.0, with: refusal.replace.1).replacing("CODE", with: code)

            let client = try await server.connect()
            try await client.send(request)
            let answer = try RawResponse(try await client.readToEnd())

            #expect(answer.status == refusal.status)
            #expect(try answer.member("code") == refusal.code)
            if refusal.status == 426 {
                #expect(answer.field("Sec-WebSocket-Version") == "13")
                #expect(answer.field("Upgrade") == "websocket")
                #expect(answer.field("Connection") == "Upgrade, close")
            }
        }
    }

    private static let key = "Sec-WebSocket-Key: \(WebSocketClient.key)\r\n"
    private static let version = "Sec-WebSocket-Version: 13\r\n"

    @Test(
        "that lost its upgrade on the way is told what the proxy must pass on, and is no event stream",
        arguments: ["1.1", "1.0"],
        [
            key + version, key, version, "Connection: close\r\n" + key + version,
            "Connection: Upgrade\r\n" + key + version, "Upgrade: h2c\r\nConnection: Upgrade\r\n" + key + version,
        ]
    )
    func strippedUpgrade(version: String, fields: String) async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let client = try await server.connect()

            try await client.send("GET /api/\(code)/connect HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n")

            let head = try await client.read(until: "\r\n\r\n")
            let body = try await client.read(until: "}")
            let answer = try RawResponse(Array((head + body).utf8))
            #expect(answer.status == 426)
            #expect(try answer.member("code") == "upgrade-required")
            #expect(answer.field("Upgrade") == "websocket")
            #expect(answer.field("Connection")?.hasPrefix("Upgrade") == true)
            for part in ["proxy_http_version 1.1", "Upgrade $http_upgrade", "Connection $connection_upgrade"] {
                #expect(try answer.member("detail").contains(part))
            }
            #expect(server.engine.streamCount == 0)
        }
    }

    @Test(
        "takes what RFC 6455 allows to differ",
        arguments: [
            ("Connection: Upgrade", "Connection: keep-alive, UPGRADE"), ("Upgrade: websocket", "Upgrade: WebSocket"),
            ("Host: a", "Host: a:8\r\nOrigin: http://a:8"), ("Host: a", "Host: A:8\r\nOrigin: https://a:8"),
        ]
    )
    func allowed(part: String, replacement: String) async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let client = try await server.connect()

            try await client.send(
                WebSocketClient.handshake("/api/\(code)/connect", fields: ["Host: a"]).replacing(
                    part,
                    with: replacement
                )
            )

            #expect(try await client.read(until: "\r\n").hasPrefix("HTTP/1.1 101 "))
        }
    }
}
