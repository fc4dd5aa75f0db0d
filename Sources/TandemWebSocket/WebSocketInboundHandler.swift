import NIOCore
import NIOWebSocket
import TandemCore
import TandemEngine

/// The inbound side of a WebSocket stream: commands, pongs, and the closing handshake.
final class WebSocketInboundHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    private let subscriber: Subscriber
    private let limits: WebSocketLimits
    private var reader: FrameReader
    /// Once a close frame is read or the connection failed, nothing more is.
    private var isDone = false

    init(subscriber: Subscriber, limits: WebSocketLimits) {
        self.subscriber = subscriber
        self.limits = limits
        reader = FrameReader(messageSize: limits.messageSize)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return }
        switch reader.read(unwrapInboundIn(data)) {
        case .incomplete: break
        case .text(let text): handle(text)
        case .binary: fail(.unsupportedData, "commands are text messages", context)
        case .ping(let payload): answerPing(payload)
        case .pong: subscriber.heartbeatAnswered()
        case .close(let code): answerClose(code, context)
        case .violation(let code, let reason): fail(code, reason, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        subscriber.closed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isDone else { return }
        switch error as? NIOWebSocketError {
        case .invalidFrameLength:
            fail(.messageTooBig, "a message has at most \(limits.messageSize) bytes", context)
        case .fragmentedControlFrame, .multiByteControlFrameLength:
            fail(.protocolError, "control frames are whole and have at most 125 bytes", context)
        default:
            isDone = true
            context.close(promise: nil)
        }
    }

    // MARK: Commands

    private func handle(_ text: String) {
        let message: ClientMessage
        do throws(ClientMessage.Failure) {
            message = try ClientMessage(text, limits: limits)
        } catch {
            return reply(.error(ref: error.ref, code: error.code, message: error.message))
        }
        switch message.content {
        case .ping: reply(.ack(ref: message.ref, id: subscriber.newestTransition))
        case .command(let command):
            let ref = message.ref
            let handler = NIOLoopBound(self, eventLoop: subscriber.channel.eventLoop)
            subscriber.perform(command) { result in
                switch result {
                case .success(let id): handler.value.reply(.ack(ref: ref, id: id))
                case .failure(let error):
                    handler.value.reply(.error(ref: ref, code: error.code.rawValue, message: error.message))
                }
            }
        }
    }

    private func reply(_ message: ServerMessage) {
        var buffer = ByteBuffer()
        FrameWriter.writeText(message.json, into: &buffer)
        subscriber.send(buffer)
    }

    // MARK: Control frames

    private func answerPing(_ payload: ByteBuffer) {
        var buffer = ByteBuffer()
        FrameWriter.write(.pong, payload.readableBytesView, into: &buffer)
        subscriber.send(buffer)
    }

    /// Completes the closing handshake (RFC 6455, section 7.1.1): the server closes the connection first.
    private func answerClose(_ code: CloseCode?, _ context: ChannelHandlerContext) {
        finish(context) { buffer in
            if let code {
                FrameWriter.writeClose(code, into: &buffer)
            } else {
                FrameWriter.write(.connectionClose, [], into: &buffer)
            }
        }
    }

    /// Fails the connection (RFC 6455, section 7.1.7).
    private func fail(_ code: CloseCode, _ reason: String, _ context: ChannelHandlerContext) {
        finish(context) { FrameWriter.writeClose(code, reason, into: &$0) }
    }

    /// Sends a close frame, unless the server's own went before, and closes the connection.
    ///
    /// Only the server's direction at first: a full close with unread bytes in the socket would reset the connection,
    /// and the peer might never read the close frame. The engine closes the rest if the peer does not.
    private func finish(_ context: ChannelHandlerContext, _ writeClose: (inout ByteBuffer) -> Void) {
        isDone = true
        let channel = context.channel
        guard subscriber.stop() else { return channel.close(promise: nil) }
        var buffer = ByteBuffer()
        writeClose(&buffer)
        channel.writeAndFlush(buffer).whenComplete { _ in channel.close(mode: .output, promise: nil) }
    }
}
