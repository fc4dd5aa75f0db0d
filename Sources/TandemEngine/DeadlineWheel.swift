import HeapModule
import TandemCore

/// Something that waits in a ``DeadlineWheel``: the wheel keeps its place in it.
protocol DeadlineWheelItem: AnyObject {
    var wheelPlace: DeadlineWheelPlace? { get set }
}

struct DeadlineWheelPlace {
    fileprivate let slot: Int64
    fileprivate let index: Int
}

/// Many items that each wait for a coarse deadline, with insertion and removal in constant time.
///
/// The ticks of all rooms of an event loop, and the heartbeats of all its streams, are in such wheels, in place of a
/// timer object each. Deadlines are rounded up to a whole slot, so that items due about the same time come in one pass.
/// Removal leaves nothing behind but an empty slot.
struct DeadlineWheel<Item: DeadlineWheelItem> {
    private let slotLength: Int64
    private var slots: [Int64: [Item]] = [:]
    private var order = Heap<Int64>()

    init(slot: Milliseconds) {
        slotLength = slot.count * 1_000_000
    }

    var nextDeadline: MonotonicInstant? {
        order.min.map { MonotonicInstant(nanoseconds: $0 * slotLength) }
    }

    mutating func insert(_ item: Item, at deadline: MonotonicInstant) {
        remove(item)
        let slot = (deadline.nanoseconds + slotLength - 1) / slotLength
        if slots[slot] == nil { order.insert(slot) }
        item.wheelPlace = DeadlineWheelPlace(slot: slot, index: slots[slot]?.count ?? 0)
        slots[slot, default: []].append(item)
    }

    mutating func remove(_ item: Item) {
        guard let place = item.wheelPlace else { return }
        item.wheelPlace = nil
        guard let last = slots[place.slot]?.popLast(), last !== item else { return }
        slots[place.slot]?[place.index] = last
        last.wheelPlace = place
    }

    /// Removes and returns the items whose deadline has come.
    mutating func popDue(at now: MonotonicInstant) -> [Item] {
        var due: [Item] = []
        while let slot = order.min, slot * slotLength <= now.nanoseconds {
            order.removeMin()
            due += slots.removeValue(forKey: slot) ?? []
        }
        for item in due { item.wheelPlace = nil }
        return due
    }
}
