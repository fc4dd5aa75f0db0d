import TandemCore
import TandemTesting
import Testing

@testable import TandemEngine

#if DEBUG
@Suite("A peer whose network vanished", .timeLimit(.minutes(5)))
struct SilentPeerTests {
    /// A heartbeat of 15 s: given up 43.5 s after its last acknowledgement, and the others are told within the 45.
    private static let silence = Milliseconds(43_500)

    @Test("is closed within three heartbeats of its last acknowledgement, not sooner", arguments: [false, true])
    func closed(isRunning: Bool) async throws {
        let acknowledgements = EngineHost.AssumedAcknowledgements()
        try await EngineHost.run(wire: .init(acknowledgements: acknowledgements)) { host in
            if isRunning { try await host.engine.perform(.start, in: host.code) }
            _ = try await host.join()
            let last = host.clock.now
            let vanish = { acknowledgements.set(age: host.clock.now.since(last)) }

            for _ in 0..<42 {
                vanish()
                try await host.clock.advance(by: .seconds(1))
            }
            #expect(host.engine.streamCount == 1)

            for _ in 0..<3 {
                vanish()
                try await host.clock.advance(by: .seconds(1))
            }
            try await host.untilStreamCount(is: 0)
        }
    }

    @Test("is not asked for what it cannot have got: questions that did not arrive do not count as unanswered")
    func undelivered() async throws {
        let acknowledgements = EngineHost.AssumedAcknowledgements()
        let wire = EngineHost.Wire(heartbeatRule: .answered, acknowledgements: acknowledgements)
        try await EngineHost.run(wire: wire) { host in
            _ = try await host.join()
            acknowledgements.set(age: .seconds(20))

            try await host.clock.advance(by: .minutes(2))
            #expect(host.engine.streamCount == 1)

            acknowledgements.set(age: .zero, isAwaited: false)
            try await host.clock.advance(by: .seconds(45))
            try await host.untilStreamCount(is: 0)
        }
    }

    @Test("but that owes no acknowledgement is left alone")
    func idle() async throws {
        let acknowledgements = EngineHost.AssumedAcknowledgements()
        try await EngineHost.run(wire: .init(acknowledgements: acknowledgements)) { host in
            _ = try await host.join()
            acknowledgements.set(age: .hours(1), isAwaited: false)

            try await host.clock.advance(by: .minutes(2))

            #expect(host.engine.streamCount == 1)
        }
    }
}

@Suite("A peer that takes its bytes slowly", .timeLimit(.minutes(5)))
struct SlowPeerTests {
    @Test("stays as long as it takes some")
    func progress() async throws {
        let acknowledgements = EngineHost.AssumedAcknowledgements()
        try await EngineHost.run(sendBuffer: 4096, wire: .init(acknowledgements: acknowledgements)) { host in
            let slow = try await host.join(receiveBuffer: 2048)
            try await slow.stopReading()
            try await slow.send(String(repeating: "x", count: 1 << 18) + "\n")
            try await host.clock.settle()

            for bytes in 1...20 {
                acknowledgements.set(age: .zero, isAwaited: false, bytes: UInt64(bytes))
                try await host.clock.advance(by: .seconds(15))
            }
            #expect(host.engine.streamCount == 1)

            try await host.clock.advance(by: .seconds(60))
            try await host.untilStreamCount(is: 0)
        }
    }

    @Test("misses a tick that finds no place, and gets the newest one a second later")
    func refusedTick() async throws {
        let faults = SendFaults()
        try await EngineHost.run(wire: .init(faults: faults)) { host in
            let client = try await host.join()
            try await host.clock.advance(by: .seconds(2))
            _ = try await client.read(until: "presence {\"test\":1}\n")
            try await host.engine.perform(.start, in: host.code)
            try await host.clock.advance(by: .seconds(1))
            _ = try await client.read(until: "1-1 remaining-time 599000\n")

            faults.arm(.blocked, at: 1)
            try await host.clock.advance(by: .seconds(2))

            #expect(try await client.read(until: "1-3 remaining-time 597000\n") == "1-3 remaining-time 597000\n")
        }
    }

    @Test("gets nothing after the pause that ended a run of which it missed a tick")
    func refusedTickBeforePause() async throws {
        let faults = SendFaults()
        try await EngineHost.run(wire: .init(faults: faults)) { host in
            let client = try await host.join()
            try await host.clock.advance(by: .seconds(2))
            _ = try await client.read(until: "presence {\"test\":1}\n")
            try await host.engine.perform(.start, in: host.code)
            _ = try await client.read(until: "1-0 remaining-time 600000\n")

            faults.arm(.blocked, at: 1)
            try await host.clock.advance(by: .seconds(1))
            try await host.engine.perform(.pause, in: host.code)
            try await host.clock.advance(by: .seconds(3))
            try await host.engine.perform(.start, in: host.code)

            #expect(
                try await client.read(until: "3-0 timer start\n") == """
                    2-0 remaining-time 599000
                    2-0 timer pause
                    3-0 timer start

                    """
            )
        }
    }
}
#endif
