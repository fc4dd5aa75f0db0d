/// A point on a monotonic clock, in nanoseconds since an arbitrary origin.
///
/// Only instants of the same clock of the same process can be compared. The wall clock never enters: setting it
/// forward or back changes no running timer. Arithmetic stops at the ends of the range and never overflows.
public struct MonotonicInstant: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The whole milliseconds from `earlier` to this instant, rounded down.
    public func since(_ earlier: MonotonicInstant) -> Milliseconds {
        let (quotient, remainder) = nanoseconds.saturatingSubtracting(earlier.nanoseconds)
            .quotientAndRemainder(dividingBy: 1_000_000)
        return Milliseconds(remainder < 0 ? quotient - 1 : quotient)
    }

    public static func + (instant: MonotonicInstant, span: Milliseconds) -> MonotonicInstant {
        let (nanoseconds, overflow) = span.count.multipliedReportingOverflow(by: 1_000_000)
        let length = overflow ? (span.count < 0 ? Int64.min : .max) : nanoseconds
        return MonotonicInstant(nanoseconds: instant.nanoseconds.saturatingAdding(length))
    }

    public static func < (a: MonotonicInstant, b: MonotonicInstant) -> Bool { a.nanoseconds < b.nanoseconds }
}
