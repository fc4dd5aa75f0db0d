import TandemCore
import TandemEngine
import TandemServer
import TandemTesting
import Testing

@Suite("Resources", .timeLimit(.minutes(5)))
struct ResourceTests {
    @Test("of 200 streams that came and went without a word are all given back")
    func nothingLeft() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            try await server.patch(code, "start")
            try await server.clock.settle()
            let idle = server.clock.scheduledCount

            for _ in 0..<2 {
                var clients: [any EventClient] = []
                for number in 0..<100 {
                    clients.append(
                        number.isMultiple(of: 2)
                            ? try await SSEClient(server, code) : try await WebSocketClient(server, code)
                    )
                }
                try await server.clock.advance(by: .seconds(2))
                #expect(server.engine.streamCount == 100)
                for client in clients { await client.disconnect() }
                try await server.untilStreamCount(is: 0)
            }

            let room = try await server.request("GET", "/api/\(code)")
            #expect(room.body.contains(#""subscribers":{"sse":0,"websocket":0}"#))
            try await server.clock.advance(by: .minutes(2))
            #expect(server.clock.scheduledCount == idle)
        }
    }

    @Test("of a room nobody watches are no scheduled calls")
    func unwatchedRoom() async throws {
        try await TestServer.run { server in
            let before = try await server.createRoom()
            try await server.clock.settle()
            let scheduled = server.clock.scheduledCount

            try await server.patch(before, "start")
            try await server.clock.settle()

            #expect(server.clock.scheduledCount == scheduled)
        }
    }

    @Test("are bounded: a room's streams past the limit get 429, a server's 503, both with Retry-After")
    func limits() async throws {
        try await TestServer.run({
            $0.engine.streamsPerRoom = 2
            $0.engine.streams = 3
            // Would be reached if what the room refuses counted.
            $0.clients.streams = 4
        }) { server in
            let codes = [try await server.createRoom(), try await server.createRoom()]
            var streams: [any EventClient] = []
            for code in [codes[0], codes[0]] { streams.append(try await SSEClient(server, code)) }

            let roomFull = try await server.request("GET", "/api/\(codes[0])/connect")
            #expect(server.engine.streamCount == 2)
            streams.append(try await WebSocketClient(server, codes[1]))
            #expect(server.engine.streamCount == 3)
            let serverFull = try await server.request("GET", "/api/\(codes[1])/connect")

            #expect(roomFull.status == 429)
            #expect(try roomFull.member("code") == "too-many-requests")
            #expect(roomFull.field("Retry-After") != nil)
            #expect(serverFull.status == 503)
            #expect(serverFull.field("Retry-After") != nil)
            #expect(streams.count == 3)
        }
    }

    @Test("are bounded: rooms past the limit get 503 with Retry-After")
    func roomLimit() async throws {
        try await TestServer.run({ $0.engine.rooms = 1 }) { server in
            _ = try await server.createRoom()

            let answer = try await server.request("POST", "/api/rooms", json: #"{"duration":1000}"#)

            #expect(answer.status == 503)
            #expect(answer.field("Retry-After") == "60")
        }
    }

    @Test("of a room are given back a day after its last use")
    func expiry() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            try await server.clock.advance(by: .hours(23))
            #expect(try await server.request("GET", "/api/\(code)").status == 200)
            try await server.clock.advance(by: .hours(23))
            #expect(server.engine.roomCount == 1)

            try await server.clock.advance(by: .hours(3))

            #expect(server.engine.roomCount == 0)
            #expect(try await server.request("GET", "/api/\(code)").status == 404)
        }
    }
}

@Suite("A shutdown", .timeLimit(.minutes(5)))
struct ShutdownTests {
    @Test("tells streams why they end and when to come back")
    func drain() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let sse = try await server.connect()
            try await sse.send("GET /\(code)/connect HTTP/1.0\r\n\r\n")
            _ = try await sse.read(until: "600000\n\n")
            let webSocket = try await WebSocketClient(server, code)
            _ = try await webSocket.next(2)

            server.engine.drain()

            let end = String(decoding: try await sse.readToEnd(), as: UTF8.self)
            let match = try #require(end.wholeMatch(of: /retry: (\d+)\n\nevent: close\ndata: shutdown\n\n/))
            #expect((1_000...6_000).contains(try #require(Int(match.1))))
            #expect(try await webSocket.next() == ReceivedEvent(id: nil, "close", "shutdown"))
            #expect(try await webSocket.nextFrame().closeCode == 1001)
        }
    }

    @Test("is told to balancers: the server says that it is not ready")
    func readiness() async throws {
        var answer: Task<RawResponse, any Error>?
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let stream = try await RawClient.connect(port: server.port)
            try await stream.send("GET /\(code)/connect HTTP/1.0\r\n\r\n")
            _ = try await stream.read(until: "600000\n\n")
            let probe = try await RawClient.connect(port: server.port)
            try await probe.send(
                "GET /health/ready HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"
            )
            _ = try await probe.read(until: "100 Continue\r\n\r\n")
            answer = Task {
                // It ends when the server begins to shut down.
                _ = try await stream.readToEnd()
                await stream.close()
                try await probe.send("x")
                let bytes = try await probe.readToEnd()
                await probe.close()
                return try RawResponse(bytes)
            }
        }

        #expect(try await answer?.value.status == 503)
    }

    @Test("cuts the connections that are still open after the drain timeout")
    func cut() async throws {
        var client: RawClient?
        try await TestServer.run({ $0.drainTimeout = .zero }) { server in
            let unfinished = try await RawClient.connect(port: server.port)
            try await unfinished.send(
                "POST /api/rooms HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
            )
            _ = try await unfinished.read(until: "100 Continue\r\n\r\n")
            client = unfinished
        }

        let rest = try await client?.readToEnd()

        #expect(rest == [])
    }
}
