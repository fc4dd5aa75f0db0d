package import TandemCore

/// How often something may happen: so many times a second on average, and so many at once.
public struct RateLimit: Sendable {
    /// Times a second, at least 1, in the long run.
    public var perSecond: Int
    /// Times at once, at least 1, after a pause.
    public var burst: Int

    public init(perSecond: Int, burst: Int) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// What is left of a ``RateLimit``: a token bucket in one number, which nothing needs to refill.
package struct TokenBucket: Sendable {
    /// When the bucket is full again.
    private var fullAt = MonotonicInstant(nanoseconds: .min)

    package init() {}

    /// Takes a token.
    /// - Returns: false if there is none.
    package mutating func take(_ limit: RateLimit, at now: MonotonicInstant) -> Bool {
        let interval = 1_000_000_000 / Int64(limit.perSecond)
        let later = max(fullAt, now).nanoseconds + interval
        guard later - now.nanoseconds <= interval * Int64(limit.burst) else { return false }
        fullAt = MonotonicInstant(nanoseconds: later)
        return true
    }
}
