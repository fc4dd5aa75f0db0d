import TandemCore
import TandemTesting
import Testing

@Suite("Presence", .timeLimit(.minutes(5)))
struct PresenceTests {
    @Test("reaches everybody, the joiner too, a second after streams came", arguments: StreamKind.allCases)
    func joining(kind: StreamKind) async throws {
        try await TestServer.run(transports: LineTransport.besidesAll) { server in
            let code = try await server.createRoom()
            let first = try await kind.open(server, code)
            try await server.clock.advance(by: .seconds(1))
            _ = try await first.nextPresence()

            let second = try await WebSocketClient(server, code)
            _ = try await second.next(2)
            try await server.clock.advance(by: .seconds(1))

            let told = try await first.nextPresence()
            #expect(told.contains(#""websocket":\#(kind == .webSocket ? 2 : 1)"#))
            #expect(try await second.nextPresence() == told)
        }
    }

    @Test("is one message a second, however many streams come and go")
    func coalescing() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let witness = try await SSEClient(server, code)
            var others: [any EventClient] = []
            for _ in 0..<20 { others.append(try await SSEClient(server, code)) }
            try await server.clock.advance(by: .seconds(1))
            for client in others { await client.disconnect() }
            try await server.untilStreamCount(is: 1)
            try await server.clock.advance(by: .seconds(1))
            await (try await WebSocketClient(server, code)).disconnect()
            try await server.untilStreamCount(is: 1)
            try await server.clock.advance(by: .seconds(5))
            _ = try await server.request("DELETE", "/api/\(code)/connect")

            var told: [String] = []
            while case let event = try await witness.receive(), event.name != "close" {
                if event.name == "presence" { told.append("\(event.id ?? "-") \(event.data)") }
            }

            #expect(
                told == [
                    #"- {"sse":21,"websocket":0}"#, #"- {"sse":1,"websocket":0}"#, #"- {"sse":1,"websocket":0}"#,
                ]
            )
        }
    }
}
