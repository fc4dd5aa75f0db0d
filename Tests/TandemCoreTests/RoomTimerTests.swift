import TandemCore
import Testing

@Suite("A room's timer")
struct RoomTimerTests {
    static let begin = MonotonicInstant(nanoseconds: 5_000_000_000)

    private func makeRunning(_ duration: Milliseconds = .minutes(10)) throws -> RoomTimer {
        var timer = RoomTimer(try TimerSetting(duration: duration))
        _ = timer.start(at: Self.begin)
        return timer
    }

    @Test("is paused at full duration at first")
    func isPausedAtFirst() throws {
        let timer = RoomTimer(try TimerSetting(duration: .minutes(10)))

        #expect(timer.state(at: Self.begin + .hours(1)) == .paused)
        #expect(timer.remaining(at: Self.begin + .hours(1)) == .minutes(10))
    }

    @Test("counts down once started")
    func countsDown() throws {
        let timer = try makeRunning()

        #expect(timer.state(at: Self.begin) == .running)
        #expect(timer.remaining(at: Self.begin + Milliseconds(2_345)) == Milliseconds(597_655))
        #expect(timer.tick(at: Self.begin + Milliseconds(2_345)) == (2, Milliseconds(598_000)))
    }

    @Test("keeps what remains to the millisecond when paused")
    func pauseKeepsMilliseconds() throws {
        var timer = try makeRunning()

        try timer.pause(at: Self.begin + Milliseconds(1_234))

        #expect(timer.remaining(at: Self.begin + .hours(5)) == Milliseconds(598_766))
        #expect(timer.state(at: Self.begin + .hours(5)) == .paused)
    }

    @Test("goes on from there when started again")
    func resumes() throws {
        var timer = try makeRunning()
        try timer.pause(at: Self.begin + Milliseconds(1_234))

        let changed = timer.start(at: Self.begin + .hours(1))

        #expect(changed)
        #expect(timer.tick(at: Self.begin + .hours(1) + .seconds(1)) == (1, Milliseconds(597_766)))
    }

    @Test("is not changed by a second start, and keeps its one schedule")
    func secondStartChangesNothing() throws {
        var timer = try makeRunning()
        let before = timer

        let changed = timer.start(at: Self.begin + Milliseconds(1_500))

        #expect(!changed)
        #expect(timer == before)
    }

    @Test("refuses a pause when paused")
    func pauseWhenPaused() throws {
        var timer = RoomTimer(try TimerSetting(duration: .minutes(10)))

        #expect(throws: TimerError.notRunning) { try timer.pause(at: Self.begin) }
    }

    @Test("refuses a pause at its end", arguments: [10_000, 10_001, 99_999] as [Int64])
    func pauseAtTheEnd(after: Int64) throws {
        var timer = try makeRunning(.seconds(10))

        #expect(throws: TimerError.finished) { try timer.pause(at: Self.begin + Milliseconds(after)) }
    }

    @Test("goes on from a new setting without a gap when updated while running")
    func updateWhileRunning() throws {
        var timer = try makeRunning()
        let moment = Self.begin + Milliseconds(2_500)

        timer.update(try TimerSetting(duration: .minutes(5), remaining: .minutes(4)), at: moment)

        #expect(timer.duration == .minutes(5))
        #expect(timer.state(at: moment) == .running)
        #expect(timer.tick(at: moment) == (0, .minutes(4)))
        #expect(timer.tick(at: moment + .seconds(1)) == (1, .seconds(239)))
    }

    @Test("stays paused when updated while paused")
    func updateWhilePaused() throws {
        var timer = RoomTimer(try TimerSetting(duration: .minutes(10)))

        timer.update(try TimerSetting(duration: .minutes(5), remaining: .minutes(4)), at: Self.begin)

        #expect(timer.state(at: Self.begin) == .paused)
        #expect(timer.remaining(at: Self.begin) == .minutes(4))
    }

    @Test("ends with a tick of 0, and then stands at full duration, ready to start")
    func reachesZero() throws {
        var timer = try makeRunning(.seconds(3))
        let end = Self.begin + .seconds(3)
        #expect(timer.tick(at: end) == (3, .zero))
        #expect(timer.state(at: end) == .finished)

        let ended = timer.finish(at: end)

        #expect(ended)
        #expect(timer.state(at: end) == .paused)
        #expect(timer.remaining(at: end) == .seconds(3))
        let isReady = timer.start(at: end + .seconds(9))
        #expect(isReady)
    }

    @Test("has no end before its time")
    func noEarlyEnd() throws {
        var timer = try makeRunning(.seconds(3))

        let ended = timer.finish(at: Self.begin + Milliseconds(2_999))

        #expect(!ended)
    }

    @Test("has the right value after a stall: the ticks slept through are skipped")
    func stall() throws {
        let timer = try makeRunning()
        #expect(timer.tick(at: Self.begin + .seconds(1)).number == 1)

        #expect(timer.tick(at: Self.begin + Milliseconds(6_300)) == (6, .seconds(594)))
    }

    @Test(
        "ticks at exact multiples, also with an odd remainder",
        arguments: [
            (0, 0, 2_500), (999, 0, 2_500), (1_000, 1, 1_500), (1_999, 1, 1_500), (2_000, 2, 500),
            (2_499, 2, 500), (2_500, 3, 0), (9_999, 3, 0),
        ] as [(Int64, Int, Int64)]
    )
    func ticks(after: Int64, number: Int, remaining: Int64) throws {
        let timer = try makeRunning(Milliseconds(2_500))

        #expect(timer.tick(at: Self.begin + Milliseconds(after)) == (number, Milliseconds(remaining)))
    }

    @Test("has its ticks due at the start plus whole seconds, and the last one at the end")
    func dueTimes() throws {
        let run = try #require(try makeRunning(Milliseconds(2_500)).run)

        #expect((0...run.lastTick).map { run.due(tick: $0).since(Self.begin).count } == [0, 1_000, 2_000, 2_500])
    }

    @Test("takes a setting only within its range", arguments: TimerSettingCase.all)
    func settings(_ setting: TimerSettingCase) {
        let made = try? TimerSetting(
            duration: Milliseconds(setting.duration),
            remaining: setting.remaining.map { Milliseconds($0) }
        )

        #expect((made != nil) == setting.isValid)
    }
}

struct TimerSettingCase: Sendable {
    let duration: Int64
    let remaining: Int64?
    let isValid: Bool

    static let all: [TimerSettingCase] = [
        .init(duration: 1, remaining: nil, isValid: true),
        .init(duration: 86_400_000, remaining: nil, isValid: true),
        .init(duration: 86_400_001, remaining: nil, isValid: false),
        .init(duration: 0, remaining: nil, isValid: false),
        .init(duration: -1, remaining: nil, isValid: false),
        .init(duration: .max, remaining: nil, isValid: false),
        .init(duration: 10, remaining: 10, isValid: true),
        .init(duration: 10, remaining: 11, isValid: false),
        .init(duration: 10, remaining: 0, isValid: false),
        .init(duration: 10, remaining: .min, isValid: false),
    ]
}
