import NIOCore

/// From a client's bytes to its messages and control frames: fragments are joined, text is checked as it comes.
///
/// Holds memory only while a message or control frame is under way.
struct MessageReader {
    enum Input: Equatable {
        case message(WebSocketMessage)
        case ping(ByteBuffer)
        case pong
        /// The peer's closing handshake; nil for a close frame without a code.
        case close(CloseCode?)
        /// A part of something larger, of so many bytes.
        case part(Int)
    }

    private struct Message {
        let kind: WebSocketMessage.Kind
        var bytes = ByteBuffer()
        var text = UTF8Validator()
    }

    private var parser: FrameParser
    private var message: Message?
    private var control: ByteBuffer?

    /// - Parameter messageSize: bytes that a message may have, over all fragments.
    init(messageSize: Int) {
        parser = FrameParser(messageSize: messageSize)
    }

    /// Takes bytes from `buffer` up to the end of a frame or of `buffer`; nil if they make nothing yet.
    mutating func next(from buffer: inout ByteBuffer) throws(Violation) -> Input? {
        guard let piece = try parser.next(from: &buffer) else { return nil }
        return piece.header.opcode.isControl ? try control(piece) : try data(piece)
    }

    private mutating func data(_ piece: FrameParser.Piece) throws(Violation) -> Input {
        var message = self.message ?? Message(kind: piece.header.opcode == .text ? .text : .binary)
        // Nothing else may hold on to the bytes, or appending would copy them.
        self.message = nil
        try append(piece, to: &message)
        guard piece.isLast, piece.header.isFinal else {
            self.message = message
            return .part(piece.payload.readableBytes)
        }
        guard message.kind == .binary || message.text.isAtBoundary else { throw .notUTF8 }
        return .message(WebSocketMessage(kind: message.kind, bytes: message.bytes))
    }

    private func append(_ piece: FrameParser.Piece, to message: inout Message) throws(Violation) {
        let start = message.bytes.writerIndex
        piece.header.mask.rotated(by: piece.offset).unmask(piece.payload, appendingTo: &message.bytes)
        guard message.kind == .text else { return }
        let isText = message.bytes.withUnsafeReadableBytes { [validator = message.text] bytes in
            var validator = validator
            return validator.accept(UnsafeRawBufferPointer(rebasing: bytes[start...])) ? validator : nil
        }
        guard let isText else { throw .notUTF8 }
        message.text = isText
    }

    private mutating func control(_ piece: FrameParser.Piece) throws(Violation) -> Input {
        var payload = control ?? ByteBuffer()
        control = nil
        piece.header.mask.rotated(by: piece.offset).unmask(piece.payload, appendingTo: &payload)
        guard piece.isLast else {
            control = payload
            return .part(piece.payload.readableBytes)
        }
        switch piece.header.opcode {
        case .ping: return .ping(payload)
        case .close: return .close(try Self.closeCode(payload))
        default: return .pong
        }
    }

    private static func closeCode(_ payload: ByteBuffer) throws(Violation) -> CloseCode? {
        var payload = payload
        guard payload.readableBytes > 0 else { return nil }
        guard let number = payload.readInteger(as: UInt16.self) else {
            throw Violation(.protocolError, "a close frame with one byte")
        }
        let code = CloseCode(number: number)
        guard code.mayBeSent else {
            throw Violation(.protocolError, "\(number) is no close code that may be sent")
        }
        var validator = UTF8Validator()
        guard payload.withUnsafeReadableBytes({ validator.accept($0) }), validator.isAtBoundary else {
            throw Violation(.invalidPayload, "a close reason that is not UTF-8")
        }
        return code
    }
}

extension Violation {
    fileprivate static let notUTF8 = Violation(.invalidPayload, "a text message that is not UTF-8")
}
