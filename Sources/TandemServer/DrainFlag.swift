import Synchronization

/// Whether the server is on its way down: raised once, read by every connection and by the readiness probe.
final class DrainFlag: Sendable {
    private let raised = Atomic<Bool>(false)

    var isRaised: Bool { raised.load(ordering: .relaxed) }

    func raise() {
        raised.store(true, ordering: .relaxed)
    }
}
