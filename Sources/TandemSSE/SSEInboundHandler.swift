import NIOCore
import TandemEngine

/// The inbound side of an SSE stream: nothing a client sends after its request means anything; its leaving does.
final class SSEInboundHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let subscriber: Subscriber

    init(subscriber: Subscriber) {
        self.subscriber = subscriber
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func channelInactive(context: ChannelHandlerContext) {
        subscriber.closed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
