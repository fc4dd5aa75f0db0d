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
    private var pending: [WebSocketFrame]? = []

    init(stream: ObservedStreamHandler) {
        self.stream = stream
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func send(_ opcode: WebSocketOpcode, _ bytes: ByteBuffer) {
        guard let context else { return }
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: bytes)
        if pending == nil {
            context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        } else {
            pending?.append(frame)
        }
    }

    /// HTTP has left the pipeline.
    func begin() {
        guard let context, let waiting = pending else { return }
        pending = nil
        for frame in waiting { context.writeAndFlush(wrapOutboundOut(frame), promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = NIODeadline.now()
        let frame = unwrapInboundIn(data)
        stream.note { $0.lastByteAt = now }
        switch frame.opcode {
        case .text, .binary, .continuation:
            message.writeImmutableBuffer(frame.unmaskedData)
            guard frame.fin else { return }
            note(Data(message.readableBytesView), at: now)
            message.clear()
        case .ping:
            send(.pong, frame.unmaskedData)
            stream.note { $0.heartbeats.append(now) }
        case .pong:
            stream.note { $0.pongs += 1 }
        case .connectionClose:
            stream.note { $0.wasClosedOnPurpose = true }
            send(.connectionClose, frame.unmaskedData)
            context.close(promise: nil)
        default: break
        }
    }

    private func note(_ bytes: Data, at now: NIODeadline) {
        let parsed = try? JSONDecoder().decode(Message.self, from: bytes)
        stream.note { log in
            if parsed?.event == "ack" || parsed?.event == "error" {
                log.replies += 1
            } else {
                let text = parsed?.data ?? String(decoding: bytes, as: UTF8.self)
                log.events.append(.init(at: now, id: parsed?.id ?? "", name: parsed?.event ?? "", data: text))
                if parsed?.event == "close" { log.wasClosedOnPurpose = true }
            }
        }
    }
}
