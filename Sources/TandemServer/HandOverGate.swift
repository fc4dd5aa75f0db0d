import NIOCore

/// Holds back what arrives while a connection is being handed over from HTTP to a stream.
///
/// The first handler of the pipeline for that one turn of the event loop: the decoder behind it is on its way out, and
/// what it reads as HTTP would be no bytes to the stream's handlers. Gives all up, in order, when it leaves.
final class HandOverGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var held: [ByteBuffer] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        held.append(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
        held = []
        context.fireChannelInactive()
    }

    func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
        for bytes in held { context.fireChannelRead(wrapInboundOut(bytes)) }
        if !held.isEmpty { context.fireChannelReadComplete() }
        held = []
        context.leavePipeline(removalToken: removalToken)
    }
}
