import Foundation
import NIOCore
import NIOWebSocket

/// The WebSocket part of an ``ObservedStream``: answers pings, joins fragments, and notes what comes.
final class ObservedFrameHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// A message of the contract; other servers' messages are events without id or name.
    private struct Message: Decodable {
        let id: String?
        let event: String?
        let data: String?
        let ref: String?
    }

    private let stream: ObservedStreamHandler
    private var context: ChannelHandlerContext?
    private var message = ByteBuffer()
    /// Frames that wait until HTTP has left the pipeline, through which they could not pass; nil since then.
    private var pending: [(frame: WebSocketFrame, promise: EventLoopPromise<Void>?)]? = []
    /// Whether a pong is on its way to the socket, and what the next has to answer. A peer that pings and reads nothing
    /// makes no more than these two: only the latest ping needs an answer (RFC 6455, section 5.5.3).
    private var pongs: (isUnsent: Bool, next: ByteBuffer?) = (false, nil)
    /// The peer has said its last.
    private var isOver = false

    init(stream: ObservedStreamHandler) {
        self.stream = stream
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func send(_ opcode: WebSocketOpcode, _ bytes: ByteBuffer, promise: EventLoopPromise<Void>? = nil) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: bytes)
        if pending == nil {
            context.writeAndFlush(wrapOutboundOut(frame), promise: promise)
        } else {
            pending?.append((frame, promise))
        }
    }

    /// HTTP has left the pipeline.
    func begin() {
        guard let context, let waiting = pending else { return }
        pending = nil
        for (frame, promise) in waiting { context.writeAndFlush(wrapOutboundOut(frame), promise: promise) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        let now = NIODeadline.now()
        let frame = unwrapInboundIn(data)
        stream.note { $0.lastByteAt = now }
        switch frame.opcode {
        case .text, .binary, .continuation:
            guard message.readableBytes + frame.length <= StreamLimits.message else {
                return give(up: .tooLong("a WebSocket message", StreamLimits.message), context)
            }
            message.writeImmutableBuffer(frame.unmaskedData)
            guard frame.fin else { return }
            note(Data(message.readableBytesView), at: now)
            message.clear()
        case .ping:
            answer(frame.unmaskedData, context)
            stream.note { $0.heartbeats += 1 }
        case .pong:
            stream.note { $0.pongs += 1 }
        case .connectionClose:
            isOver = true
            stream.note { $0.wasClosedOnPurpose = true }
            send(.connectionClose, frame.unmaskedData)
            context.close(promise: nil)
        default: break
        }
    }

    private func answer(_ ping: ByteBuffer, _ context: ChannelHandlerContext) {
        guard !pongs.isUnsent else {
            pongs.next = ping
            return
        }
        pongs.isUnsent = true
        let sent = context.eventLoop.makePromise(of: Void.self)
        send(.pong, ping, promise: sent)
        sent.futureResult.assumeIsolated().whenSuccess {
            self.pongs.isUnsent = false
            guard let next = self.pongs.next, let context = self.context else { return }
            self.pongs.next = nil
            self.answer(next, context)
        }
    }

    private func give(up violation: StreamViolation, _ context: ChannelHandlerContext) {
        isOver = true
        message = ByteBuffer()
        stream.note { $0.violation = violation }
        context.close(promise: nil)
    }

    private func note(_ bytes: Data, at now: NIODeadline) {
        let parsed = try? JSONDecoder().decode(Message.self, from: bytes)
        if parsed?.event == "heartbeat" { stream.note { $0.hear(beat: parsed?.data ?? "") } }
        stream.note { log in
            if parsed?.event == "ack" || parsed?.event == "error" {
                log.replies += 1
            } else if parsed?.event != "heartbeat" {
                // Its ping is counted.
                let text = parsed?.data ?? String(decoding: bytes, as: UTF8.self)
                log.events.append(.init(at: now, id: parsed?.id ?? "", name: parsed?.event ?? "", data: text))
                if parsed?.event == "close" { log.wasClosedOnPurpose = true }
            }
        }
    }
}
