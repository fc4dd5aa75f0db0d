import NIOCore
import TandemCore
import TandemEngine

/// Closes a connection whose request takes too long to arrive, or that waits too long for its next one.
///
/// The first handler of the pipeline, since a slow head is no request yet to any other; leaves with the HTTP handlers.
final class RequestDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum State {
        /// Nothing of the next request is here; `isFirst` of this connection.
        case waiting(isFirst: Bool)
        case receiving
        case answering
    }

    /// Tells the handlers behind that a request which has begun did not arrive in time.
    struct Passed {}

    private let limits: HTTPLimits
    private let clock: any EngineClock
    private var state = State.waiting(isFirst: true)
    private var scheduled: ScheduledCall?

    init(limits: HTTPLimits, clock: any EngineClock) {
        self.limits = limits
        self.clock = clock
    }

    /// The whole request is here; the answer takes as long as it takes.
    func requestReceived() {
        state = .answering
        scheduled?.cancel()
        scheduled = nil
    }

    func responseSent(on channel: any Channel) {
        state = .waiting(isFirst: false)
        close(channel, after: limits.idleTime)
    }

    /// The request was refused before it was whole, and the connection is closed with the answer.
    func refused(on channel: any Channel) {
        close(channel, after: limits.lingerTime)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        expireRequest(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        scheduled?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        scheduled?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .waiting(let isFirst) = state {
            state = .receiving
            if !isFirst { expireRequest(context) }
        }
        context.fireChannelRead(data)
    }

    private func expireRequest(_ context: ChannelHandlerContext) {
        scheduled?.cancel()
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        scheduled = clock.schedule(at: clock.now + limits.requestTime, on: context.eventLoop) {
            let (deadline, context) = loopBound.value
            if case .receiving = deadline.state {
                context.fireUserInboundEventTriggered(Passed())
            } else {
                context.close(promise: nil)
            }
        }
    }

    private func close(_ channel: any Channel, after time: Milliseconds) {
        scheduled?.cancel()
        scheduled = clock.schedule(at: clock.now + time, on: channel.eventLoop) { channel.close(promise: nil) }
    }
}
