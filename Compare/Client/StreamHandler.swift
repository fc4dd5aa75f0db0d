import NIOCore

/// One stream of the bench: asks for it, and records what comes.
final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case awaitingHead
        case awaitingSnapshot
        case streaming
    }

    let room: Int
    /// The stream's number in its room.
    let number: Int
    private let scanner: EventScanner
    private let record: StreamRecord
    private let request: ByteBuffer
    private let ready: EventLoopPromise<Void>
    private var state = State.awaitingHead
    private var partial = ByteBuffer()
    private(set) var lastTick = 0
    private var currentRevision = 0

    init(
        room: Int,
        number: Int,
        transport: StreamTransport,
        code: String,
        record: StreamRecord,
        ready: EventLoopPromise<Void>
    ) {
        self.room = room
        self.number = number
        scanner = EventScanner(transport: transport)
        request = transport.request(code)
        self.record = record
        self.ready = ready
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = NIODeadline.now()
        var bytes = unwrapInboundIn(data)
        record.received(bytes.readableBytes)
        if partial.readableBytes > 0 {
            partial.writeBuffer(&bytes)
            swap(&partial, &bytes)
            partial.clear()
        }
        if case .awaitingHead = state {
            guard let end = bytes.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else {
                keep(bytes, context)
                return
            }
            let status = bytes.getString(at: bytes.readerIndex + 9, length: 3) ?? ""
            guard status == "200" || status == "101" else {
                ready.fail(BenchError("a stream was refused with status \(status.printable)"))
                return context.close(promise: nil)
            }
            bytes.moveReaderIndex(to: end.upperBound)
            state = .awaitingSnapshot
        }
        let used = bytes.withUnsafeReadableBytes { pointer in
            scanner.scan(pointer) {
                received($0, at: now)
            } ping: {
                // A server that does not read them gets no more.
                if context.channel.isWritable {
                    context.writeAndFlush(wrapOutboundOut(StreamTransport.pong), promise: nil)
                }
            }
        }
        bytes.moveReaderIndex(forwardBy: used)
        if bytes.readableBytes > 0 { keep(bytes, context) }
    }

    /// Keeps what is no whole event, or head, yet.
    private func keep(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard bytes.readableBytes <= StreamLimits.message else {
            ready.fail(BenchError("a stream's event is longer than \(StreamLimits.message >> 10) KiB"))
            return context.close(promise: nil)
        }
        partial = bytes
    }

    func channelInactive(context: ChannelHandlerContext) {
        ready.fail(BenchError("a stream was closed before its snapshot"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ready.fail(error)
        context.close(promise: nil)
    }

    private func received(_ event: ScannedEvent, at now: NIODeadline) {
        if case .awaitingSnapshot = state {
            if event.kind == .remainingTime {
                state = .streaming
                currentRevision = event.revision
                lastTick = event.tick
                ready.succeed()
            }
            return
        }
        switch event.kind {
        case .remainingTime where event.revision == currentRevision && event.tick > 0:
            record.tick(event.tick, of: room, after: lastTick, at: now)
            lastTick = event.tick
        case .remainingTime:
            // With a transition, whose `timer` event was counted.
            record.tick(0, of: room, after: 0, at: now)
            lastTick = 0
        case .timer where event.revision > currentRevision:
            currentRevision = event.revision
            record.transition(event.revision, of: room, stream: number, at: now)
        case .timer, .other: break
        }
    }
}

/// Why the bench cannot go on.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
