import TandemCore
import TandemTesting
import Testing

/// A stream of each kind that there is. What they carry must be the same.
enum StreamKind: CaseIterable {
    case sse
    case sseOverHTTP10
    case webSocket
    case lines

    func open(_ server: TestServer, _ code: String, after lastEventID: String? = nil) async throws -> any EventClient {
        switch self {
        case .sse: try await SSEClient(server, code, lastEventID: lastEventID)
        case .sseOverHTTP10: try await SSEClient(server, code, version: "1.0", lastEventID: lastEventID)
        case .webSocket: try await WebSocketClient(server, code, lastEventID: lastEventID)
        case .lines: try await LineClient(server, code, lastEventID: lastEventID)
        }
    }
}

@Suite("The contract, on every transport", .timeLimit(.minutes(5)))
struct ContractTests {
    private func withServer(_ body: (TestServer, String) async throws -> Void) async throws {
        try await TestServer.run(transports: LineTransport.besidesAll) { server in
            try await body(server, try await server.createRoom())
        }
    }

    private func event(_ id: String?, _ name: String, _ data: String) -> ReceivedEvent {
        ReceivedEvent(id: id, name, data)
    }

    @Test("greets with connect and what remains", arguments: StreamKind.allCases)
    func greeting(kind: StreamKind) async throws {
        try await withServer { server, code in
            let client = try await kind.open(server, code)

            #expect(
                try await client.next(2) == [event("0-0", "connect", "OK"), event("0-0", "remaining-time", "600000")]
            )
        }
    }

    @Test("tells a late joiner that the timer runs, and where it stands", arguments: StreamKind.allCases)
    func lateJoiner(kind: StreamKind) async throws {
        try await withServer { server, code in
            try await server.patch(code, "start")
            try await server.clock.advance(by: .minutes(3) + Milliseconds(400))

            let client = try await kind.open(server, code)

            #expect(
                try await client.next(3) == [
                    event("1-180", "connect", "OK"), event("1-180", "remaining-time", "420000"),
                    event("1-180", "timer", "running"),
                ]
            )
        }
    }

    @Test("carries start, ticks and pause with the same ids and values", arguments: StreamKind.allCases)
    func countdown(kind: StreamKind) async throws {
        try await withServer { server, code in
            let client = try await kind.open(server, code)
            _ = try await client.next(2)

            let started = try await client.perform(.start)
            try await server.clock.advance(by: Milliseconds(2_250))
            let paused = try await client.perform(.pause)

            #expect(started == nil && paused == nil)
            #expect(
                try await client.next(6) == [
                    event("1-0", "timer", "start"), event("1-0", "remaining-time", "600000"),
                    event("1-1", "remaining-time", "599000"), event("1-2", "remaining-time", "598000"),
                    event("2-0", "remaining-time", "597750"), event("2-0", "timer", "pause"),
                ]
            )
        }
    }

    @Test("sends the interval after an interval without anything else", arguments: StreamKind.allCases)
    func heartbeat(kind: StreamKind) async throws {
        try await withServer { server, code in
            let client = try await kind.open(server, code)
            _ = try await client.next(2)

            try await server.clock.advance(by: .seconds(17))

            #expect(try await client.receive().name == "presence")
            #expect(try await client.receive() == ReceivedEvent(id: nil, "heartbeat", "15000"))
        }
    }

    @Test("ends a run with 0, stop, and the full duration", arguments: StreamKind.allCases)
    func end(kind: StreamKind) async throws {
        try await withServer { server, code in
            let client = try await kind.open(server, code)
            _ = try await client.next(2)
            _ = try await client.perform(.update(duration: 1_500))
            _ = try await client.perform(.start)
            _ = try await client.next(4)

            try await server.clock.advance(by: .seconds(5))

            #expect(
                try await client.next(4) == [
                    event("2-1", "remaining-time", "500"), event("2-2", "remaining-time", "0"),
                    event("3-0", "timer", "stop"), event("3-0", "remaining-time", "1500"),
                ]
            )
        }
    }

    @Test("takes a new setting while running, without a gap", arguments: StreamKind.allCases)
    func update(kind: StreamKind) async throws {
        try await withServer { server, code in
            let client = try await kind.open(server, code)
            _ = try await client.perform(.start)
            try await server.clock.advance(by: Milliseconds(500))

            _ = try await client.perform(.update(duration: 60_000))
            try await server.clock.advance(by: .seconds(1))

            #expect(
                try await client.next(7).suffix(3) == [
                    event("2-0", "timer", "update"), event("2-0", "remaining-time", "60000"),
                    event("2-1", "remaining-time", "59000"),
                ]
            )
        }
    }

    @Test("changes nothing by a second start", arguments: StreamKind.allCases)
    func secondStart(kind: StreamKind) async throws {
        try await withServer { server, code in
            let client = try await kind.open(server, code)
            _ = try await client.perform(.start)
            try await server.clock.advance(by: Milliseconds(500))

            let error = try await client.perform(.start)
            try await server.clock.advance(by: Milliseconds(500))

            #expect(error == nil)
            #expect(try await client.next(5).last == event("1-1", "remaining-time", "599000"))
        }
    }

    @Test("names the same errors", arguments: StreamKind.allCases)
    func errors(kind: StreamKind) async throws {
        try await withServer { server, code in
            let client = try await kind.open(server, code)

            #expect(try await client.perform(.pause) == "timer-not-running")
            #expect(try await client.perform(.update(duration: 0)) == "invalid-timer")
        }
    }

    @Test("shows a command of one transport on every other", arguments: StreamKind.allCases)
    func crossing(sender kind: StreamKind) async throws {
        try await withServer { server, code in
            var watchers: [any EventClient] = []
            for kind in StreamKind.allCases { watchers.append(try await kind.open(server, code)) }
            let sender = try await kind.open(server, code)

            _ = try await sender.perform(.start)
            try await server.clock.advance(by: .seconds(1))

            for watcher in watchers {
                #expect(
                    try await watcher.next(5).suffix(3) == [
                        event("1-0", "timer", "start"), event("1-0", "remaining-time", "600000"),
                        event("1-1", "remaining-time", "599000"),
                    ]
                )
            }
        }
    }

    @Test("lets a client that returns go on by its last id", arguments: StreamKind.allCases)
    func resume(kind: StreamKind) async throws {
        try await withServer { server, code in
            let first = try await kind.open(server, code)
            _ = try await first.perform(.start)
            try await server.clock.advance(by: .seconds(2))
            let last = try #require(try await first.next(6).last)
            await first.disconnect()
            try await server.clock.advance(by: .seconds(5))
            try await server.patch(code, "pause")
            try await server.patch(code, "start")

            let second = try await kind.open(server, code, after: last.id)

            #expect(
                try await second.next(5) == [
                    event("1-2", "connect", "OK"), event("2-0", "timer", "pause"), event("3-0", "timer", "start"),
                    event("3-0", "remaining-time", "593000"), event("3-0", "timer", "running"),
                ]
            )
        }
    }

    @Test("skips what a stalled process slept through, and stays exact", arguments: StreamKind.allCases)
    func stall(kind: StreamKind) async throws {
        try await withServer { server, code in
            let client = try await kind.open(server, code)
            _ = try await client.perform(.start)
            try await server.clock.advance(by: .seconds(1))

            try await server.clock.leap(by: Milliseconds(5_300))
            try await server.clock.advance(by: .seconds(1))

            #expect(
                try await client.next(7).suffix(3) == [
                    event("1-1", "remaining-time", "599000"), event("1-6", "remaining-time", "594000"),
                    event("1-7", "remaining-time", "593000"),
                ]
            )
        }
    }

    @Test("ends with close when the room is deleted", arguments: StreamKind.allCases)
    func deletion(kind: StreamKind) async throws {
        try await withServer { server, code in
            let client = try await kind.open(server, code)
            _ = try await client.next(2)

            let answer = try await server.request("DELETE", "/api/\(code)")

            #expect(answer.status == 204)
            #expect(try await client.next() == event(nil, "close", "OK"))
            #expect(try await server.request("GET", "/api/\(code)").status == 404)
        }
    }

    @Test("leaves nothing of a client that went away", arguments: StreamKind.allCases)
    func leaving(kind: StreamKind) async throws {
        try await withServer { server, code in
            let client = try await kind.open(server, code)
            let witness = try await StreamKind.sse.open(server, code)
            _ = try await client.next(2)

            await client.disconnect()

            try await server.untilStreamCount(is: 1)
            await witness.disconnect()
            try await server.untilStreamCount(is: 0)
        }
    }
}
