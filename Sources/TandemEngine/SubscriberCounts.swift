import Synchronization

/// How many streams one room has, by transport: shared by its writer and the event loops that serve it.
///
/// Every event loop with streams of the room tells them the counts a moment after they changed; whoever changes them
/// first sets off a round of that, and the first loop to tell them ends it, so that a storm of changes is few rounds.
final class SubscriberCounts: Sendable {
    private struct State {
        var counts: [TransportName: Int] = [:]
        /// Grows with every change.
        var version = 0
        /// All loops know that the counts changed, and none has told them since.
        var isRoundOpen = false
    }

    private let state = Mutex(State())

    var byTransport: [TransportName: Int] {
        state.withLock(\.counts)
    }

    /// Opens a round.
    /// - Returns: false if one is open.
    func openRound() -> Bool {
        state.withLock { state in
            defer { state.isRoundOpen = true }
            return !state.isRoundOpen
        }
    }

    /// The counts to tell, and their version; a change from now on opens another round.
    func closeRound() -> (counts: [TransportName: Int], version: Int) {
        state.withLock { state in
            state.isRoundOpen = false
            return (state.counts, state.version)
        }
    }

    /// Counts one more stream unless there are `limit` already.
    func add(_ transport: TransportName, limit: Int) -> Bool {
        state.withLock { state in
            guard state.counts.values.reduce(0, +) < limit else { return false }
            state.counts[transport, default: 0] += 1
            state.version += 1
            return true
        }
    }

    func remove(_ transport: TransportName) {
        state.withLock { state in
            let left = state.counts[transport, default: 0] - 1
            state.counts[transport] = left > 0 ? left : nil
            state.version += 1
        }
    }
}
