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

/// The machine's monotonic clock, as the event loops read it.
public struct SystemClock: EngineClock {
    public init() {}

    public var now: MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds))
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
        let deadline = NIODeadline.uptimeNanoseconds(UInt64(max(0, instant.nanoseconds)))
        let scheduled = eventLoop.scheduleTask(deadline: deadline, body)
        return ScheduledCall { scheduled.cancel() }
    }
}
