/// What a timer counts down from: a full duration and what remains of it.
///
/// Holds 0 < remaining ≤ duration ≤ ``longest`` at all times.
public struct TimerSetting: Hashable, Sendable {
    /// The longest duration a timer takes: 24 hours.
    public static let longest = Milliseconds.hours(24)

    public let duration: Milliseconds
    public let remaining: Milliseconds

    /// - Parameter remaining: what is left of `duration`; all of it when nil.
    /// - Throws: ``TimerError/invalidSetting(duration:remaining:)`` outside the range above.
    public init(duration: Milliseconds, remaining: Milliseconds? = nil) throws(TimerError) {
        let remaining = remaining ?? duration
        guard .zero < remaining, remaining <= duration, duration <= Self.longest else {
            throw .invalidSetting(duration: duration, remaining: remaining)
        }
        self.duration = duration
        self.remaining = remaining
    }
}
