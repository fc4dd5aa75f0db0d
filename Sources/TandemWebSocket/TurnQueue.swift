package import NIOCore
import Synchronization

/// The further turns of one event loop's connections, for work that was put off so that others get theirs.
///
/// Confined to its event loop. A turn is not put off by `EventLoop.execute`: NIO's `SelectableEventLoop` runs tasks
/// until there are none left before it asks the selector again, and a task that submits the next one keeps it from
/// ever asking. A scheduled task does better only if it is not due when the loop looks for tasks again, however many
/// connections wait. So one task stands for all of them; it works for about ``round`` and is scheduled anew when it
/// is done, ``pause`` ahead. Nothing is left to run until then, and the loop has to ask the selector.
package final class TurnQueue {
    /// From the end of one round to the next.
    static let pause = TimeAmount.milliseconds(1)
    /// Time after which no further turn of a round begins.
    static let round = TimeAmount.milliseconds(1)

    private let eventLoop: any EventLoop
    private var turns = CircularBuffer<() -> Void>()
    /// Also during a round: the next is scheduled at its end.
    private var isScheduled = false

    package init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Calls `turn` in a later pass of the event loop, after the turns that wait already.
    func add(_ turn: @escaping () -> Void) {
        turns.append(turn)
        schedule()
    }

    private func schedule() {
        guard !isScheduled, !turns.isEmpty else { return }
        isScheduled = true
        let queue = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: Self.pause) { queue.value.run() }
    }

    private func run() {
        let end = NIODeadline.now() + Self.round
        // Those that are added meanwhile have their turn in a later round.
        for _ in 0..<turns.count {
            turns.popFirst()?()
            if NIODeadline.now() >= end { break }
        }
        isScheduled = false
        schedule()
    }
}

/// The ``TurnQueue`` of each event loop.
package final class TurnQueues: Sendable {
    private let queues = Mutex<[ObjectIdentifier: NIOLoopBound<TurnQueue>]>([:])

    package init() {}

    /// The queue of `eventLoop`, which is the caller's.
    package func queue(of eventLoop: any EventLoop) -> TurnQueue {
        // A queue keeps its loop, so no other loop can have the same identifier.
        let queue = queues.withLock { queues in
            let key = ObjectIdentifier(eventLoop)
            let queue = queues[key] ?? NIOLoopBound(TurnQueue(eventLoop), eventLoop: eventLoop)
            queues[key] = queue
            return queue
        }
        return queue.value
    }
}
