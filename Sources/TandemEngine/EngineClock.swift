public import NIOCore
public import TandemCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The engine's only source of time: what now is, and a call when it is later.
public protocol EngineClock: Sendable {
    var now: MonotonicInstant { get }

    /// What the wall clock shows now; only for what a store keeps.
    var wallTime: WallTime { get }

    /// Calls `body` on `eventLoop` once `instant` is reached, at once if it has passed.
    func schedule(
        at instant: MonotonicInstant,
        on eventLoop: any EventLoop,
        _ body: @escaping @Sendable () -> Void
    ) -> ScheduledCall
}

/// A call that ``EngineClock/schedule(at:on:_:)`` promised, and that can still be called off.
public struct ScheduledCall: Sendable {
    private let onCancel: @Sendable () -> Void

    public init(onCancel: @escaping @Sendable () -> Void) {
        self.onCancel = onCancel
    }

    public func cancel() {
        onCancel()
    }
}

/// The machine's monotonic clock. On Linux it goes on while the machine is suspended, which the event loops' own does
/// not: after a suspension a scheduled call comes as late as it was still ahead when that began, at most. A running
/// timer has a call each second, so the right number is there within a second, and everything else due with it.
public struct SystemClock: EngineClock {
    /// Nanoseconds ahead of which nothing is scheduled: a hundred years.
    private static let farthest: Int64 = 100 * 365 * 86_400 * 1_000_000_000

    public init() {}

    public var now: MonotonicInstant {
        #if os(Linux)
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
        #else
        return MonotonicInstant(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds))
        #endif
    }

    public var wallTime: WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    public func schedule(
        at instant: MonotonicInstant,
        on eventLoop: any EventLoop,
        _ body: @escaping @Sendable () -> Void
    ) -> ScheduledCall {
        // The span from now on, since the event loop counts from another origin.
        let (span, isTooLong) = instant.nanoseconds.subtractingReportingOverflow(now.nanoseconds)
        let delay = isTooLong ? Self.farthest : min(max(0, span), Self.farthest)
        let scheduled = eventLoop.scheduleTask(in: .nanoseconds(delay), body)
        return ScheduledCall { scheduled.cancel() }
    }
}
