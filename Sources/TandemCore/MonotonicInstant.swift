/// A point on a monotonic clock, in nanoseconds since an arbitrary origin.
///
/// Only instants of the same clock of the same process can be compared. The wall clock never enters: setting it
/// forward or back changes no running timer.
public struct MonotonicInstant: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The whole milliseconds from `earlier` to this instant, rounded down.
    public func since(_ earlier: MonotonicInstant) -> Milliseconds {
        let difference = nanoseconds - earlier.nanoseconds
        return Milliseconds(difference >= 0 ? difference / 1_000_000 : -((-difference + 999_999) / 1_000_000))
    }

    public static func + (instant: MonotonicInstant, span: Milliseconds) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: instant.nanoseconds + span.count * 1_000_000)
    }

    public static func < (a: MonotonicInstant, b: MonotonicInstant) -> Bool { a.nanoseconds < b.nanoseconds }
}
