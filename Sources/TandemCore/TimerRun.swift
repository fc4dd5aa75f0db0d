/// The schedule of a running timer: from here every tick is arithmetic.
///
/// Tick k carries `remainingAtStart - k * interval` and is due at `startedAt + k * interval`. The last tick carries 0
/// and is due when nothing remains, which is sooner than a full interval after its predecessor if `remainingAtStart`
/// is no multiple of the interval.
public struct TimerRun: Hashable, Sendable {
    public let remainingAtStart: Milliseconds
    public let startedAt: MonotonicInstant
    public let interval: Milliseconds

    /// When nothing remains.
    public var endsAt: MonotonicInstant { startedAt + remainingAtStart }

    /// The number of the last tick, the one that carries 0.
    public var lastTick: Int {
        Int((remainingAtStart.count + interval.count - 1) / interval.count)
    }

    /// The newest tick due at `now`, 0 before the first one.
    public func tick(at now: MonotonicInstant) -> Int {
        if now >= endsAt { return lastTick }
        return max(0, Int(now.since(startedAt).count / interval.count))
    }

    /// When tick `tick` is due, for `tick` in 0...``lastTick``.
    public func due(tick: Int) -> MonotonicInstant {
        min(startedAt + interval * Int64(tick), endsAt)
    }

    /// What tick `tick` carries, for `tick` in 0...``lastTick``.
    public func remaining(tick: Int) -> Milliseconds {
        max(.zero, remainingAtStart - interval * Int64(tick))
    }

    /// What remains at `now` to the millisecond, 0 from the end on.
    public func remaining(at now: MonotonicInstant) -> Milliseconds {
        max(.zero, remainingAtStart - max(.zero, now.since(startedAt)))
    }
}
