import NIOCore
import TandemCore
import TandemEngine

/// What the server says on a WebSocket: one JSON object a text frame, with its members in a fixed order.
enum ServerMessage {
    case event(RoomEvent)
    /// A command was carried out; `id` is that of its transition.
    case ack(ref: String?, id: EventID)
    case error(ref: String?, code: String, message: String)

    /// Appends the message as JSON.
    func write(into buffer: inout ByteBuffer) {
        switch self {
        case .event(let event):
            if let id = event.id {
                buffer.writeStaticString(#"{"id":""#)
                buffer.write(id)
                buffer.writeStaticString(#"","event":""#)
            } else {
                buffer.writeStaticString(#"{"event":""#)
            }
            buffer.writeStaticString(event.name)
            buffer.writeStaticString(#"","data":"#)
            if case .remainingTime = event.kind {
                buffer.writeStaticString("\"")
                buffer.writeData(of: event)
                buffer.writeStaticString("\"")
            } else {
                Self.write(event.data, into: &buffer)
            }
        case .ack(let ref, let id):
            buffer.writeStaticString(#"{"event":"ack""#)
            Self.writeMember(#","ref":"#, ref, into: &buffer)
            buffer.writeStaticString(#","id":""#)
            buffer.write(id)
            buffer.writeStaticString("\"")
        case .error(let ref, let code, let message):
            buffer.writeStaticString(#"{"event":"error""#)
            Self.writeMember(#","ref":"#, ref, into: &buffer)
            Self.writeMember(#","code":"#, code, into: &buffer)
            Self.writeMember(#","message":"#, message, into: &buffer)
        }
        buffer.writeStaticString("}")
    }

    private static func writeMember(_ name: StaticString, _ value: String?, into buffer: inout ByteBuffer) {
        guard let value else { return }
        buffer.writeStaticString(name)
        write(value, into: &buffer)
    }

    /// Writes `text` as a JSON string (RFC 8259, section 7).
    private static func write(_ text: String, into buffer: inout ByteBuffer) {
        buffer.writeStaticString("\"")
        if text.utf8.contains(where: needsEscape) {
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): buffer.writeMultipleIntegers(UInt8(ascii: "\\"), byte)
                case ..<0x20: buffer.writeString("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16))
                default: buffer.writeInteger(byte)
                }
            }
        } else {
            buffer.writeString(text)
        }
        buffer.writeStaticString("\"")
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
}
