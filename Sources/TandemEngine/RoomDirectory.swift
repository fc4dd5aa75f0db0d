import Synchronization
import TandemCore

/// Which shard owns a room, and how much there is in all: what shards and hubs share.
final class RoomDirectory: Sendable {
    let shards: [RoomShard]
    /// All streams.
    let streams = BoundedCount()
    /// All rooms.
    let rooms: BoundedCount
    let phase: EnginePhase

    init(shards: [RoomShard], rooms: BoundedCount, phase: EnginePhase) {
        self.shards = shards
        self.rooms = rooms
        self.phase = phase
    }

    func shard(of code: AccessCode) -> RoomShard {
        shards[Int(UInt(bitPattern: code.hashValue) % UInt(shards.count))]
    }
}

/// A number of things that stays within a limit, counted from many threads.
final class BoundedCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    /// Counts one more unless there are `limit` already.
    func add(limit: Int) -> Bool {
        guard count.add(1, ordering: .relaxed).newValue <= limit else {
            remove()
            return false
        }
        return true
    }

    func remove(_ number: Int = 1) {
        count.subtract(number, ordering: .relaxed)
    }
}
