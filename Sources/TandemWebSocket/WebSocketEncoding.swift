import NIOCore
import TandemCore
import TandemEngine

/// Events as text frames, one JSON object each.
struct WebSocketEncoding: StreamEncoding {
    let limits: WebSocketLimits

    var id: StreamEncodingID { StreamEncodingID(transport: WebSocketTransport.name, variant: "json") }
    var heartbeatRule: HeartbeatRule { .answered }
    var hasBoundedLifetime: Bool { false }
    var hasClosingHandshake: Bool { true }

    func encodeBeginning(into buffer: inout ByteBuffer) {}

    func encode(_ event: RoomEvent, into buffer: inout ByteBuffer) {
        FrameWriter.write(ServerMessage.event(event), into: &buffer)
    }

    func encodeHeartbeat(into buffer: inout ByteBuffer) {
        FrameWriter.write(.ping, [], into: &buffer)
    }

    func encodeEnd(_ reason: CloseReason, reconnectAfter: Milliseconds?, into buffer: inout ByteBuffer) {
        encode(RoomEvent(id: nil, kind: .close(reason)), into: &buffer)
        FrameWriter.writeClose(reason == .ok ? .normal : .goingAway, reason.rawValue, into: &buffer)
    }

    func makeInboundHandlers(for subscriber: Subscriber) -> [any ChannelHandler] {
        let application = CommandApplication(subscriber: subscriber, limits: limits)
        return [WebSocketInboundHandler(application: application, limits: limits)]
    }
}
