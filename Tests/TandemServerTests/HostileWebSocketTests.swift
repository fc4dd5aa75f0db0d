import TandemCore
import TandemEngine
import TandemServer
import TandemTesting
import TandemWebSocket
import Testing

@Suite("A hostile WebSocket", .timeLimit(.minutes(5)))
struct HostileWebSocketTests {
    @Test(
        "is closed with the code that says why, at the first byte that does",
        arguments: [
            ("unmasked", [0x81, 0x05], 1002), ("2^63 bytes", [0x82, 0xFF, 0x80], 1002),
            ("2^63 - 1 bytes", [0x82, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 7), 1009),
            ("8 KiB and one", [0x81, 0xFE, 0x20, 0x01], 1009), ("RSV1", [0xC1], 1002),
            ("RSV2", [0xA1], 1002), ("RSV3", [0x91], 1002), ("opcode 11", [0x8B], 1002),
            ("fragmented close", [0x08], 1002), ("long pong", [0x8A, 0xFE], 1002),
            ("length in a longer form", [0x81, 0xFE, 0, 1], 1002),
            ("invalid UTF-8 in a frame that goes on", [0x81, 0xFE, 0x10, 0, 0, 0, 0, 0, 0x61, 0xC0], 1007),
            ("close code 1006", [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xEE], 1002),
            ("binary", [0x82, 0x80, 0, 0, 0, 0], 1003),
        ] as [(String, [UInt8], Int)]
    )
    func violations(name: String, bytes: [UInt8], code: Int) async throws {
        try await TestServer.runWithBystanders { server, bystanders in
            let client = try await WebSocketClient(server, bystanders.code)
            let before = server.logMessages.count

            try await client.connection.send(bytes)

            #expect(try await client.nextReply().closeCode == code)
            #expect(try await client.connection.readToEnd().isEmpty)
            let logged = server.logMessages.dropFirst(before).filter { $0 == "refusing what a client sent" }
            #expect(logged.count == 1)
            await client.disconnect()
        }
    }

    @Test(
        "is told what is wrong with its message, and stays",
        arguments: [
            (String(repeating: "[", count: 8_000), "malformed-json"),
            (#"{"command":"# + String(repeating: #"{"a":"#, count: 1_600), "malformed-json"),
            (#"{"command":"update","duration":99999999999999999999999999}"#, "invalid-timer"),
            (#"{"command":"update","duration":1e400}"#, "invalid-timer"),
            (#"{"command":"update","duration":-1}"#, "invalid-timer"),
            (#"{"command":"update","duration":9223372036854775807}"#, "invalid-timer"),
            (#"{"command":"explode"}"#, "unknown-command"), (#"{"command":null}"#, "invalid-command"),
            (#"{"command":["start"]}"#, "invalid-command"), ("\u{0}", "malformed-json"), ("null", "malformed-json"),
            (#"{"Command":"start"}"#, "invalid-command"), (#"{"command":"\ud800"}"#, "malformed-json"),
        ]
    )
    func messages(text: String, code: String) async throws {
        try await TestServer.runWithBystanders { server, bystanders in
            let client = try await WebSocketClient(server, bystanders.code)

            try await client.send(text)
            try await client.send(#"{"command":"ping","ref":"still here"}"#)

            #expect(try await client.nextReply().text.contains(#""code":"\#(code)""#))
            #expect(try await client.nextReply().text.contains("still here"))
            await client.disconnect()
        }
    }

    @Test("may have members that nobody knows, and of a repeated one the same counts every time")
    func members() async throws {
        try await TestServer.runWithBystanders { server, bystanders in
            let client = try await WebSocketClient(server, bystanders.code)

            try await client.send(#"{"command":"ping","ref":"a","ref":"b","x":{"y":[1,2,{}]}}"#)

            #expect(try await client.nextReply().text == #"{"event":"ack","ref":"a","id":"1-0"}"#)
            await client.disconnect()
        }
    }

    @Test("that floods with pings or fragments is closed with 1008", arguments: ["pings", "fragments"])
    func frameFlood(kind: String) async throws {
        try await TestServer.runWithBystanders { server, bystanders in
            let client = try await WebSocketClient(server, bystanders.code)
            let frames = (0..<3_000).flatMap { number in
                kind == "pings"
                    ? WebSocketClient.frame(9, []) : WebSocketClient.frame(number == 0 ? 1 : 0, [], isFinal: false)
            }

            // A flood that is let through gets an answer to its end.
            try await client.connection.send(frames + WebSocketClient.frame(9, [1]))

            var reply = try await client.nextReply()
            while reply == .init(opcode: 10, payload: []) { reply = try await client.nextReply() }
            #expect(reply.closeCode == 1008)
            await client.disconnect()
        }
    }

    @Test("that floods with commands is told too-many-requests first, and closed with 1008 if it goes on")
    func commandFlood() async throws {
        try await TestServer.runWithBystanders { server, _ in
            let client = try await WebSocketClient(server, try await server.createRoom())
            let command = WebSocketClient.frame(1, Array(#"{"command":"ping"}"#.utf8))

            try await client.connection.send((0..<3_000).flatMap { _ in command })

            var texts: [String] = []
            var reply = try await client.nextReply()
            while reply.opcode == 1 {
                texts.append(reply.text)
                reply = try await client.nextReply()
            }
            #expect(texts.filter { $0.contains("ack") }.count == 200)
            #expect(texts.filter { $0.contains("too-many-requests") }.count == 1_800)
            #expect(reply.closeCode == 1008)
            // One for each, and one for the end.
            #expect(server.logMessages.filter { $0 == "refusing what a client sent" }.count == 1_801)
            await client.disconnect()
        }
    }

    @Test(
        "is told too-many-requests of refused and unreadable messages, too",
        arguments: ["{", #"{"command":"explode"}"#]
    )
    func refusedFlood(text: String) async throws {
        try await TestServer.runWithBystanders({ $0.webSocket.commands = .init(perSecond: 1, burst: 2) }) {
            server,
            bystanders in
            let client = try await WebSocketClient(server, bystanders.code)

            for _ in 0..<2 { try await client.send(text) }
            try await client.send(#"{"command":"ping","ref":"7"}"#)

            for _ in 0..<2 { #expect(try await !client.nextReply().text.contains("too-many-requests")) }
            #expect(
                try await client.nextReply().text.hasPrefix(
                    #"{"event":"error","ref":"7","code":"too-many-requests","message":""#
                )
            )
            await client.disconnect()
        }
    }

    @Test(
        "that does not finish a message is closed, and one that goes on is not",
        arguments: [
            // A header; a frame; fragments, even with pings between them; a ping.
            [0x81], [0x81, 0x85, 0, 0, 0, 0, 0x61], [0x01, 0x81, 0, 0, 0, 0, 0x61],
            [0x01, 0x81, 0, 0, 0, 0, 0x61, 0x89, 0x80, 0, 0, 0, 0], [0x89, 0x85, 0, 0, 0, 0],
        ] as [[UInt8]]
    )
    func unfinished(bytes: [UInt8]) async throws {
        try await TestServer.run({ $0.engine.unansweredHeartbeats = .max }) { server in
            let code = try await server.createRoom()
            let client = try await WebSocketClient(server, code)
            let other = try await WebSocketClient(server, code)

            // The answer to the ping says that the rest is there, too.
            try await client.connection.send(WebSocketClient.frame(9, [7]) + bytes)
            while try await client.nextReply().payload != [7] {}
            for _ in 0..<4 {
                try await other.connection.send([0x01, 0x80, 0, 0, 0, 0])
                try await server.clock.advance(by: .seconds(15))
                try await other.connection.send([0x80, 0x80, 0, 0, 0, 0])
                while try await other.nextReply().opcode != 1 {}
            }

            var reply = try await client.nextReply()
            while reply.opcode != 8 { reply = try await client.nextReply() }
            #expect(reply.closeCode == 1008)
            #expect(reply.text.contains("a message took longer than"))
            await other.disconnect()
        }
    }

    @Test("that pings between the fragments of a message has no more time for it")
    func pingsInAMessage() async throws {
        try await TestServer.run({ $0.engine.unansweredHeartbeats = .max }) { server in
            let client = try await WebSocketClient(server, try await server.createRoom())
            try await client.connection.send(WebSocketClient.frame(1, [0x61], isFinal: false))

            // Two minutes. Less than five seconds at once, in which a close frame would have to be answered.
            var reply = WebSocketClient.Frame(opcode: 0, payload: [])
            for _ in 0..<30 where reply.opcode != 8 {
                try await client.connection.send(WebSocketClient.frame(9, [7]))
                repeat { reply = try await client.nextReply() } while reply.opcode != 8 && reply.payload != [7]
                try await server.clock.advance(by: .seconds(4))
            }

            #expect(reply.closeCode == 1008)
            #expect(reply.text.contains("a message took longer than"))
        }
    }

    @Test("cannot read a room's code out of the log, whatever it does")
    func log() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let client = try await WebSocketClient(server, code)

            try await client.send("{")
            _ = try await client.nextReply()

            let refusals = server.logEntries.filter { $0.contains("refusing") }
            #expect(refusals.count == 1)
            #expect(refusals.allSatisfy { !$0.contains(code) && $0.contains(code.prefix(4) + "…") })
            await client.disconnect()
        }
    }

    @Test("may go on after a second")
    func afterTheFlood() async throws {
        try await TestServer.runWithBystanders({ $0.webSocket.commands = .init(perSecond: 1, burst: 1) }) {
            server,
            bystanders in
            let client = try await WebSocketClient(server, bystanders.code)
            try await client.send(#"{"command":"ping"}"#)
            try await client.send(#"{"command":"ping"}"#)
            #expect(try await client.nextReply().text.contains("ack"))
            #expect(try await client.nextReply().text.contains("too-many-requests"))

            try await bystanders.expectTick()
            try await client.send(#"{"command":"ping"}"#)

            #expect(try await client.nextReply().text.contains("ack"))
            await client.disconnect()
        }
    }

    @Test("makes nobody wait: a turn's work is bounded, and the rest is done in turns to come")
    func manyFrames() async throws {
        try await TestServer.runWithBystanders({
            $0.webSocket.frames = .init(perSecond: 1_000_000_000, burst: 10_000_000)
        }) { server, bystanders in
            let client = try await WebSocketClient(server, try await server.createRoom())
            let pong: [UInt8] = [0x8A, 0x80, 0, 0, 0, 0]
            let flood = Array(repeatElement(pong, count: 50_000).joined())
            let connection = client.connection

            async let sent: Void = connection.send(flood + WebSocketClient.frame(9, [1]))

            try await bystanders.expectTick()
            try await sent
            #expect(try await client.nextReply() == .init(opcode: 10, payload: [1]))
            await client.disconnect()
        }
    }

    @Test("makes nobody wait by the largest message either")
    func largeMessage() async throws {
        let size = 1024 * 1024
        try await TestServer.runWithBystanders({ $0.webSocket.messageSize = size }) { server, bystanders in
            let client = try await WebSocketClient(server, try await server.createRoom())
            let message = WebSocketClient.frame(1, Array(repeating: UInt8(ascii: "x"), count: size))
            let connection = client.connection

            async let sent: Void = connection.send(message)

            try await bystanders.expectTick()
            try await sent
            #expect(try await client.nextReply().text.contains("malformed-json"))
            await client.disconnect()
        }
    }
}

@Suite("A hostile room", .timeLimit(.minutes(5)))
struct HostileRoomTests {
    @Test("gets 429 with Retry-After past its limit of commands, in-band and over HTTP alike")
    func roomLimit() async throws {
        try await TestServer.runWithBystanders({ $0.engine.roomCommands = .init(perSecond: 1, burst: 2) }) {
            server,
            bystanders in
            let code = try await server.createRoom()
            for _ in 0..<2 { #expect(try await server.patch(code, "start") == 204) }

            let answer = try await server.request("PATCH", "/api/\(code)/timer/start")
            let client = try await WebSocketClient(server, code)
            let inBand = try await client.perform(.start)

            #expect(answer.status == 429)
            #expect(answer.field("Retry-After") == "1")
            #expect(try answer.member("code") == "too-many-requests")
            #expect(inBand == "too-many-requests")
            try await bystanders.expectTick()
            #expect(try await server.patch(code, "start") == 204)
            await client.disconnect()
        }
    }
}
