import Logging
import Synchronization
import TandemCore
import TandemEngine

/// Says in the log that a client reached a limit, and what to configure if it is a proxy; at most once a minute.
final class ClientNotices: Sendable {
    private let bucket = Mutex(TokenBucket())
    private let clock: any EngineClock
    private let logger: Logger

    init(clock: any EngineClock, logger: Logger) {
        self.clock = clock
        self.logger = logger
    }

    /// - Parameter limit: what the client has too many of, in the plural.
    func reached(_ limit: String, _ address: String) {
        let now = clock.now
        guard bucket.withLock({ $0.take(RateLimit(perMinute: 1, burst: 1), at: now) }) else { return }
        logger.notice(
            """
            a client reached its limit and is refused; if it is a proxy, name it in --trusted-proxies, so that each \
            client behind it has limits of its own
            """,
            metadata: ["client": "\(address)", "limit": "\(limit)"]
        )
    }
}
