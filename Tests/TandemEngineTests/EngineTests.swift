import NIOCore
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

    @Test("gives the first stream on an event loop the tick of its snapshot once")
    func firstStream() async throws {
        try await EngineHost.run { host in
            try await host.engine.perform(.start, in: host.code)
            try await host.clock.advance(by: .seconds(2))
            let client = try await host.join()

            try await host.clock.advance(by: .seconds(1))

            #expect(
                try await client.read(until: "597000\n") == "1-2 timer running\n1-3 remaining-time 597000\n"
            )
        }
    }

    @Test("gives a stream that joins when a tick is due, but not delivered yet, that tick once")
    func joinAtTick() async throws {
        try await EngineHost.run { host in
            // Ticks go out every 10 ms, so those of this run come 7 ms late.
            _ = try await host.join()
            try await host.clock.advance(by: Milliseconds(3))
            try await host.engine.perform(.start, in: host.code)
            try await host.clock.advance(by: Milliseconds(1_002))
            let client = try await host.join()

            try await host.clock.advance(by: Milliseconds(1_010))

            #expect(
                try await client.read(until: "598000\n") == "1-1 timer running\n1-2 remaining-time 598000\n"
            )
        }
    }

    @Test("counts the ticks of every run from its start")
    func secondRun() async throws {
        try await EngineHost.run { host in
            let client = try await host.join()
            try await host.engine.perform(.start, in: host.code)
            try await host.clock.advance(by: .seconds(5))
            try await host.engine.perform(.pause, in: host.code)
            try await host.engine.perform(.start, in: host.code)

            try await host.clock.advance(by: .seconds(1))

            try await client.send("there\n")
            let text = try await client.read(until: "there\n")
            #expect(text.hasSuffix("3-0 remaining-time 595000\n3-1 remaining-time 594000\nthere\n"))
        }
    }

    @Test("has the tick of 0 before the stop, also where a question finds the end before the tick is delivered")
    func endBeforeTick() async throws {
        try await EngineHost.run { host in
            let client = try await host.join()
            try await host.engine.perform(.update(TimerSetting(duration: Milliseconds(1_503))), in: host.code)
            try await host.engine.perform(.start, in: host.code)
            try await host.clock.advance(by: Milliseconds(1_505))

            #expect(try await host.engine.report(of: host.code).revision == 3)

            let text = try await client.read(until: "timer stop\n")
            #expect(text.hasSuffix("2-2 remaining-time 0\n3-0 timer stop\n"))
        }
    }

    @Test("tells who is connected a second after a join, also between two ticks")
    func presenceBetweenTicks() async throws {
        try await EngineHost.run { host in
            try await host.engine.perform(.start, in: host.code)
            try await host.clock.advance(by: Milliseconds(300))
            let client = try await host.join()

            try await host.clock.advance(by: .seconds(1))

            try await client.send("there\n")
            #expect(
                try await client.read(until: "there\n") == """
                    1-0 timer running
                    1-1 remaining-time 599000
                    - presence {"test":1}
                    there

                    """
            )
        }
    }

    @Test("tells streams of one event loop who is connected also when others came on another before")
    func presenceOnTwoLoops() async throws {
        try await EngineHost.run(loops: 2) { host in
            // Connections go to the event loops in turn.
            let first = try await host.join()
            try await host.clock.advance(by: .seconds(1))
            _ = try await host.join()

            try await host.clock.advance(by: .seconds(1))

            try await first.send("there\n")
            #expect(
                try await first.read(until: "there\n") == """
                    - presence {"test":1}
                    - presence {"test":2}
                    there

                    """
            )
        }
    }

    @Test("has a place again for a stream when one has left, however many were refused meanwhile")
    func placeAfterRefusal() async throws {
        var limits = EngineLimits()
        limits.streams = 2
        try await EngineHost.run(limits: limits) { host in
            let first = try await host.join()
            _ = try await host.join()
            #expect(try await host.connect().read(until: "\n") == "unavailable\n")
            #expect(host.engine.streamCount == 2)
            await first.close()
            try await host.untilStreamCount(is: 1)

            #expect(try await host.connect().read(until: "\n") == "0-0 connect OK\n")
        }
    }
}

@Suite("A rate limit")
struct RateLimitTests {
    @Test("says after how many whole seconds a token is there, not sooner")
    func retryAfter() {
        let limit = RateLimit(perMinute: 1, burst: 2)
        let begin = MonotonicInstant(nanoseconds: 0)
        var bucket = TokenBucket()
        let taken = (0..<3).map { _ in bucket.take(limit, at: begin) }

        let seconds = bucket.secondsUntilToken(limit, at: begin + Milliseconds(500))

        #expect(taken == [true, true, false])
        #expect(seconds == 60)
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

    @Test("may have as many writes wait for it as allowed, and is closed with the next one")
    func exactBound() async throws {
        var limits = EngineLimits()
        limits.pendingWrites = 3
        try await EngineHost.run(sendBuffer: 4096, limits: limits) { host in
            let slow = try await host.join(receiveBuffer: 2048)
            try await slow.stopReading()
            // The system takes a part of the first.
            for length in [1 << 20, 1, 1] {
                try await host.forEachSubscriber { $0.send(ByteBuffer(string: String(repeating: "x", count: length))) }
            }
            try await host.clock.settle()
            #expect(host.engine.streamCount == 1)

            try await host.forEachSubscriber { $0.send(ByteBuffer(string: "x")) }

            try await host.untilStreamCount(is: 0)
        }
    }
}
