import NIOCore

/// How a ``LoopHub`` is reached from any thread.
///
/// Messages of one sender arrive in the order they were sent; on the hub's own event loop they are delivered at once.
struct HubMailbox: Sendable {
    let eventLoop: any EventLoop
    private let hub: NIOLoopBoundBox<LoopHub?>

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        hub = .makeEmptyBox(eventLoop: eventLoop)
    }

    /// Puts the hub that `make` returns behind this mailbox, before any message that is sent from now on.
    func open(_ make: @escaping @Sendable () -> LoopHub) {
        eventLoop.execute { [hub] in hub.value = make() }
    }

    func onLoop(_ body: @escaping @Sendable (LoopHub) -> Void) {
        if eventLoop.inEventLoop {
            deliver(body)
        } else {
            eventLoop.execute { deliver(body) }
        }
    }

    /// The hub itself, for whoever is on its event loop.
    var hubOnLoop: LoopHub? { hub.value }

    private func deliver(_ body: (LoopHub) -> Void) {
        guard let hub = hub.value else { return }
        body(hub)
    }
}

extension HubMailbox: Hashable {
    static func == (a: HubMailbox, b: HubMailbox) -> Bool { a.hub === b.hub }

    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(hub))
    }
}
