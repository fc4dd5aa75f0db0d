import NIOCore
import TandemCore
import TandemEngine

/// Events as text frames, one JSON object each.
struct WebSocketEncoding: StreamEncoding {
    let limits: WebSocketLimits
    let turns: TurnQueues
    var compression: PermessageDeflate?
    /// With the window that was agreed on; nil without compression.
    var compressor: MessageCompressor?

    var id: StreamEncodingID {
        let variant = compressor.map { "json-deflate-\($0.windowBits)" } ?? "json"
        return StreamEncodingID(transport: WebSocketTransport.name, variant: variant)
    }
    var heartbeatRule: HeartbeatRule { .answered }
    var hasBoundedLifetime: Bool { false }
    var hasClosingHandshake: Bool { true }

    func encodeBeginning(into buffer: inout ByteBuffer) {}

    func encode(_ event: RoomEvent, into buffer: inout ByteBuffer) {
        let start = buffer.writerIndex
        FrameWriter.write(ServerMessage.event(event), into: &buffer)
        compressor?.compressFrame(at: start, in: &buffer)
    }

    func encodeHeartbeat(every interval: Milliseconds, into buffer: inout ByteBuffer) {
        encode(RoomEvent(id: nil, kind: .heartbeat(interval)), into: &buffer)
        encodeQuestion(into: &buffer)
    }

    func encodeQuestion(into buffer: inout ByteBuffer) {
        FrameWriter.write(.ping, [], into: &buffer)
    }

    func encodeEnd(_ reason: CloseReason, reconnectAfter: Milliseconds?, into buffer: inout ByteBuffer) {
        encode(RoomEvent(id: nil, kind: .close(reason)), into: &buffer)
        FrameWriter.writeClose(reason == .ok ? .normal : .goingAway, reason.rawValue, into: &buffer)
    }

    func makeInboundHandlers(for subscriber: Subscriber) -> [any ChannelHandler] {
        let application = CommandApplication(subscriber: subscriber, limits: limits, compressor: compressor)
        let handler = WebSocketInboundHandler(
            application: application,
            limits: limits,
            compression: compression,
            turns: turns.queue(of: subscriber.channel.eventLoop)
        )
        subscriber.inbound = handler
        return [handler]
    }
}
