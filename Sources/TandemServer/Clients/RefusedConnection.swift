import NIOCore
import TandemCore
import TandemEngine

/// Answers a connection with one problem, whatever it asks, and closes it.
///
/// The server's half closes first and what the client sends is dropped for a moment, since a close with unread bytes
/// would reset the connection and take the answer from the client (RFC 9112, section 9.6).
final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// How long, and how many bytes, a client may go on sending.
    private static let time = Milliseconds.seconds(1)
    private static let size = 64 * 1024

    private let answer: ByteBuffer
    private let clock: any EngineClock
    private var received = 0
    private var deadline: ScheduledCall?

    init(answer: ByteBuffer, clock: any EngineClock) {
        self.answer = answer
        self.clock = clock
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        channel.writeAndFlush(answer).whenComplete { _ in channel.close(mode: .output, promise: nil) }
        deadline = clock.schedule(at: clock.now + Self.time, on: context.eventLoop) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytes
        if received > Self.size { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
