import NIOCore
import TandemCore

/// The subscribers of a room and event loop that share the bytes of an event.
///
/// Confined to its event loop. What a delivery needs of each subscriber stands side by side in ``outlets``: with ten
/// thousand streams, looking into every subscriber and its channel costs more than all else but the system call.
final class SubscriberGroup {
    let encoding: any StreamEncoding
    let id: StreamEncodingID
    private(set) var subscribers: [Subscriber] = []
    /// Where each subscriber may be written to directly; nil while it may not, and has to be asked.
    private var outlets: [DirectSocket?] = []
    /// When there was last something for all.
    private(set) var lastDelivery: MonotonicInstant?

    init(encoding: any StreamEncoding) {
        self.encoding = encoding
        id = encoding.id
    }

    var isEmpty: Bool { subscribers.isEmpty }

    func add(_ subscriber: Subscriber) {
        subscriber.groupIndex = subscribers.count
        subscribers.append(subscriber)
        outlets.append(subscriber.outlet)
    }

    func remove(_ subscriber: Subscriber) {
        guard let index = subscriber.groupIndex else { return }
        subscriber.groupIndex = nil
        let (last, outlet) = (subscribers.removeLast(), outlets.removeLast())
        guard last !== subscriber else { return }
        subscribers[index] = last
        outlets[index] = outlet
        last.groupIndex = index
    }

    /// The subscriber fell behind, caught up, or came to its end.
    func update(_ subscriber: Subscriber) {
        if let index = subscriber.groupIndex { outlets[index] = subscriber.outlet }
    }

    func deliver(_ bytes: ByteBuffer, _ delivery: Subscriber.Delivery, at now: MonotonicInstant) {
        lastDelivery = now
        // Seen to afterwards, since a subscriber whose connection turns out to be broken leaves at once.
        var left: [(Subscriber, DirectSocket.Outcome?)] = []
        let outlets = outlets
        bytes.withUnsafeReadableBytes { pointer in
            for index in outlets.indices {
                let outcome = outlets[index]?.send(pointer)
                if case .taken(pointer.count) = outcome { continue }
                left.append((subscribers[index], outcome))
            }
        }
        for (subscriber, outcome) in left {
            if let outcome {
                subscriber.sent(bytes, delivery, outcome, at: now)
            } else {
                subscriber.deliver(bytes, delivery, at: now)
            }
        }
    }
}
