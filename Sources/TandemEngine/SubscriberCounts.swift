import Synchronization

/// How many streams one room has, by transport: shared by its writer and the event loops that serve it.
final class SubscriberCounts: Sendable {
    private let counts = Mutex<[TransportName: Int]>([:])

    var byTransport: [TransportName: Int] {
        counts.withLock { $0 }
    }

    /// Counts one more stream unless there are `limit` already.
    func add(_ transport: TransportName, limit: Int) -> Bool {
        counts.withLock { counts in
            guard counts.values.reduce(0, +) < limit else { return false }
            counts[transport, default: 0] += 1
            return true
        }
    }

    func remove(_ transport: TransportName) {
        counts.withLock { counts in
            let left = counts[transport, default: 0] - 1
            counts[transport] = left > 0 ? left : nil
        }
    }
}
