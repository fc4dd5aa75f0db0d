import NIOCore

/// From a client's bytes to its messages and control frames: fragments are joined, text is checked as it comes.
///
/// Holds memory only while a message or control frame is under way, and the window of a client that refers to its
/// earlier messages. What a call of ``next(from:)`` does is bounded: by the bytes there are, and where they are
/// compressed by ``Inflater/step``.
struct MessageReader {
    enum Input: Equatable {
        case message(WebSocketMessage)
        case ping(ByteBuffer)
        case pong
        /// The peer's closing handshake; nil for a close frame without a code.
        case close(CloseCode?)
        /// A frame of so many bytes whose message goes on.
        case fragment(Int)
        /// A part of a frame, or of what it decompresses to.
        case piece
    }

    private struct Message {
        let kind: WebSocketMessage.Kind
        var bytes = ByteBuffer()
        let isCompressed: Bool
        var text = UTF8Validator()
    }

    /// A frame's piece that is being decompressed.
    private struct Inflation {
        let header: FrameHeader
        let isLast: Bool
        var compressed: ByteBuffer

        var isWhole: Bool { isLast && header.isFinal }
    }

    private let messageSize: Int
    private let compression: PermessageDeflate?
    /// The base-2 logarithm of the window that the client's messages may need.
    private let windowBits: Int
    private var parser: FrameParser
    private var message: Message?
    private var control: ByteBuffer?
    /// There between messages only if the client refers to those before.
    private var inflater: Inflater?
    private var inflation: Inflation?
    private var count = 0
    /// Messages, and control frames between two of them, that have come to their end.
    private(set) var messageCount = 0

    /// - Parameters:
    ///   - messageSize: bytes that a message may have, over all fragments, decompressed.
    ///   - compression: what was agreed on it, nil if nothing was.
    init(messageSize: Int, compression: PermessageDeflate? = nil) {
        self.messageSize = messageSize
        self.compression = compression
        windowBits = compression?.inflaterWindowBits(messageSize: messageSize) ?? 15
        parser = FrameParser(messageSize: messageSize, allowsCompression: compression != nil)
    }

    /// Whether ``next(from:)`` has something to do without further bytes.
    var isInflating: Bool { inflation != nil }

    /// Whether a message or control frame has begun and not come to its end.
    var isUnderWay: Bool { message != nil || inflation != nil || control != nil || !parser.isBetweenFrames }

    /// Bytes of messages and control frames that have come, decompressed, since this was last asked.
    mutating func takeCount() -> Int {
        defer { count = 0 }
        return count
    }

    /// Takes bytes from `buffer` up to the end of a frame or of `buffer`; nil if they make nothing yet.
    mutating func next(from buffer: inout ByteBuffer) throws(Violation) -> Input? {
        if let inflation { return try inflate(inflation) }
        guard let piece = try parser.next(from: &buffer) else { return nil }
        return piece.header.opcode.isControl ? try control(piece) : try data(piece)
    }

    private mutating func data(_ piece: FrameParser.Piece) throws(Violation) -> Input {
        let header = piece.header
        let mask = header.mask.rotated(by: piece.offset)
        guard message?.isCompressed ?? header.isCompressed else {
            var message = takeMessage(header)
            let start = message.bytes.writerIndex
            mask.unmask(piece.payload, appendingTo: &message.bytes)
            try check(&message, from: start, isWhole: piece.isLast && header.isFinal)
            return finish(message, header, isLast: piece.isLast)
        }
        var compressed = ByteBuffer()
        mask.unmask(piece.payload, appendingTo: &compressed)
        if piece.isLast, header.isFinal { compressed.writeImmutableBuffer(Inflater.tail) }
        return try inflate(Inflation(header: header, isLast: piece.isLast, compressed: compressed))
    }

    /// The message under way, or the one that begins. Nothing else may hold on to its bytes, or appending copies them.
    private mutating func takeMessage(_ header: FrameHeader) -> Message {
        defer { message = nil }
        return message ?? Message(kind: header.opcode == .text ? .text : .binary, isCompressed: header.isCompressed)
    }

    /// Does one step of `inflation`.
    private mutating func inflate(_ inflation: Inflation) throws(Violation) -> Input {
        var inflation = inflation
        self.inflation = nil
        guard let inflater = inflater ?? Inflater(windowBits: windowBits) else {
            throw Violation(.internalError, "there is no memory to decompress a message")
        }
        self.inflater = inflater
        var message = takeMessage(inflation.header)
        let start = message.bytes.writerIndex
        let goesOn = try inflater.step(&inflation.compressed, into: &message.bytes, limit: messageSize)
        try check(&message, from: start, isWhole: inflation.isWhole && !goesOn)
        guard !goesOn else {
            self.inflation = inflation
            self.message = message
            return .piece
        }
        if inflation.isWhole, compression?.clientKeepsContext != true { self.inflater = nil }
        return finish(message, inflation.header, isLast: inflation.isLast)
    }

    /// Counts what is new in `message`, and sees that text is UTF-8.
    private mutating func check(_ message: inout Message, from start: Int, isWhole: Bool) throws(Violation) {
        count += message.bytes.writerIndex - start
        guard message.kind == .text else { return }
        let bytes = message.bytes
        let isText = bytes.withUnsafeReadableBytes { [start = start - bytes.readerIndex] in
            message.text.accept(UnsafeRawBufferPointer(rebasing: $0[start...]))
        }
        guard isText, !isWhole || message.text.isAtBoundary else {
            throw Violation(.invalidPayload, "a text message that is not UTF-8")
        }
    }

    private mutating func finish(_ message: Message, _ header: FrameHeader, isLast: Bool) -> Input {
        guard isLast, header.isFinal else {
            self.message = message
            return isLast ? .fragment(header.length) : .piece
        }
        messageCount += 1
        return .message(WebSocketMessage(kind: message.kind, bytes: message.bytes))
    }

    private mutating func control(_ piece: FrameParser.Piece) throws(Violation) -> Input {
        var payload = control ?? ByteBuffer()
        control = nil
        piece.header.mask.rotated(by: piece.offset).unmask(piece.payload, appendingTo: &payload)
        count += piece.payload.readableBytes
        guard piece.isLast else {
            control = payload
            return .piece
        }
        // One between the fragments of a message is no progress of that.
        if message == nil { messageCount += 1 }
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
