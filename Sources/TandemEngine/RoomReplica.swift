import NIOCore
import TandemCore

/// A room as one event loop knows it, with the subscribers that the loop has for it.
///
/// Confined to its event loop. The room's writer keeps it up to date by transitions; its ticks are derived here.
final class RoomReplica {
    var room: Room
    let counts: SubscriberCounts
    private(set) var groups: [SubscriberGroup] = []

    /// The newest tick of the current run that was delivered.
    var deliveredTick = 0
    /// A transition did not come, and the room is being read again.
    var isBehind = false
    /// The room is gone; its last streams are being closed.
    var isRetired = false
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

    /// The group of `encoding`, perhaps a new one that has no subscribers yet.
    func group(of encoding: any StreamEncoding) -> SubscriberGroup {
        let id = encoding.id
        return groups.first { $0.id == id } ?? SubscriberGroup(encoding: encoding)
    }

    func add(_ subscriber: Subscriber) {
        if subscriber.group.isEmpty { groups.append(subscriber.group) }
        subscriber.group.add(subscriber)
    }

    func remove(_ subscriber: Subscriber) {
        let group = subscriber.group
        group.remove(subscriber)
        if group.isEmpty { groups.removeAll { $0 === group } }
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
            group.deliver(scratch, delivery, at: now)
        }
    }

    func forEachSubscriber(_ body: (Subscriber) -> Void) {
        for group in groups {
            for subscriber in group.subscribers { body(subscriber) }
        }
    }
}

extension RoomReplica: DeadlineWheelItem {}
