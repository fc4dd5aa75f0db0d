import TandemCore
import TandemEngine
import TandemTesting
import Testing

@testable import TandemServer

@Suite("One client address", .timeLimit(.minutes(5)))
struct ClientLimitTests {
    private static let proxied = ["X-Forwarded-For: 192.0.2.7"]

    @Test("opens only so many rooms, and more after a while")
    func rooms() async throws {
        try await TestServer.run({ $0.clients.newRooms = RateLimit(perMinute: 1, burst: 2) }) { server in
            for _ in 0..<2 { _ = try await server.createRoom() }

            let refused = try await server.request("POST", "/api/rooms", json: #"{"duration":1000}"#)
            try await server.clock.advance(by: .minutes(1))

            #expect(refused.status == 429)
            #expect(try refused.member("code") == "too-many-requests")
            #expect(refused.field("Retry-After") == "60")
            #expect(try await server.request("POST", "/rooms", json: #"{"duration":1000}"#).status == 201)
        }
    }

    @Test("that guesses codes is told nothing of rooms that it has not used before")
    func guesses() async throws {
        try await TestServer.run({ $0.clients.unknownCodes = RateLimit(perMinute: 1, burst: 3) }) { server in
            let own = try await server.createRoom()
            let room = try await server.engine.createRoom(name: nil, setting: TimerSetting(duration: .minutes(1)))
            for path in ["/api/2222222222", "/2222222223/timer", "/api/2222222224/connect"] {
                #expect(try await server.request("GET", path).status == 404)
            }

            _ = try await server.request("OPTIONS", "/api/\(room.code)")
            let unknown = try await server.request("GET", "/api/2222222225/connect")
            let unused = try await server.request("GET", "/api/\(room.code)")

            #expect(unknown.status == 429)
            #expect(unused.status == 429)
            #expect(try await server.request("GET", "/api/\(own)").status == 200)
            #expect(try await server.patch(own, "start") == 204)
            let other = try await server.request("GET", "/api/\(room.code)/timer", fields: Self.proxied)
            #expect(other.status == 429, "the header counts from a trusted proxy alone")
        }
    }

    @Test("that guesses codes has its pages' preflights answered, by which it learns and unlocks nothing")
    func preflights() async throws {
        try await TestServer.run({
            $0.clients.unknownCodes = RateLimit(perMinute: 1, burst: 3)
            $0.allowedOrigins = .any
        }) { server in
            let room = try await server.engine.createRoom(name: nil, setting: TimerSetting(duration: .minutes(1)))
            let preflight = ["Origin: https://a.example", "Access-Control-Request-Method: PATCH"]
            for _ in 0..<3 { _ = try await server.request("GET", "/api/2222222222") }

            for fields in [preflight, []] {
                for path in ["/api/2222222223", "/api/\(room.code)", "/api/\(room.code)/connect"] {
                    #expect(try await server.request("OPTIONS", path, fields: fields).status == 204)
                }
            }

            #expect(try await server.request("GET", "/api/\(room.code)").status == 429)
        }
    }

    @Test("has only so many streams, of all transports, and others have theirs")
    func streams() async throws {
        try await TestServer.run({
            $0.clients.streams = 2
            $0.trustedProxies = TrustedProxies("127.0.0.1") ?? TrustedProxies()
        }) { server in
            let code = try await server.createRoom()
            let first = try await SSEClient(server, code)
            _ = try await WebSocketClient(server, code)
            try await server.untilStreamCount(is: 2)

            let refused = try await server.request("GET", "/api/\(code)/connect")
            let other = try await server.connect()
            let forwarded = Self.proxied.joined(separator: "\r\n")
            try await other.send("GET /api/\(code)/connect HTTP/1.1\r\nHost: a\r\n\(forwarded)\r\n\r\n")
            #expect(try await other.read(until: "\r\n").contains("200"))
            await first.disconnect()
            try await server.untilStreamCount(is: 2)
            _ = try await SSEClient(server, code)

            #expect(refused.status == 429)
            #expect(refused.field("Retry-After") == "5")
            #expect(server.logMessages.contains { $0.contains("--trusted-proxies") })
            try await server.untilStreamCount(is: 3)
        }
    }

    @Test("opens only so many connections; one more is told so, whatever it asks")
    func connections() async throws {
        try await TestServer.run({ $0.clients.connections = RateLimit(perSecond: 1, burst: 2) }) { server in
            #expect(try await server.request("GET", "/health/live").status == 200)
            #expect(try await server.request("GET", "/health/live").status == 200)

            let refused = try await server.request("GET", "/health/live")
            try await server.clock.advance(by: .seconds(1))

            #expect(refused.status == 429)
            #expect(refused.field("Content-Type") == "application/problem+json")
            #expect(refused.field("Retry-After") == "5")
            #expect(try await server.request("GET", "/health/live").status == 200)
        }
    }

    @Test("that is a trusted proxy's opens as many connections as its clients need")
    func proxyConnections() async throws {
        try await TestServer.run({
            $0.clients.connections = RateLimit(perSecond: 1, burst: 2)
            $0.trustedProxies = TrustedProxies("127.0.0.1") ?? TrustedProxies()
        }) { server in
            for _ in 0..<5 {
                let answer = try await server.request("GET", "/health/live")
                #expect(answer.status == 200)
            }
        }
    }

    @Test("has only so many connections at once, and another when one has closed")
    func connectionsAtOnce() async throws {
        try await TestServer.run({
            $0.clients.streams = 1
            $0.clients.idleConnections = 1
        }) { server in
            let first = try await server.connect()
            let second = try await server.connect()
            for client in [first, second] {
                try await client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await client.read(until: #""live"}"#)
            }

            let refused = try await server.request("GET", "/health/live")
            try await second.send("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            _ = try await second.readToEnd()
            for _ in 0..<20 { try await server.clock.settle() }

            #expect(refused.status == 429)
            #expect(try await server.request("GET", "/health/live").status == 200)
        }
    }

    @Test("of IPv6 is a /64, and one of IPv4 is the same however it is written")
    func addresses() async throws {
        try await TestServer.run({
            $0.clients.newRooms = RateLimit(perMinute: 1, burst: 1)
            $0.trustedProxies = TrustedProxies("127.0.0.1") ?? TrustedProxies()
        }) { server in
            let expected = [
                ("2001:db8:0:1::1", 201), ("2001:db8:0:1:ffff::2", 429), ("2001:db8:0:2::1", 201), ("192.0.2.1", 201),
                ("::ffff:192.0.2.1", 429), ("192.0.2.2", 201),
            ]
            for (address, status) in expected {
                let fields = ["X-Forwarded-For: \(address)"]
                let answer = try await server.request("POST", "/api/rooms", fields: fields, json: #"{"duration":1000}"#)
                #expect(answer.status == status, "\(address)")
            }
        }
    }
}

@Suite("The table of client addresses")
struct ClientLedgerTests {
    @Test("forgets those that want nothing, and none that guessed codes")
    func sweep() throws {
        var limits = ClientLimits()
        limits.unknownCodes = RateLimit(perMinute: 1, burst: 1)
        let ledger = ClientLedger(limits: limits, clock: ManualClock([]))
        let code = try #require(AccessCode("2222222222"))
        let guesser = ClientAddress("192.0.2.1")
        ledger.looked(for: code, guesser, isThere: false)

        for number in 0..<1_100 {
            #expect(ledger.look(for: code, ClientAddress("10.0.\(number / 256).\(number % 256)")) == nil)
        }

        #expect(ledger.addressCount < 1_000)
        #expect(ledger.look(for: code, guesser) == 60)
    }
}

@Suite("A server that has all its connections", .timeLimit(.minutes(5)))
struct ConnectionLimitTests {
    @Test("answers one more with 503, and serves again when one has closed")
    func capacity() async throws {
        try await TestServer.run({ $0.connections = 2 }) { server in
            let first = try await server.connect()
            let second = try await server.connect()
            for client in [first, second] {
                try await client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await client.read(until: #""live"}"#)
            }

            let refused = try await server.request("GET", "/health/live")
            // More than are refused at once.
            for _ in 0..<40 { #expect(try await server.request("GET", "/health/live").status == 503) }
            try await second.send("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            _ = try await second.readToEnd()
            for _ in 0..<20 { try await server.clock.settle() }

            #expect(refused.status == 503)
            #expect(try refused.member("code") == "unavailable")
            #expect(refused.field("Retry-After") == "5")
            #expect(try await server.request("GET", "/health/live").status == 200)
            #expect(server.logMessages.filter { $0.hasPrefix("all connections are taken") }.count == 1)
        }
    }
}
