package import NIOCore

/// The inbound side of a WebSocket connection: messages for the application, control frames, and the end.
///
/// The work on what one peer sent is bounded per turn of the event loop, so that nobody else on it waits for a flood of
/// small frames or a huge message: the rest has to wait for the next turn, and until it is done nothing more is read.
/// Nor is anything read from a peer that does not read what it is answered.
package final class WebSocketInboundHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = ByteBuffer

    private let application: any WebSocketApplication
    private let limits: WebSocketLimits
    private var reader: MessageReader
    /// What is left for another turn; nil when there is none to come.
    private var waiting: ByteBuffer?
    private var isTurnScheduled = false
    /// The channel wanted to read meanwhile.
    private var isReadHeld = false
    /// Once a close frame is read or the connection failed, nothing more is.
    private var isDone = false

    package init(application: any WebSocketApplication, limits: WebSocketLimits, compression: PermessageDeflate?) {
        self.application = application
        self.limits = limits
        reader = MessageReader(messageSize: limits.messageSize, compression: compression)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return }
        var bytes = unwrapInboundIn(data)
        if waiting == nil {
            take(&bytes, context)
        } else {
            // The channel reads a few times before it asks whether it may go on.
            waiting?.writeBuffer(&bytes)
        }
    }

    package func read(context: ChannelHandlerContext) {
        if waiting == nil {
            context.read()
        } else {
            isReadHeld = true
        }
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, waiting != nil, !isTurnScheduled { scheduleTurn(context) }
        context.fireChannelWritabilityChanged()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        isDone = true
        waiting = nil
        application.closed()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isDone else { return }
        isDone = true
        context.close(promise: nil)
    }

    // MARK: Reading

    /// One turn's work on `bytes`.
    private func take(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        var budget = limits.turn
        do throws(Violation) {
            while !isDone {
                guard context.channel.isWritable else { return waiting = bytes }
                guard let input = try reader.next(from: &bytes) else { return }
                if input != .piece { try application.admit() }
                try handle(input, context)
                budget -= cost(of: input)
                guard budget > 0 || bytes.readableBytes == 0 else {
                    waiting = bytes
                    return scheduleTurn(context)
                }
            }
        } catch {
            fail(error, context)
        }
    }

    private func cost(of input: MessageReader.Input) -> Int {
        switch input {
        case .message(let message): 1024 + message.bytes.readableBytes
        case .fragment(let count): 256 + count
        case .piece: 256
        case .ping, .pong, .close: 512
        }
    }

    private func scheduleTurn(_ context: ChannelHandlerContext) {
        isTurnScheduled = true
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (handler, context) = loopBound.value
            handler.goOn(context)
        }
    }

    private func goOn(_ context: ChannelHandlerContext) {
        isTurnScheduled = false
        guard !isDone, var bytes = waiting else { return }
        waiting = nil
        take(&bytes, context)
        guard waiting == nil, isReadHeld else { return }
        isReadHeld = false
        context.read()
    }

    private func handle(_ input: MessageReader.Input, _ context: ChannelHandlerContext) throws(Violation) {
        switch input {
        case .message(let message): try application.receive(message)
        case .ping(let payload): answerPing(payload)
        case .pong: application.receivePong()
        case .close(let code): answerClose(code, context)
        case .fragment, .piece: break
        }
    }

    // MARK: Control frames

    private func answerPing(_ payload: ByteBuffer) {
        var buffer = ByteBuffer()
        FrameWriter.write(.pong, payload.readableBytesView, into: &buffer)
        application.send(buffer)
    }

    /// Completes the closing handshake (RFC 6455, section 7.1.1): the server closes the connection first.
    private func answerClose(_ code: CloseCode?, _ context: ChannelHandlerContext) {
        finish(context) { buffer in
            if let code {
                FrameWriter.writeClose(code, into: &buffer)
            } else {
                FrameWriter.write(.close, [], into: &buffer)
            }
        }
    }

    /// Fails the connection (RFC 6455, section 7.1.7).
    private func fail(_ violation: Violation, _ context: ChannelHandlerContext) {
        application.failed(violation)
        finish(context) { FrameWriter.writeClose(violation.code, violation.reason, into: &$0) }
    }

    /// Sends a close frame, unless the server's own went before, and closes the connection.
    ///
    /// Only the server's direction at first: a full close with unread bytes in the socket would reset the connection,
    /// and the peer might never read the close frame. The engine closes the rest if the peer does not.
    private func finish(_ context: ChannelHandlerContext, _ writeClose: (inout ByteBuffer) -> Void) {
        isDone = true
        let channel = context.channel
        guard application.stop() else { return channel.close(promise: nil) }
        var buffer = ByteBuffer()
        writeClose(&buffer)
        channel.writeAndFlush(buffer).whenComplete { _ in channel.close(mode: .output, promise: nil) }
    }
}
