public import NIOCore
import Synchronization
public import TandemCore
public import TandemEngine

/// A clock that stands still until a test moves it. Calls run on the event loops they were scheduled for.
public final class ManualClock: EngineClock {
    private struct Entry {
        let instant: MonotonicInstant
        let eventLoop: any EventLoop
        let body: @Sendable () -> Void
    }

    private struct State {
        var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
        /// Milliseconds.
        var wallTimeOffset: Int64 = 1_700_000_000_000
        var entries: [Int: Entry] = [:]
        var nextKey = 0

        mutating func removeDue(at instant: MonotonicInstant) -> [Entry] {
            let due = entries.filter { $0.value.instant <= instant }.sorted { $0.key < $1.key }
            for (key, _) in due { entries[key] = nil }
            return due.map(\.value)
        }
    }

    private let eventLoops: [any EventLoop]
    private let state = Mutex(State())

    /// - Parameter eventLoops: all loops that work by this clock.
    public init(_ eventLoops: [any EventLoop]) {
        self.eventLoops = eventLoops
    }

    public var now: MonotonicInstant { state.withLock(\.now) }

    /// Goes on with the clock, but can be set.
    public var wallTime: WallTime {
        state.withLock { WallTime(milliseconds: $0.now.nanoseconds / 1_000_000 + $0.wallTimeOffset) }
    }

    /// Sets the wall clock forward, or back.
    public func setWallTime(forwardBy span: Milliseconds) {
        state.withLock { $0.wallTimeOffset += span.count }
    }

    /// How many calls are scheduled.
    public var scheduledCount: Int { state.withLock(\.entries.count) }

    public func schedule(
        at instant: MonotonicInstant,
        on eventLoop: any EventLoop,
        _ body: @escaping @Sendable () -> Void
    ) -> ScheduledCall {
        let key = state.withLock { state in
            state.nextKey += 1
            state.entries[state.nextKey] = Entry(instant: instant, eventLoop: eventLoop, body: body)
            return state.nextKey
        }
        if instant <= now {
            eventLoop.execute { [self] in
                if let entry = state.withLock({ $0.entries.removeValue(forKey: key) }) { entry.body() }
            }
        }
        return ScheduledCall { [self] in state.withLock { $0.entries[key] = nil } }
    }

    /// Moves the clock forward by `span`, stopping at every scheduled call on the way.
    public func advance(by span: Milliseconds) async throws {
        try await settle()
        let end = now + span
        while let next = state.withLock({ $0.entries.values.map(\.instant).min() }), next <= end {
            state.withLock { $0.now = max($0.now, next) }
            try await runDue()
        }
        state.withLock { $0.now = end }
    }

    /// Moves the clock forward by `span` in one leap, as for a process that was not scheduled meanwhile.
    public func leap(by span: Milliseconds) async throws {
        try await settle()
        state.withLock { $0.now = $0.now + span }
        try await runDue()
    }

    /// Waits until all event loops have done what they have been told so far, messages to each other included.
    public func settle() async throws {
        for _ in 0..<4 {
            for eventLoop in eventLoops { try await eventLoop.submit {}.get() }
        }
    }

    /// Waits, by turns of the event loops and not by time, until the engine has noticed that streams came or went.
    public func settle(_ engine: Engine, untilStreamCountIs count: Int) async throws {
        for _ in 0..<20_000 where engine.streamCount != count { try await settle() }
        if engine.streamCount != count {
            throw RawClient.Failure(description: "\(engine.streamCount) streams instead of \(count)")
        }
    }

    private func runDue() async throws {
        for entry in state.withLock({ $0.removeDue(at: $0.now) }) {
            try await entry.eventLoop.submit(entry.body).get()
        }
        try await settle()
    }
}
