import Foundation
import TandemCore
import TandemEngine
import TandemServer
import TandemTesting
import Testing

@Suite("The SSE stream, byte by byte", .timeLimit(.minutes(5)))
struct SSEWireTests {
    /// Text as chunks of a chunked body (RFC 9112, section 7.1).
    private func chunks(_ texts: String...) -> String {
        texts.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }.joined()
    }

    private func open(
        _ server: TestServer,
        _ code: String,
        version: String = "1.1",
        method: String = "GET",
        fields: String = ""
    ) async throws -> RawClient {
        let client = try await server.connect()
        try await client.send("\(method) /api/\(code)/connect HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n")
        return client
    }

    @Test("begins with retry and the snapshot of a paused timer")
    func pausedSnapshot() async throws {
        try await TestServer.run { server in
            let client = try await open(server, try await server.createRoom())

            let head = try await client.read(until: "\r\n\r\n")
            let expected = chunks(
                "retry: 1000\n\n",
                "id: 0-0\nevent: connect\ndata: OK\n\n",
                "id: 0-0\nevent: remaining-time\ndata: 600000\n\n"
            )
            let body = try await client.read(count: expected.utf8.count)

            #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
            for field in [
                "content-type: text/event-stream; charset=utf-8", "cache-control: no-cache, no-transform",
                "x-accel-buffering: no", "transfer-encoding: chunked",
                // The connection ends with the stream.
                "connection: close",
            ] {
                #expect(head.contains("\r\n\(field)\r\n"))
            }
            #expect(String(decoding: body, as: UTF8.self) == expected)
        }
    }

    @Test("has a chunk of three digits for the turn of people with the longest names")
    func longChunk() async throws {
        try await TestServer.run { server in
            let names = [String(repeating: "가", count: 32), String(repeating: "나", count: 32)]
            let client = try await open(server, try await server.createRoom(names: names))

            _ = try await client.read(until: "600000\n\n\r\n")
            let turn = #"{"turn":1,"driver":"\#(names[0])","navigator":"\#(names[1])"}"#
            let expected = chunks("id: 0-0\nevent: turn\ndata: \(turn)\n\n")
            #expect(String(decoding: try await client.read(count: expected.utf8.count), as: UTF8.self) == expected)
            #expect(expected.hasPrefix("101\r\n"))
        }
    }

    @Test("shows the late joiner 7:00 and a running timer in its first bytes")
    func lateJoiner() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            try await server.patch(code, "start")
            try await server.clock.advance(by: .minutes(3))

            let client = try await open(server, code)

            _ = try await client.read(until: "\r\n\r\n")
            let expected = chunks(
                "retry: 1000\n\n",
                "id: 1-180\nevent: connect\ndata: OK\n\n",
                "id: 1-180\nevent: remaining-time\ndata: 420000\n\n",
                "id: 1-180\nevent: timer\ndata: running\n\n"
            )
            #expect(String(decoding: try await client.read(count: expected.utf8.count), as: UTF8.self) == expected)
        }
    }

    @Test("is close-delimited, without chunks, for HTTP/1.0")
    func http10() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let client = try await open(server, code, version: "1.0")

            let head = try await client.read(until: "\r\n\r\n")
            let snapshot = try await client.read(until: "600000\n\n")
            _ = try await server.request("DELETE", "/api/\(code)/connect")
            let end = String(decoding: try await client.readToEnd(), as: UTF8.self)

            #expect(!head.contains("transfer-encoding"))
            #expect(head.contains("\r\nx-received-protocol: HTTP/1.0\r\n"))
            #expect(
                snapshot == "retry: 1000\n\nid: 0-0\nevent: connect\ndata: OK\n\n"
                    + "id: 0-0\nevent: remaining-time\ndata: 600000\n\n"
            )
            #expect(end == "event: close\ndata: OK\n\n")
        }
    }

    @Test("ends with close OK and the last chunk when the streams of the room are ended")
    func endedByRequest() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let client = try await open(server, code)
            _ = try await client.read(until: "600000\n\n\r\n")

            let answer = try await server.request("DELETE", "/api/\(code)/connect")

            #expect(answer.status == 204)
            let end = String(decoding: try await client.readToEnd(), as: UTF8.self)
            #expect(end == chunks("event: close\ndata: OK\n\n") + "0\r\n\r\n")
        }
    }

    @Test("gets a heartbeat after 15 seconds without bytes")
    func heartbeat() async throws {
        try await TestServer.run { server in
            let client = try await open(server, try await server.createRoom())
            _ = try await client.read(until: "600000\n\n\r\n")

            try await server.clock.advance(by: .seconds(32))

            let heartbeat = "event: heartbeat\ndata: 15000\n\n"
            let expected = chunks("event: presence\ndata: {\"sse\":1,\"websocket\":0}\n\n", heartbeat, heartbeat)
            #expect(String(decoding: try await client.read(count: expected.utf8.count), as: UTF8.self) == expected)
        }
    }

    @Test("is told of a heartbeat that is not the usual one before it could miss it")
    func unusualHeartbeat() async throws {
        try await TestServer.run({ $0.engine.heartbeat = .seconds(40) }) { server in
            let client = try await open(server, try await server.createRoom())

            let snapshot = try await client.read(until: "data: 40000\n\n\r\n")

            #expect(snapshot.hasSuffix(chunks("event: heartbeat\ndata: 40000\n\n")))
        }
    }

    @Test("gets no heartbeat while it gets ticks")
    func noHeartbeatWhileTicking() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            try await server.patch(code, "start")
            let client = try await open(server, code)
            _ = try await client.read(until: "running\n\n")

            try await server.clock.advance(by: .seconds(40))

            let text = try await client.read(until: "data: 560000\n\n")
            #expect(!text.contains("heartbeat"))
        }
    }

    @Test("ends cleanly at its lifetime, up to a tenth before it, with a reason to come back")
    func lifetime() async throws {
        try await TestServer.run { server in
            let client = try await open(server, try await server.createRoom(), version: "1.0")
            _ = try await client.read(until: "600000\n\n")

            try await server.clock.advance(by: .minutes(20) + .seconds(1))

            let end = String(decoding: try await client.readToEnd(), as: UTF8.self)
            let heartbeats = end.components(separatedBy: "event: heartbeat\ndata: 15000\n\n").count - 1
            #expect(end.hasSuffix("event: close\ndata: lifetime\n\n"))
            #expect((70...80).contains(heartbeats))
        }
    }

    @Test("never ends by itself with a lifetime of 0")
    func endless() async throws {
        try await TestServer.run({ $0.engine.streamLifetime = .zero }) { server in
            let client = try await open(server, try await server.createRoom(), version: "1.0")
            _ = try await client.read(until: "600000\n\n")

            try await server.clock.advance(by: .hours(2))

            #expect(server.engine.streamCount == 1)
        }
    }

    @Test("answers HEAD with the head alone, and goes on with the connection")
    func head() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let client = try await open(server, code, method: "HEAD")

            let head = try await client.read(until: "\r\n\r\n").lowercased()
            try await client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            let next = try await client.read(until: "\r\n\r\n")

            #expect(head.contains("content-type: text/event-stream; charset=utf-8"))
            #expect(!head.contains("connection:") && !head.contains("content-length:"))
            #expect(next.hasPrefix("HTTP/1.1 200 OK"))
            #expect(server.engine.streamCount == 0)
        }
    }

    @Test("begins on a connection that served other requests before, also sent ahead")
    func pipelined() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let client = try await server.connect()

            try await client.send(
                "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nGET /api/\(code)/connect HTTP/1.1\r\nHost: a\r\n\r\n"
            )

            let live = try await client.read(until: "}")
            let stream = try await client.read(until: "600000\n\n\r\n")
            #expect(live.hasPrefix("HTTP/1.1 200 OK") && live.hasSuffix(#"{"status":"live"}"#))
            #expect(stream.hasPrefix("HTTP/1.1 200 OK") && stream.contains("text/event-stream"))
        }
    }

    @Test("resumes by header and by query", arguments: ["Last-Event-ID: 1-1\r\n", ""])
    func resume(field: String) async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            try await server.patch(code, "start")
            try await server.clock.advance(by: Milliseconds(1_500))
            try await server.patch(code, "pause")
            let client = try await server.connect()

            let query = field.isEmpty ? "?lastEventId=1-1" : ""
            try await client.send("GET /\(code)/connect\(query) HTTP/1.0\r\n\(field)\r\n")

            _ = try await client.read(until: "\r\n\r\n")
            let expected =
                "retry: 1000\n\nid: 1-1\nevent: connect\ndata: OK\n\nid: 2-0\nevent: timer\ndata: pause\n\n"
                + "id: 2-0\nevent: remaining-time\ndata: 598500\n\n"
            #expect(String(decoding: try await client.read(count: expected.utf8.count), as: UTF8.self) == expected)
        }
    }

    @Test(
        "resumes after the newest id that a client names, wherever and however often it does",
        arguments: [
            ("?lastEventId=1-1", "Last-Event-ID: 2-0\r\n"), ("?lastEventId=2-0", "Last-Event-ID: 1-1\r\n"),
            ("?lastEventId=2-0", "Last-Event-ID: x\r\n"), ("?lastEventId=x", "Last-Event-ID: 2-0\r\n"),
            ("?lastEventId=", "Last-Event-ID: 2-0\r\n"), ("?lastEventId=1-1&a=b&lastEventId=2-0", ""),
            ("?lastEventId=2-0&lastEventId=1-9", ""), ("", "Last-Event-ID: 1-1\r\nLast-Event-ID: 2-0\r\n"),
            ("", "Last-Event-ID: 2-0, 1-1\r\n"), ("", "Last-Event-ID: 2-0\r\nLast-Event-ID:\r\n"),
            ("?lastEventId=50-0", "Last-Event-ID: 2-0\r\n"), ("?lastEventId=2-0&lastEventId=999999-0", ""),
            ("?lastEventId=2%2D0", ""), ("?%6castEvent%49d=%32-0", ""),
        ]
    )
    func newestID(query: String, fields: String) async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            try await server.patch(code, "start")
            try await server.patch(code, "pause")
            try await server.patch(code, "start")
            let client = try await server.connect()

            try await client.send("GET /\(code)/connect\(query) HTTP/1.0\r\n\(fields)\r\n")

            _ = try await client.read(until: "\r\n\r\n")
            let expected =
                "retry: 1000\n\nid: 2-0\nevent: connect\ndata: OK\n\nid: 3-0\nevent: timer\ndata: start\n\n"
            #expect(String(decoding: try await client.read(count: expected.utf8.count), as: UTF8.self) == expected)
        }
    }

    @Test("is refused before it begins where there is no room", arguments: ["AAAAAAAAAA", "short"])
    func noRoom(code: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.request("GET", "/api/\(code)/connect")

            #expect(answer.status == 404)
            #expect(answer.field("content-type") == "application/problem+json")
        }
    }
}
