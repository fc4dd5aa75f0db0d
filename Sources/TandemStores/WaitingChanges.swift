import DequeModule
import TandemCore

/// The changes that wait for a commit.
///
/// A change holds the whole room, so at most one of each room waits: a newer one takes the place of the one before it,
/// and shares its answer. That keeps the order of each room, and bounds what waits by the number of rooms. Adding a
/// change takes constant time; removing a batch, the batch's size.
struct WaitingChanges {
    typealias Completion = @Sendable (Result<Void, StoreError>) -> Void

    struct Item: Sendable {
        var change: RoomChange
        /// Awaited if any change whose place it takes was.
        var urgency: RoomChangeUrgency
        /// In the order of the calls.
        var completions: [Completion]
    }

    private var items: [AccessCode: Item] = [:]
    /// The codes of all awaited items, each once, in the order in which they became so.
    private var awaited = Deque<AccessCode>()
    /// The codes of all background items, each once, and of some that are awaited by now.
    private var background = Deque<AccessCode>()
    private var inBackground: Set<AccessCode> = []

    var isEmpty: Bool { items.isEmpty }

    mutating func add(_ change: RoomChange, _ urgency: RoomChangeUrgency, _ completion: @escaping Completion) {
        let code = change.code
        let older = items[code]?.urgency
        if older == nil {
            items[code] = Item(change: change, urgency: urgency, completions: [completion])
        } else {
            items[code]?.change = change
            items[code]?.completions.append(completion)
        }
        switch urgency {
        case .awaited where older != .awaited:
            items[code]?.urgency = .awaited
            awaited.append(code)
        case .background where older == nil && inBackground.insert(code).inserted:
            background.append(code)
        default: break
        }
    }

    /// Removes and returns those that are committed next, one a room: as many awaited as allowed, then background ones.
    mutating func removeBatch(_ limits: StoreLimits) -> [Item] {
        var batch: [Item] = []
        while batch.count < limits.changesPerCommit, let code = awaited.popFirst() {
            if let item = items.removeValue(forKey: code) { batch.append(item) }
        }
        var left = limits.backgroundChangesPerCommit
        while left > 0, let code = background.popFirst() {
            inBackground.remove(code)
            guard items[code]?.urgency == .background, let item = items.removeValue(forKey: code) else { continue }
            batch.append(item)
            left -= 1
        }
        return batch
    }
}
