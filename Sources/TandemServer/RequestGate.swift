import NIOCore
import TandemCore
import TandemEngine

/// The first handler of a connection: lets one request at a time in, and closes the connection on a client that takes
/// too long to send a request or to read an answer.
///
/// What a client sends ahead stays here as bytes, of which no more is read, until the answer before has been written
/// out. Those bytes go on in small pieces, since a request takes a hundred times as much memory once it is parsed.
/// While the connection becomes a stream all bytes stay here; they go to the stream's handlers when this one leaves.
final class RequestGate: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// Nothing of the next request is here; `isFirst` of this connection.
        case waiting(isFirst: Bool)
        case receiving
        /// A request is whole, or refused, and its answer is not written out.
        case answering
        /// The last answer is written; so many bytes have been dropped since.
        case lingering(dropped: Int)
        /// The connection becomes a stream.
        case handingOver
    }

    /// Tells the handlers behind that a request which has begun did not arrive in time.
    struct Passed {}

    private let limits: HTTPLimits
    private let answerTime: Milliseconds
    private let clock: any EngineClock
    private var state = State.waiting(isFirst: true)
    private var scheduled: ScheduledCall?
    private var held = ByteBuffer()
    private var isForwarding = false
    /// That of the request under way, as far as the handlers behind have seen it.
    private(set) var requestLine = RequestLine()
    /// The channel wanted to read meanwhile.
    private var isReadHeld = false
    /// The client closed its half behind the bytes that are held.
    private var isEndHeld = false
    private var context: ChannelHandlerContext?

    /// - Parameter answerTime: how long a client may leave an answer unread.
    init(limits: HTTPLimits, answerTime: Milliseconds, clock: any EngineClock) {
        self.limits = limits
        self.answerTime = answerTime
        self.clock = clock
    }

    // MARK: For the connection

    /// Whether there is something that the client sent and nobody has looked at.
    var holdsBytes: Bool { held.readableBytes > 0 }

    /// The beginning of a request is here.
    func requestBegun() {
        guard case .waiting(let isFirst) = state else { return }
        state = .receiving
        if !isFirst { expireRequest() }
    }

    /// The whole request is here, or it is refused; its answer takes as long as it takes.
    func requestReceived() {
        state = .answering
        cancelDeadline()
    }

    /// The answer is being written.
    func answerBegun() {
        requestReceived()
        close(after: answerTime)
    }

    /// The answer is written out, and the next request may come: ``resume()`` lets it in.
    func answered() {
        state = .waiting(isFirst: false)
        if !holdsBytes { requestLine = RequestLine() }
        close(after: limits.idleTime)
    }

    func resume() {
        forward()
        releaseRead()
    }

    /// The connection's last answer is written out; what the client still sends is dropped for a while.
    func linger() {
        state = .lingering(dropped: held.readableBytes)
        held = ByteBuffer()
        close(after: limits.lingerTime)
        if isEndHeld { context?.close(promise: nil) }
        releaseRead()
    }

    /// The connection becomes a stream.
    func handOver() {
        state = .handingOver
        cancelDeadline()
    }

    // MARK: Handler

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        expireRequest()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        cancelDeadline()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancelDeadline()
        held = ByteBuffer()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if case .lingering(let dropped) = state {
            state = .lingering(dropped: dropped + bytes.readableBytes)
            if dropped + bytes.readableBytes > limits.lingerSize { context.close(promise: nil) }
            return
        }
        if holdsBytes {
            held.writeBuffer(&bytes)
        } else {
            held = bytes
        }
        // The system's own buffer bounds it, which the channel empties whole once the client has closed its half.
        guard held.readableBytes <= limits.heldSize else { return context.close(promise: nil) }
        forward()
    }

    func read(context: ChannelHandlerContext) {
        if mayRead {
            context.read()
        } else {
            isReadHeld = true
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        if case .lingering = state { return context.close(promise: nil) }
        if holdsBytes {
            isEndHeld = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
        let (bytes, channel) = (held, context.channel)
        held = ByteBuffer()
        if bytes.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(bytes))
            context.fireChannelReadComplete()
        }
        if isEndHeld { channel.close(promise: nil) }
        context.leavePipeline(removalToken: removalToken)
        // Through all handlers, of which the stream's may not want to read either.
        if isReadHeld { channel.read() }
    }

    // MARK: Holding back

    private var mayRead: Bool {
        switch state {
        case .waiting, .receiving: !holdsBytes
        case .lingering: true
        case .answering, .handingOver: false
        }
    }

    private var mayForward: Bool {
        switch state {
        case .waiting, .receiving: true
        case .answering, .lingering, .handingOver: false
        }
    }

    private func forward() {
        guard !isForwarding, let context else { return }
        isForwarding = true
        while mayForward, let piece = held.readSlice(length: min(limits.pieceSize, held.readableBytes)),
            piece.readableBytes > 0
        {
            requestBegun()
            if !holdsBytes { held = ByteBuffer() }
            requestLine.extend(with: piece.readableBytesView)
            context.fireChannelRead(wrapInboundOut(piece))
            // What is behind the end of a head may be the next request's beginning.
            if let rest = Self.restBehindHead(piece) {
                requestLine = RequestLine()
                requestLine.extend(with: rest)
            }
        }
        isForwarding = false
        if isEndHeld, mayForward {
            isEndHeld = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    /// What is behind the last empty line.
    private static func restBehindHead(_ piece: ByteBuffer) -> ByteBufferView? {
        let bytes = piece.readableBytesView
        var end = bytes.endIndex
        while let last = bytes[..<end].lastIndex(of: UInt8(ascii: "\n")) {
            if bytes[..<last].suffix(3).elementsEqual("\r\n\r".utf8) { return bytes[(last + 1)...] }
            end = last
        }
        return nil
    }

    private func releaseRead() {
        guard isReadHeld, mayRead, let context else { return }
        isReadHeld = false
        context.read()
    }

    // MARK: Deadlines

    private func cancelDeadline() {
        scheduled?.cancel()
        scheduled = nil
    }

    private func expireRequest() {
        guard let context else { return }
        cancelDeadline()
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        scheduled = clock.schedule(at: clock.now + limits.requestTime, on: context.eventLoop) {
            let (gate, context) = loopBound.value
            if case .receiving = gate.state {
                context.fireUserInboundEventTriggered(Passed())
            } else {
                context.close(promise: nil)
            }
        }
    }

    private func close(after time: Milliseconds) {
        guard let context else { return }
        cancelDeadline()
        let channel = context.channel
        scheduled = clock.schedule(at: clock.now + time, on: channel.eventLoop) { channel.close(promise: nil) }
    }
}
