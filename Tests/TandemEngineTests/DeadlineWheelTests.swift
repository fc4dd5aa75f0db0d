import TandemCore
import Testing

@testable import TandemEngine

@Suite("The deadline wheel")
struct DeadlineWheelTests {
    private final class Item: DeadlineWheelItem {
        var wheelPlace: DeadlineWheelPlace<Item>?
    }

    private func instant(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
    }

    @Test("gives items not before their deadline, and up to a tenth of a second after it")
    func due() {
        var wheel = DeadlineWheel<Item>(slot: Milliseconds(100))
        let item = Item()

        wheel.insert(item, at: instant(1_050))

        #expect(wheel.popDue(at: instant(1_049)).isEmpty)
        #expect(wheel.nextDeadline == instant(1_100))
        #expect(wheel.popDue(at: instant(1_100)).first === item)
        #expect(wheel.nextDeadline == nil)
    }

    @Test("forgets what was removed, and keeps the others of the slot")
    func removal() {
        var wheel = DeadlineWheel<Item>(slot: Milliseconds(100))
        let items = (0..<4).map { _ in Item() }
        for item in items { wheel.insert(item, at: instant(1_000)) }

        wheel.remove(items[1])
        wheel.remove(items[3])
        wheel.remove(items[3])

        let due = wheel.popDue(at: instant(1_000))
        #expect(Set(due.map(ObjectIdentifier.init)) == [ObjectIdentifier(items[0]), ObjectIdentifier(items[2])])
    }

    @Test("moves an item that is inserted again")
    func reinsertion() {
        var wheel = DeadlineWheel<Item>(slot: Milliseconds(100))
        let item = Item()
        wheel.insert(item, at: instant(1_000))

        wheel.insert(item, at: instant(5_000))

        #expect(wheel.popDue(at: instant(4_999)).isEmpty)
        #expect(wheel.popDue(at: instant(5_000)).count == 1)
    }
}
