import NIOCore
import TandemCore

/// A room as one event loop knows it, with the subscribers that the loop has for it.
///
/// Confined to its event loop. The room's writer keeps it up to date by transitions; its ticks are derived here.
final class RoomReplica {
    /// The subscribers that share the bytes of an event.
    final class Group {
        let encoding: any StreamEncoding
        let id: StreamEncodingID
        private(set) var subscribers: [Subscriber] = []

        init(encoding: any StreamEncoding) {
            self.encoding = encoding
            id = encoding.id
        }

        func add(_ subscriber: Subscriber) {
            subscriber.groupIndex = subscribers.count
            subscribers.append(subscriber)
        }

        func remove(_ subscriber: Subscriber) {
            let last = subscribers.removeLast()
            guard last !== subscriber else { return }
            subscribers[subscriber.groupIndex] = last
            last.groupIndex = subscriber.groupIndex
        }
    }

    var room: Room
    let counts: SubscriberCounts
    private(set) var groups: [Group] = []

    /// The newest tick of the current run that was delivered.
    var deliveredTick = 0
    /// When the subscribers are to be told how many there are, nil if they know.
    var presenceDue: MonotonicInstant?
    /// The version of the counts that they were told.
    var toldPresence = 0
    var wheelPlace: DeadlineWheelPlace<RoomReplica>?

    init(room: Room, counts: SubscriberCounts) {
        self.room = room
        self.counts = counts
    }

    /// When the tick after the last delivered one is due; nil if the timer is paused or that was its last.
    var nextTick: MonotonicInstant? {
        guard let run = room.timer.run, deliveredTick < run.lastTick else { return nil }
        return run.due(tick: deliveredTick + 1)
    }

    var isEmpty: Bool { groups.isEmpty }

    func add(_ subscriber: Subscriber) {
        let id = subscriber.encoding.id
        if let group = groups.first(where: { $0.id == id }) {
            group.add(subscriber)
        } else {
            let group = Group(encoding: subscriber.encoding)
            groups.append(group)
            group.add(subscriber)
        }
    }

    func remove(_ subscriber: Subscriber) {
        let id = subscriber.encoding.id
        guard let index = groups.firstIndex(where: { $0.id == id }) else { return }
        groups[index].remove(subscriber)
        if groups[index].subscribers.isEmpty { groups.remove(at: index) }
    }

    /// Writes `events` to every subscriber: encoded once per encoding, the same bytes to all that share it.
    func deliver(
        _ events: some Collection<RoomEvent>,
        _ delivery: Subscriber.Delivery,
        at now: MonotonicInstant,
        encodingInto scratch: inout ByteBuffer
    ) {
        for group in groups {
            scratch.clear()
            for event in events { group.encoding.encode(event, into: &scratch) }
            for subscriber in group.subscribers { subscriber.deliver(scratch, delivery, at: now) }
        }
    }

    func forEachSubscriber(_ body: (Subscriber) -> Void) {
        for group in groups {
            for subscriber in group.subscribers { body(subscriber) }
        }
    }
}

extension RoomReplica: DeadlineWheelItem {}
