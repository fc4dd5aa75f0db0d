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
        frame(into: &buffer) { buffer in
            if let id = event.id {
                buffer.writeStaticString("id: ")
                buffer.write(id)
                buffer.writeStaticString("\n")
            }
            buffer.writeStaticString("event: ")
            buffer.writeStaticString(event.name)
            buffer.writeStaticString("\ndata: ")
            buffer.writeData(of: event)
            buffer.writeStaticString("\n\n")
        }
    }

    func encodeHeartbeat(every interval: Milliseconds, into buffer: inout ByteBuffer) {
        encode(RoomEvent(id: nil, kind: .heartbeat(interval)), into: &buffer)
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
        frame(into: &buffer) { buffer in
            buffer.writeStaticString("retry: ")
            buffer.writeDecimal(time.count)
            buffer.writeStaticString("\n\n")
        }
    }

    /// Writes what `body` writes, as a chunk where the response is chunked.
    private func frame(into buffer: inout ByteBuffer, _ body: (inout ByteBuffer) -> Void) {
        switch framing {
        case .closeDelimited:
            body(&buffer)
        case .chunked:
            // Nearly every chunk's size has two digits, so these are filled in afterwards.
            let start = buffer.writerIndex
            buffer.writeStaticString("00\r\n")
            body(&buffer)
            let size = buffer.writerIndex - start - 4
            if (0x10...0xFF).contains(size) {
                buffer.setInteger(Self.hexDigit(size >> 4), at: start)
                buffer.setInteger(Self.hexDigit(size & 0xF), at: start + 1)
            } else {
                let text = buffer.getSlice(at: start + 4, length: size)
                buffer.moveWriterIndex(to: start)
                buffer.writeString(String(size, radix: 16))
                buffer.writeStaticString("\r\n")
                if let text { buffer.writeImmutableBuffer(text) }
            }
            buffer.writeStaticString("\r\n")
        }
    }

    private static func hexDigit(_ value: Int) -> UInt8 {
        UInt8(value < 10 ? 0x30 + value : 0x57 + value)
    }
}
