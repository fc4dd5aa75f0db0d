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
        /// A frame of so many bytes whose message goes on.
        case fragment(Int)
        /// A part of a frame.
        case piece
    }

    private struct Message {
        let kind: WebSocketMessage.Kind
        var bytes = ByteBuffer()
        let isCompressed: Bool
        var text = UTF8Validator()
    }

    private let messageSize: Int
    private let compression: PermessageDeflate?
    private var parser: FrameParser
    private var message: Message?
    private var control: ByteBuffer?
    /// There between messages only if the client refers to those before.
    private var inflater: Inflater?

    /// - Parameters:
    ///   - messageSize: bytes that a message may have, over all fragments, decompressed.
    ///   - compression: what was agreed on it, nil if nothing was.
    init(messageSize: Int, compression: PermessageDeflate? = nil) {
        self.messageSize = messageSize
        self.compression = compression
        parser = FrameParser(messageSize: messageSize, allowsCompression: compression != nil)
    }

    /// Takes bytes from `buffer` up to the end of a frame or of `buffer`; nil if they make nothing yet.
    mutating func next(from buffer: inout ByteBuffer) throws(Violation) -> Input? {
        guard let piece = try parser.next(from: &buffer) else { return nil }
        return piece.header.opcode.isControl ? try control(piece) : try data(piece)
    }

    private mutating func data(_ piece: FrameParser.Piece) throws(Violation) -> Input {
        let header = piece.header
        var message =
            self.message
            ?? Message(kind: header.opcode == .text ? .text : .binary, isCompressed: header.isCompressed)
        // Nothing else may hold on to the bytes, or appending would copy them.
        self.message = nil
        let isWhole = piece.isLast && header.isFinal
        let start = message.bytes.writerIndex
        if message.isCompressed {
            try inflate(piece, into: &message.bytes, isWhole: isWhole)
        } else {
            header.mask.rotated(by: piece.offset).unmask(piece.payload, appendingTo: &message.bytes)
        }
        if message.kind == .text {
            let isText = message.bytes.withUnsafeReadableBytes { [start = start - message.bytes.readerIndex] in
                message.text.accept(UnsafeRawBufferPointer(rebasing: $0[start...]))
            }
            guard isText, !isWhole || message.text.isAtBoundary else {
                throw Violation(.invalidPayload, "a text message that is not UTF-8")
            }
        }
        guard isWhole else {
            self.message = message
            return piece.isLast ? .fragment(header.length) : .piece
        }
        return .message(WebSocketMessage(kind: message.kind, bytes: message.bytes))
    }

    private mutating func inflate(
        _ piece: FrameParser.Piece,
        into message: inout ByteBuffer,
        isWhole: Bool
    ) throws(Violation) {
        guard let inflater = inflater ?? Inflater(windowBits: compression?.clientWindowBits ?? 15) else {
            throw Violation(.internalError, "there is no memory to decompress a message")
        }
        var compressed = ByteBuffer()
        piece.header.mask.rotated(by: piece.offset).unmask(piece.payload, appendingTo: &compressed)
        try inflater.inflate(compressed, into: &message, limit: messageSize)
        if isWhole { try inflater.finishMessage(into: &message, limit: messageSize) }
        self.inflater = isWhole && compression?.clientKeepsContext != true ? nil : inflater
    }

    private mutating func control(_ piece: FrameParser.Piece) throws(Violation) -> Input {
        var payload = control ?? ByteBuffer()
        control = nil
        piece.header.mask.rotated(by: piece.offset).unmask(piece.payload, appendingTo: &payload)
        guard piece.isLast else {
            control = payload
            return .piece
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
