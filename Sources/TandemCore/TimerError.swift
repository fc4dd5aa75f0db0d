/// Why a timer refused a setting or a command.
public enum TimerError: Error, Equatable, Sendable {
    /// Not 0 < remaining ≤ duration ≤ ``TimerSetting/longest``.
    case invalidSetting(duration: Milliseconds, remaining: Milliseconds)
    /// Pause came to a timer that does not run.
    case notRunning
    /// Pause came at or after the end of the run, before that end was recorded.
    case finished
}

extension TimerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidSetting(let duration, let remaining):
            """
            duration is \(duration.count) and remainingTime \(remaining.count); \
            allowed is 0 < remainingTime <= duration <= \(TimerSetting.longest.count), in milliseconds
            """
        case .notRunning: "the timer is not running, so it cannot be paused"
        case .finished: "the timer reached 0 before it could be paused"
        }
    }
}
