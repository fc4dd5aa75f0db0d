/// A point in time by the wall clock, in milliseconds since 1970 (Unix time).
///
/// It only anchors durable state, from one process to the next. The wall clock may be set forward or back at any time,
/// so nothing within a process is computed from it. Arithmetic stops at the ends of the range and never overflows.
public struct WallTime: Hashable, Comparable, Sendable {
    public var milliseconds: Int64

    /// The last moment of the year 9999, the latest that anybody writes.
    public static let latest = WallTime(milliseconds: 253_402_300_799_999)

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The time from `earlier` to this moment; zero if the wall clock was set back meanwhile.
    public func since(_ earlier: WallTime) -> Milliseconds {
        max(.zero, Milliseconds(milliseconds.saturatingSubtracting(earlier.milliseconds)))
    }

    public static func - (time: WallTime, span: Milliseconds) -> WallTime {
        WallTime(milliseconds: time.milliseconds.saturatingSubtracting(span.count))
    }

    public static func < (a: WallTime, b: WallTime) -> Bool { a.milliseconds < b.milliseconds }
}
