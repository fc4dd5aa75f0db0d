package import NIOCore
package import TandemCore
import TandemEngine

/// The inbound side of a WebSocket connection: messages for the application, control frames, and the end.
///
/// The work on what one peer sent is bounded per turn, so that nobody else on the event loop waits for a flood of small
/// frames or a huge message. The rest is done in later turns (``TurnQueue``), between which the loop sees to everybody
/// else. Until it is done nothing more is read, nor from a peer that does not read what it is answered.
package final class WebSocketInboundHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = ByteBuffer

    /// Time after which a turn ends even if ``WebSocketLimits/turn`` is not used up: what a command costs depends on
    /// how many streams its room has here.
    private static let turnTime = TimeAmount.microseconds(500)

    private let application: any WebSocketApplication
    private let limits: WebSocketLimits
    private let turns: TurnQueue
    private var reader: MessageReader
    private var context: ChannelHandlerContext?
    /// What is left of this turn's ``WebSocketLimits/turn``.
    private var budget: Int
    /// The message that was under way at an earlier ``checkProgress(at:stallTime:)``, and when.
    private var unfinished: (message: Int, since: MonotonicInstant)?
    /// What is left for another turn; nil when there is none to come.
    private var waiting: ByteBuffer?
    private var isTurnScheduled = false
    /// The channel wanted to read meanwhile.
    private var isReadHeld = false
    /// Once a close frame is read or the connection failed, nothing more is.
    private var isDone = false

    package init(
        application: any WebSocketApplication,
        limits: WebSocketLimits,
        compression: PermessageDeflate?,
        turns: TurnQueue
    ) {
        self.application = application
        self.limits = limits
        self.turns = turns
        budget = limits.turn
        reader = MessageReader(messageSize: limits.messageSize, compression: compression)
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
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

    package func channelReadComplete(context: ChannelHandlerContext) {
        if waiting == nil { budget = limits.turn }
        context.fireChannelReadComplete()
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

    /// This turn's work on `bytes`.
    private func take(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        let end = NIODeadline.now() + Self.turnTime
        do throws(Violation) {
            while !isDone {
                guard context.channel.isWritable else { return waiting = bytes }
                guard budget > 0, NIODeadline.now() < end else {
                    guard bytes.readableBytes > 0 || reader.isInflating else { return }
                    waiting = bytes
                    return scheduleTurn(context)
                }
                guard let input = try reader.next(from: &bytes) else { return }
                budget -= cost(of: input)
                if input != .piece { try application.admit() }
                try handle(input, context)
            }
        } catch {
            fail(error, context)
        }
    }

    /// Bytes count once they are there: a compressed message by what it decompresses to, in each of its parts.
    private func cost(of input: MessageReader.Input) -> Int {
        let own =
            switch input {
            case .message: 1024
            case .fragment, .piece: 256
            case .ping, .pong, .close: 512
            }
        return own + reader.takeCount()
    }

    private func scheduleTurn(_ context: ChannelHandlerContext) {
        isTurnScheduled = true
        turns.add { self.goOn(context) }
    }

    private func goOn(_ context: ChannelHandlerContext) {
        isTurnScheduled = false
        guard !isDone, var bytes = waiting else { return }
        waiting = nil
        budget = limits.turn
        take(&bytes, context)
        guard waiting == nil else { return }
        budget = limits.turn
        guard isReadHeld else { return }
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

extension WebSocketInboundHandler: InboundProgress {
    /// Fails a connection whose message does not come to its end, since what has come of it takes memory.
    package func checkProgress(at now: MonotonicInstant, stallTime: Milliseconds) {
        // What waits here is not for the peer to finish.
        guard !isDone, waiting == nil, reader.isUnderWay, let context else { return unfinished = nil }
        guard let unfinished, unfinished.message == reader.messageCount else {
            return unfinished = (reader.messageCount, now)
        }
        if unfinished.since + stallTime <= now {
            fail(Violation(.policyViolation, "a message took longer than \(stallTime)"), context)
        }
    }
}
