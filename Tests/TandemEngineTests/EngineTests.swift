import Synchronization
import TandemCore
import TandemEngine
import TandemTesting
import Testing

@Suite("The engine", .timeLimit(.minutes(5)))
struct EngineTests {
    @Test("encodes an event once per event loop, however many subscribers there are", arguments: [1, 2])
    func encodesOnce(loops: Int) async throws {
        try await EngineHost.run(loops: loops) { host in
            var clients: [RawClient] = []
            for _ in 0..<20 { clients.append(try await host.join()) }
            let before = host.encodings.load(ordering: .relaxed)

            try await host.engine.perform(.start, in: host.code)
            try await host.clock.advance(by: .seconds(3))

            let encodings = host.encodings.load(ordering: .relaxed) - before
            for client in clients {
                #expect(
                    try await client.read(until: "1-3 remaining-time 597000\n") == """
                        1-0 timer start
                        1-0 remaining-time 600000
                        1-1 remaining-time 599000
                        - presence {"test":20}
                        1-2 remaining-time 598000
                        1-3 remaining-time 597000

                        """
                )
            }
            #expect(encodings == 6 * loops)
        }
    }

    @Test("has its ticks due at the start plus whole seconds, however late the ones before were")
    func noDrift() async throws {
        try await EngineHost.run { host in
            let client = try await host.join()
            try await host.engine.perform(.start, in: host.code)

            for _ in 0..<5 {
                try await host.clock.leap(by: Milliseconds(1_030))
            }
            try await host.clock.leap(by: Milliseconds(850))

            // 5 times 1.03 s and 0.85 s are 6 s: the sixth tick is due at that very instant.
            #expect(try await client.read(until: "594000\n").hasSuffix("1-6 remaining-time 594000\n"))
        }
    }

    @Test("applies commands of many callers one at a time, without a gap in the numbers")
    func concurrentCommands() async throws {
        try await EngineHost.run(loops: 2) { host in
            let client = try await host.join()

            let revisions = await withTaskGroup(of: Int?.self) { tasks in
                for number in 0..<200 {
                    tasks.addTask {
                        let setting = try? TimerSetting(duration: .seconds(Int64(number + 1)))
                        guard let setting else { return nil }
                        return try? await host.engine.perform(.update(setting), in: host.code).revision
                    }
                }
                return await tasks.reduce(into: Set<Int>()) { if let revision = $1 { $0.insert(revision) } }
            }

            #expect(revisions == Set(1...200))
            let seen = try await client.read(until: "200-0 remaining-time")
            let order = seen.split(separator: "\n").filter { $0.contains(" timer update") }.map {
                $0.prefix { $0 != "-" }
            }
            #expect(order.map { Int($0) } == (1...200).map { $0 })
        }
    }

    @Test("lets a timer go on while nobody is connected")
    func unwatched() async throws {
        try await EngineHost.run { host in
            let first = try await host.join()
            try await host.engine.perform(.start, in: host.code)
            await first.close()
            try await host.untilStreamCount(is: 0)

            try await host.clock.advance(by: .seconds(5))

            #expect(try await host.engine.report(of: host.code).remaining == .seconds(595))
        }
    }

    @Test("ends the run of a room nobody watches when it is next looked at")
    func unwatchedEnd() async throws {
        try await EngineHost.run { host in
            try await host.engine.perform(.start, in: host.code)

            try await host.clock.advance(by: .minutes(11))

            let report = try await host.engine.report(of: host.code)
            #expect(report.revision == 2)
            #expect(report.state == .paused)
            #expect(report.remaining == .minutes(10))
        }
    }
}

@Suite("A subscriber that does not read", .timeLimit(.minutes(5)))
struct SlowSubscriberTests {
    @Test("gets the newest tick and every transition once it reads again")
    func conflation() async throws {
        var limits = EngineLimits()
        limits.silentHeartbeats = 240
        try await EngineHost.run(sendBuffer: 4096, limits: limits) { host in
            let slow = try await host.join(receiveBuffer: 2048)
            let quick = try await host.join()
            try await slow.stopReading()
            try await host.engine.perform(.start, in: host.code)
            try await host.clock.advance(by: .minutes(8))
            try await host.engine.perform(.update(TimerSetting(duration: .minutes(9))), in: host.code)
            try await host.clock.advance(by: .minutes(8))

            try await slow.resumeReading()

            var text = try await slow.read(until: "2-0 remaining-time 540000\n")
            // A tick that found no place is not tried again: the next one is as new as can be. At this pace it may happen
            // to the quick one, too.
            var tick = 480
            repeat {
                tick += 1
                try await host.clock.advance(by: .seconds(1))
            } while try await host.hasSubscriberBehind() && tick < 530
            tick += 1
            try await host.clock.advance(by: .seconds(1))
            let newest = "2-\(tick) remaining-time \((540 - tick) * 1000)\n"
            _ = try await quick.read(until: newest)
            text += try await slow.read(until: newest)
            #expect(text.contains("1-0 timer start\n"))
            #expect(text.contains("2-0 timer update\n2-0 remaining-time 540000\n"))
            #expect(text.split(separator: "\n").count < 480)
        }
    }

    @Test("is closed when it leaves its bytes unread for long; others never notice")
    func stall() async throws {
        try await EngineHost.run(sendBuffer: 4096) { host in
            let slow = try await host.join(receiveBuffer: 2048)
            let quick = try await host.join()
            try await slow.stopReading()
            try await host.engine.perform(.start, in: host.code)

            for tick in 1...540 {
                try await host.clock.advance(by: .seconds(1))
                #expect(try await quick.read(until: "\n1-\(tick) remaining-time").count < 80)
            }

            try await host.untilStreamCount(is: 1)
        }
    }

    @Test("is closed when too many transitions wait for it; others never notice")
    func bound() async throws {
        try await EngineHost.run(sendBuffer: 4096) { host in
            let slow = try await host.join(receiveBuffer: 2048)
            let quick = try await host.join()
            try await slow.stopReading()

            for number in 1...1_000 {
                let isPause = number.isMultiple(of: 2)
                try await host.engine.perform(isPause ? .pause : .start, in: host.code)
                let last = "\(number)-0 \(isPause ? "timer pause" : "remaining-time 600000")\n"
                #expect(try await quick.read(until: last).count < 200)
            }

            try await host.untilStreamCount(is: 1)
        }
    }
}
