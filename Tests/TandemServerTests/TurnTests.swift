import TandemCore
import TandemTesting
import Testing

@Suite("Turns", .timeLimit(.minutes(5)))
struct TurnTests {
    private func event(_ id: String?, _ name: String, _ data: String) -> ReceivedEvent {
        ReceivedEvent(id: id, name, data)
    }

    @Test("are swapped once by the end of a run, with three pages open on three transports")
    func oneEndIsOneSwap() async throws {
        try await TestServer.run(transports: LineTransport.besidesAll) { server in
            let code = try await server.createRoom(duration: .seconds(3), names: ["사과", "포도"])
            var pages: [any EventClient] = []
            for kind in [StreamKind.sse, .webSocket, .lines] { pages.append(try await kind.open(server, code)) }
            try await server.patch(code, "start")

            try await server.clock.advance(by: .seconds(10))

            for page in pages {
                #expect(
                    try await page.next(11).dropFirst(2) == [
                        event("0-0", "turn", #"{"turn":1,"driver":"사과","navigator":"포도"}"#),
                        event("1-0", "timer", "start"), event("1-0", "remaining-time", "3000"),
                        event("1-1", "remaining-time", "2000"), event("1-2", "remaining-time", "1000"),
                        event("1-3", "remaining-time", "0"), event("2-0", "timer", "stop"),
                        event("2-0", "turn", #"{"turn":2,"driver":"포도","navigator":"사과"}"#),
                        event("2-0", "remaining-time", "3000"),
                    ]
                )
            }
            let room = try await server.request("GET", "/api/\(code)")
            #expect(room.body.contains(#""turn":{"driver":"포도","navigator":"사과","turn":2}"#))
        }
    }

    @Test("may be swapped in the middle of a run, which goes on", arguments: StreamKind.allCases)
    func swap(kind: StreamKind) async throws {
        try await TestServer.run(transports: LineTransport.besidesAll) { server in
            let code = try await server.createRoom(names: ["a", "b", "c"])
            let client = try await kind.open(server, code)
            _ = try await client.perform(.start)
            try await server.clock.advance(by: Milliseconds(1_500))

            let swapped = try await client.perform(.swap(turn: 1))
            let again = try await client.perform(.swap(turn: 1))
            try await server.clock.advance(by: .seconds(1))

            #expect(swapped == nil && again == nil)
            #expect(
                try await client.next(8).suffix(3) == [
                    event("1-1", "remaining-time", "599000"),
                    event("2-0", "turn", #"{"turn":2,"driver":"b","navigator":"c"}"#),
                    event("2-2", "remaining-time", "598000"),
                ]
            )
        }
    }

    @Test("that a client missed come when it returns", arguments: StreamKind.allCases)
    func resume(kind: StreamKind) async throws {
        try await TestServer.run(transports: LineTransport.besidesAll) { server in
            let code = try await server.createRoom(duration: .seconds(3), names: ["a", "b"])
            try await server.patch(code, "start")
            try await server.clock.advance(by: .seconds(1))
            try await server.clock.advance(by: .seconds(5))

            let client = try await kind.open(server, code, after: "1-1")

            #expect(
                try await client.next(5) == [
                    event("1-1", "connect", "OK"), event("2-0", "timer", "stop"),
                    event("2-0", "turn", #"{"turn":2,"driver":"b","navigator":"a"}"#),
                    event("2-0", "remaining-time", "3000"),
                    event("2-0", "turn", #"{"turn":2,"driver":"b","navigator":"a"}"#),
                ]
            )
        }
    }

    @Test("need names", arguments: StreamKind.allCases)
    func noNames(kind: StreamKind) async throws {
        try await TestServer.run(transports: LineTransport.besidesAll) { server in
            let client = try await kind.open(server, try await server.createRoom())

            #expect(try await client.perform(.swap(turn: nil)) == "no-names")
        }
    }

    @Test("take names that are given later, over HTTP and in-band")
    func naming() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let client = try await WebSocketClient(server, code)
            _ = try await client.next(2)

            let answer = try await server.request("PATCH", "/api/\(code)", json: #"{"names":["a","b"],"by":"b"}"#)
            try await client.send(#"{"command":"names","names":[]}"#)

            #expect(answer.status == 204)
            #expect(
                try await client.next(3) == [
                    event("1-0", "turn", #"{"turn":1,"driver":"a","navigator":"b"}"#), event("1-0", "by", "b"),
                    event("2-0", "turn", #"{"turn":0,"driver":"","navigator":""}"#),
                ]
            )
        }
    }
}

@Suite("Who asked", .timeLimit(.minutes(5)))
struct ByTests {
    @Test("is told after the transition, under its id, on every transport", arguments: StreamKind.allCases)
    func by(kind: StreamKind) async throws {
        try await TestServer.run(transports: LineTransport.besidesAll) { server in
            let code = try await server.createRoom()
            let client = try await kind.open(server, code)
            let commander = try await WebSocketClient(server, code)

            let answer = try await server.request("PATCH", "/api/\(code)/timer/start", json: #"{"by":"사과"}"#)
            try await commander.send(#"{"command":"pause","by":"포도"}"#)

            #expect(answer.status == 204)
            #expect(
                try await client.next(8).dropFirst(2) == [
                    ReceivedEvent(id: "1-0", "timer", "start"), ReceivedEvent(id: "1-0", "by", "사과"),
                    ReceivedEvent(id: "1-0", "remaining-time", "600000"),
                    ReceivedEvent(id: "2-0", "remaining-time", "600000"), ReceivedEvent(id: "2-0", "by", "포도"),
                    ReceivedEvent(id: "2-0", "timer", "pause"),
                ]
            )
        }
    }

    @Test("is not asked of clients that send a body of nothing")
    func emptyForm() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let form = ["Content-Type: application/x-www-form-urlencoded", "Content-Length: 0"]

            #expect(try await server.request("PATCH", "/api/\(code)/timer/start", fields: form).status == 204)
        }
    }
}
