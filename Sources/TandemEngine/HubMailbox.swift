import NIOCore

/// How a ``LoopHub`` is reached from any thread.
///
/// Messages of one sender arrive in the order they were sent. On the hub's own event loop they are delivered at once,
/// or, while the hub is busy with another message, right after that; see ``LoopHub/inTurn(_:)``.
struct HubMailbox: Sendable {
    let eventLoop: any EventLoop
    private let hub: NIOLoopBoundBox<LoopHub?>

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        hub = .makeEmptyBox(eventLoop: eventLoop)
    }

    /// Puts the hub that `make` returns behind this mailbox, before any message that is sent from now on.
    func open(_ make: @escaping @Sendable () -> LoopHub) {
        onEventLoop { [hub] in hub.value = make() }
    }

    /// Takes the hub away again. Call on the event loop.
    func close() {
        hub.value = nil
    }

    /// Calls `body` with the hub, or `otherwise` if it is closed.
    func onLoop(
        otherwise: @escaping @Sendable () -> Void = {},
        _ body: @escaping @Sendable (LoopHub) -> Void
    ) {
        onEventLoop { [hub] in
            guard let hub = hub.value else { return otherwise() }
            hub.inTurn(body)
        }
    }

    /// Calls `body` on the hub's event loop, at once if it is this one, whether or not there is a hub.
    func onEventLoop(_ body: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop {
            body()
        } else {
            eventLoop.execute(body)
        }
    }

    /// The hub itself, for whoever is on its event loop.
    var hubOnLoop: LoopHub? { hub.value }
}

extension HubMailbox: Hashable {
    static func == (a: HubMailbox, b: HubMailbox) -> Bool { a.hub === b.hub }

    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(hub))
    }
}
