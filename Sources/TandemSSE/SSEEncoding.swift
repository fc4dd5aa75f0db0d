import NIOCore
import TandemCore
import TandemEngine

/// Events as `id:`, `event:` and `data:` lines, each event a chunk of its own where the response is chunked.
struct SSEEncoding: StreamEncoding {
    enum Framing: String {
        /// RFC 9112, section 7.1.
        case chunked
        /// RFC 9112, section 6.3: the end of the connection ends the body.
        case closeDelimited = "close-delimited"
    }

    let framing: Framing

    var id: StreamEncodingID { StreamEncodingID(transport: SSETransport.name, variant: framing.rawValue) }
    var heartbeatRule: HeartbeatRule { .whenSilent }
    var hasBoundedLifetime: Bool { true }
    var hasClosingHandshake: Bool { false }

    func encodeBeginning(into buffer: inout ByteBuffer) {
        encodeRetry(SSETransport.reconnectionTime, into: &buffer)
    }

    func encode(_ event: RoomEvent, into buffer: inout ByteBuffer) {
        let id = event.id.map { "id: \($0)\n" } ?? ""
        write("\(id)event: \(event.name)\ndata: \(event.data)\n\n", into: &buffer)
    }

    func encodeHeartbeat(into buffer: inout ByteBuffer) {
        write(":\n\n", into: &buffer)
    }

    func encodeEnd(_ reason: CloseReason, reconnectAfter: Milliseconds?, into buffer: inout ByteBuffer) {
        if let reconnectAfter { encodeRetry(reconnectAfter, into: &buffer) }
        encode(RoomEvent(id: nil, kind: .close(reason)), into: &buffer)
        if framing == .chunked { buffer.writeStaticString("0\r\n\r\n") }
    }

    func makeInboundHandlers(for subscriber: Subscriber) -> [any ChannelHandler] {
        [SSEInboundHandler(subscriber: subscriber)]
    }

    private func encodeRetry(_ time: Milliseconds, into buffer: inout ByteBuffer) {
        write("retry: \(time.count)\n\n", into: &buffer)
    }

    private func write(_ text: String, into buffer: inout ByteBuffer) {
        switch framing {
        case .closeDelimited:
            buffer.writeString(text)
        case .chunked:
            buffer.writeString(String(text.utf8.count, radix: 16))
            buffer.writeStaticString("\r\n")
            buffer.writeString(text)
            buffer.writeStaticString("\r\n")
        }
    }
}
