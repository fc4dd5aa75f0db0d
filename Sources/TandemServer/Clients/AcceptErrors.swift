import Logging
import NIOCore
import TandemCore
import TandemEngine

/// Logs that connections cannot be accepted, for want of descriptors for example; at most once a minute.
///
/// Stands behind NIO's `AcceptBackoffHandler`, which then waits before it tries again: the connection that could not be
/// accepted is still there, and the event loop would spin on it.
final class AcceptErrors: ChannelInboundHandler {
    typealias InboundIn = any Channel

    /// From a failure to the next attempt.
    static let backoff = TimeAmount.milliseconds(100)

    private var bucket = TokenBucket()
    private let clock: any EngineClock
    private let logger: Logger

    init(clock: any EngineClock, logger: Logger) {
        self.clock = clock
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is IOError else { return context.fireErrorCaught(error) }
        if bucket.take(RateLimit(perMinute: 1, burst: 1), at: clock.now) {
            logger.warning("connections cannot be accepted", metadata: ["error": "\(error)"])
        }
    }
}
