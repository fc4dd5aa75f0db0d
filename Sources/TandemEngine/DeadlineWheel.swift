import HeapModule
import TandemCore

/// Something that waits in a ``DeadlineWheel``: the wheel keeps its place in it.
protocol DeadlineWheelItem: AnyObject {
    var wheelPlace: DeadlineWheelPlace<Self>? { get set }
}

struct DeadlineWheelPlace<Item> {
    fileprivate let slot: DeadlineWheelSlot<Item>
    fileprivate let index: Int
}

/// The items that are due together.
private final class DeadlineWheelSlot<Item> {
    let number: Int64
    var items: [Item] = []

    init(number: Int64) { self.number = number }
}

/// Many items that each wait for a coarse deadline, with insertion and removal in constant time.
///
/// The ticks of all rooms of an event loop, and the heartbeats of all its streams, are in such wheels, in place of a
/// timer object each. Deadlines are rounded up to a whole slot, so that items due about the same time come in one pass.
/// Removal leaves nothing behind but an empty slot.
struct DeadlineWheel<Item: DeadlineWheelItem> {
    private let slotLength: Int64
    private var slots: [Int64: DeadlineWheelSlot<Item>] = [:]
    private var order = Heap<Int64>()
    /// Items come mostly in a row for the same slot.
    private var latest: DeadlineWheelSlot<Item>?

    init(slot: Milliseconds) {
        slotLength = slot.count * 1_000_000
    }

    var nextDeadline: MonotonicInstant? {
        order.min.map { MonotonicInstant(nanoseconds: $0 * slotLength) }
    }

    mutating func insert(_ item: Item, at deadline: MonotonicInstant) {
        remove(item)
        let slot = slot((deadline.nanoseconds + slotLength - 1) / slotLength)
        item.wheelPlace = DeadlineWheelPlace(slot: slot, index: slot.items.count)
        slot.items.append(item)
    }

    mutating func remove(_ item: Item) {
        guard let place = item.wheelPlace else { return }
        item.wheelPlace = nil
        guard let last = place.slot.items.popLast(), last !== item else { return }
        place.slot.items[place.index] = last
        last.wheelPlace = place
    }

    /// Removes and returns the items whose deadline has come.
    mutating func popDue(at now: MonotonicInstant) -> [Item] {
        var due: [Item] = []
        while let number = order.min, number * slotLength <= now.nanoseconds {
            order.removeMin()
            guard let slot = slots.removeValue(forKey: number) else { continue }
            if latest === slot { latest = nil }
            for item in slot.items { item.wheelPlace = nil }
            if due.isEmpty { due = slot.items } else { due += slot.items }
            slot.items = []
        }
        return due
    }

    private mutating func slot(_ number: Int64) -> DeadlineWheelSlot<Item> {
        if let latest, latest.number == number { return latest }
        let slot: DeadlineWheelSlot<Item>
        if let known = slots[number] {
            slot = known
        } else {
            slot = DeadlineWheelSlot(number: number)
            slots[number] = slot
            order.insert(number)
        }
        latest = slot
        return slot
    }
}
