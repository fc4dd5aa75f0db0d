public import TandemCore

/// How often something may happen: a number of times a period on average, and a number of times at once.
public struct RateLimit: Hashable, Sendable {
    /// Times a period, at least 1, in the long run.
    public var count: Int
    /// At least 1 ms.
    public var period: Milliseconds
    /// Times at once, at least 1, after a pause.
    public var burst: Int

    public init(_ count: Int, per period: Milliseconds, burst: Int) {
        self.count = count
        self.period = period
        self.burst = burst
    }

    public init(perSecond count: Int, burst: Int) {
        self.init(count, per: .seconds(1), burst: burst)
    }

    public init(perMinute count: Int, burst: Int) {
        self.init(count, per: .minutes(1), burst: burst)
    }

    /// No limit in practice.
    public static let unlimited = RateLimit(perSecond: 1_000_000, burst: 1_000_000)

    /// For messages: times a second, rounded down.
    package var perSecond: Int { Int(Int64(count) * 1000 / period.count) }

    /// Nanoseconds in which one token comes back.
    fileprivate var interval: Int64 { max(1, period.count * 1_000_000 / Int64(count)) }
}

/// What is left of a ``RateLimit``: a token bucket in one number, which nothing needs to refill.
package struct TokenBucket: Sendable {
    /// When the bucket is full again.
    private var fullAt = MonotonicInstant(nanoseconds: .min)

    package init() {}

    /// Takes a token.
    /// - Returns: false if there is none.
    package mutating func take(_ limit: RateLimit, at now: MonotonicInstant) -> Bool {
        guard hasToken(limit, at: now) else { return false }
        fullAt = MonotonicInstant(nanoseconds: max(fullAt, now).nanoseconds + limit.interval)
        return true
    }

    /// Whether ``take(_:at:)`` would succeed.
    package func hasToken(_ limit: RateLimit, at now: MonotonicInstant) -> Bool {
        max(fullAt, now).nanoseconds + limit.interval - now.nanoseconds <= limit.interval * Int64(limit.burst)
    }

    /// Whether nothing has been taken, or all has come back.
    package func isFull(at now: MonotonicInstant) -> Bool { fullAt <= now }

    /// Whole seconds, at least 1, until a token is there.
    package func secondsUntilToken(_ limit: RateLimit, at now: MonotonicInstant) -> Int {
        let early = max(fullAt, now).nanoseconds + limit.interval * Int64(1 - limit.burst) - now.nanoseconds
        return Int(max(1, (early + 999_999_999) / 1_000_000_000))
    }
}
