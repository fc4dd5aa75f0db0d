/// The countdown of a room: a pure value, advanced only by commands and by the time they are given.
///
/// It is `paused` at first, with all of its duration left; `start` and `pause` move between `paused` and `running`;
/// the end of a run, once recorded by ``finish(at:)``, makes it `paused` at full duration again.
public struct RoomTimer: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
        case paused
        case running
        /// Ran out, and the end is not recorded yet.
        case finished
    }

    private enum Phase: Hashable, Sendable {
        case paused(remaining: Milliseconds)
        case running(TimerRun)
    }

    public private(set) var duration: Milliseconds
    /// From one `remaining-time` to the next while running; 1 s in the contract.
    public let tickInterval: Milliseconds
    private var phase: Phase

    public init(_ setting: TimerSetting, tickInterval: Milliseconds = .seconds(1)) {
        duration = setting.duration
        self.tickInterval = tickInterval
        phase = .paused(remaining: setting.remaining)
    }

    /// A timer that a store kept, running if `startedAt` is when `remaining` was left.
    init(
        duration: Milliseconds,
        remaining: Milliseconds,
        startedAt: MonotonicInstant?,
        tickInterval: Milliseconds
    ) {
        self.duration = duration
        self.tickInterval = tickInterval
        phase = .paused(remaining: remaining)
        if let startedAt { run(remaining, from: startedAt) }
    }

    /// The schedule of the current run, nil while paused.
    public var run: TimerRun? {
        if case .running(let run) = phase { run } else { nil }
    }

    public func state(at now: MonotonicInstant) -> State {
        guard let run else { return .paused }
        return now < run.endsAt ? .running : .finished
    }

    /// What remains at `now` to the millisecond; 0 when finished.
    public func remaining(at now: MonotonicInstant) -> Milliseconds {
        switch phase {
        case .paused(let remaining): remaining
        case .running(let run): run.remaining(at: now)
        }
    }

    /// The newest tick due at `now`: its number (0 for none yet, and while paused) and what it carries.
    public func tick(at now: MonotonicInstant) -> (number: Int, remaining: Milliseconds) {
        switch phase {
        case .paused(let remaining): return (0, remaining)
        case .running(let run):
            let number = run.tick(at: now)
            return (number, run.remaining(tick: number))
        }
    }

    /// Starts the timer, or does nothing if it runs already.
    /// - Returns: whether anything changed.
    public mutating func start(at now: MonotonicInstant) -> Bool {
        guard case .paused(let remaining) = phase else { return false }
        run(remaining, from: now)
        return true
    }

    /// Stops the countdown and keeps what remains, to the millisecond.
    /// - Throws: ``TimerError/notRunning``, or ``TimerError/finished`` when nothing remains at `now`.
    public mutating func pause(at now: MonotonicInstant) throws(TimerError) {
        guard let run else { throw .notRunning }
        guard now < run.endsAt else { throw .finished }
        phase = .paused(remaining: run.remaining(at: now))
    }

    /// Takes a new setting; a running timer goes on from it without a gap.
    public mutating func update(_ setting: TimerSetting, at now: MonotonicInstant) {
        duration = setting.duration
        switch phase {
        case .paused: phase = .paused(remaining: setting.remaining)
        case .running: run(setting.remaining, from: now)
        }
    }

    /// Records the end of a run that ran out: paused at full duration, ready to start.
    /// - Returns: false if the timer does not run or has time left at `now`.
    public mutating func finish(at now: MonotonicInstant) -> Bool {
        guard let run, run.endsAt <= now else { return false }
        phase = .paused(remaining: duration)
        return true
    }

    private mutating func run(_ remaining: Milliseconds, from now: MonotonicInstant) {
        phase = .running(TimerRun(remainingAtStart: remaining, startedAt: now, interval: tickInterval))
    }
}
