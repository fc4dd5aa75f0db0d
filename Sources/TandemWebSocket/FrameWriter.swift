import NIOCore

/// A server's frames: whole messages, unmasked (RFC 6455, sections 5.1 and 5.2).
enum FrameWriter {
    static func write(_ opcode: Opcode, _ payload: some Collection<UInt8>, into buffer: inout ByteBuffer) {
        let fin: UInt8 = 0x80
        write(firstByte: fin | opcode.rawValue, payload, into: &buffer)
    }

    static func write(firstByte: UInt8, _ payload: some Collection<UInt8>, into buffer: inout ByteBuffer) {
        buffer.writeInteger(firstByte)
        switch payload.count {
        case ...125: buffer.writeInteger(UInt8(payload.count))
        case ...0xFFFF: buffer.writeMultipleIntegers(UInt8(126), UInt16(payload.count))
        default: buffer.writeMultipleIntegers(UInt8(127), UInt64(payload.count))
        }
        buffer.writeBytes(payload)
    }

    /// Writes `message` as a text frame.
    static func write(_ message: ServerMessage, into buffer: inout ByteBuffer) {
        // Nearly every message has a short length, so this one is filled in afterwards.
        let start = buffer.writerIndex
        buffer.writeMultipleIntegers(0x80 | Opcode.text.rawValue, UInt8(0))
        message.write(into: &buffer)
        let length = buffer.writerIndex - start - 2
        if length <= 125 {
            buffer.setInteger(UInt8(length), at: start + 1)
        } else if let payload = buffer.getSlice(at: start + 2, length: length) {
            buffer.moveWriterIndex(to: start)
            write(.text, payload.readableBytesView, into: &buffer)
        }
    }

    /// - Parameter reason: for people; cut to the 123 bytes that a close frame has for it.
    static func writeClose(_ code: CloseCode, _ reason: String = "", into buffer: inout ByteBuffer) {
        var reason = reason
        while reason.utf8.count > 123 { reason.removeLast() }
        let payload = [UInt8(code.number >> 8), UInt8(code.number & 0xFF)] + Array(reason.utf8)
        write(.close, payload, into: &buffer)
    }
}
