import Logging
import Synchronization
import TandemCore

/// Whether the store works, as all shards see it.
final class StoreHealth: Sendable {
    private let isFailing = Atomic<Bool>(false)
    private let recoveryActions = Mutex<[@Sendable () -> Void]>([])
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// Has `action` called whenever the store works again.
    func onRecovery(_ action: @escaping @Sendable () -> Void) {
        recoveryActions.withLock { $0.append(action) }
    }

    /// Takes note of the answer to a change. An outage is logged once, and its end.
    func note(_ answer: Result<Void, StoreError>) {
        switch answer {
        case .failure(let error):
            if !isFailing.exchange(true, ordering: .relaxed) {
                logger.error(
                    "the room store fails; commands are refused until it works again, running timers go on",
                    metadata: ["code": "\(error.code.rawValue)", "error": "\(error)"]
                )
            }
        case .success:
            guard isFailing.load(ordering: .relaxed), isFailing.exchange(false, ordering: .relaxed) else { return }
            logger.notice("the room store works again")
            for action in recoveryActions.withLock(\.self) { action() }
        }
    }
}
