import NIOCore

/// The layout of a client's frames (RFC 6455, section 5): a state machine from bytes, cut anywhere, to payloads.
///
/// Whatever a header forbids is found at the byte that says so, before any payload has come: reserved bits and opcodes,
/// a missing mask, control frames that are long or fragmented, lengths that are not written in the shortest way or have
/// the highest bit set, fragments out of order, and messages that are too large. Keeps no bytes.
struct FrameParser {
    /// A part of a frame's payload, the whole of it where that has come.
    struct Piece: Equatable {
        let header: FrameHeader
        /// Bytes of the frame's payload that came before.
        let offset: Int
        /// Still masked.
        let payload: ByteBuffer

        var isLast: Bool { offset + payload.readableBytes == header.length }
    }

    /// The first byte of a frame.
    private struct Start {
        let opcode: Opcode
        let isFinal: Bool
        let isCompressed: Bool
    }

    private enum State {
        case start
        case length(Start)
        case extendedLength(Start, value: UInt64, missing: Int, least: UInt64)
        case mask(Start, length: Int, value: UInt32, missing: Int)
        case payload(FrameHeader, offset: Int)
    }

    private let messageSize: Int
    private let allowsCompression: Bool
    private var state = State.start
    /// Payload of the frames so far of a fragmented message; nil outside of one.
    private var fragments: (length: Int, isCompressed: Bool)?

    /// - Parameters:
    ///   - messageSize: bytes that a message may have, over all fragments. What compression makes of a message is
    ///     bounded here to little more; the message itself where it is decompressed.
    ///   - allowsCompression: whether permessage-deflate was negotiated, which gives RSV1 a meaning.
    init(messageSize: Int, allowsCompression: Bool = false) {
        self.messageSize = messageSize
        self.allowsCompression = allowsCompression
    }

    /// Whether no frame has begun that has not come to its end.
    var isBetweenFrames: Bool { if case .start = state { true } else { false } }

    /// Takes bytes from `buffer` up to the end of a piece; nil if it holds no more.
    mutating func next(from buffer: inout ByteBuffer) throws(Violation) -> Piece? {
        while true {
            if case .payload(let header, let offset) = state {
                return piece(header, offset, from: &buffer)
            }
            guard let byte: UInt8 = buffer.readInteger() else { return nil }
            switch state {
            case .start: state = .length(try start(byte))
            case .length(let start): state = try length(byte, start)
            case .extendedLength(let start, let value, let missing, let least):
                state = try extendedLength(byte, start, value, missing, least)
            case .mask(let start, let length, let value, let missing):
                let value = value << 8 | UInt32(byte)
                state =
                    missing > 1
                    ? .mask(start, length: length, value: value, missing: missing - 1)
                    : .payload(header(start, length, MaskingKey(value)), offset: 0)
            case .payload: break
            }
        }
    }

    // MARK: Header

    private func start(_ byte: UInt8) throws(Violation) -> Start {
        let isFinal = byte & 0x80 != 0
        let isCompressed = byte & 0x40 != 0
        guard let opcode = Opcode(rawValue: byte & 0x0F) else {
            throw Violation(.protocolError, "a reserved opcode")
        }
        guard byte & 0x30 == 0, !isCompressed || allowsCompression else {
            throw Violation(.protocolError, "a reserved bit is set without an extension")
        }
        guard !isCompressed || opcode == .text || opcode == .binary else {
            throw Violation(.protocolError, "only the first frame of a message says that it is compressed")
        }
        if opcode.isControl {
            guard isFinal else { throw Violation(.protocolError, "a fragmented control frame") }
        } else if (opcode == .continuation) != (fragments != nil) {
            throw Violation(
                .protocolError,
                fragments == nil ? "a continuation without a message to continue" : "a new message inside another"
            )
        }
        return Start(opcode: opcode, isFinal: isFinal, isCompressed: isCompressed)
    }

    private func length(_ byte: UInt8, _ start: Start) throws(Violation) -> State {
        guard byte & 0x80 != 0 else { throw Violation(.protocolError, "a client masks its frames") }
        let length = byte & 0x7F
        guard length > 125 else { return try mask(start, UInt64(length)) }
        guard !start.opcode.isControl else {
            throw Violation(.protocolError, "a control frame has at most 125 bytes")
        }
        return length == 126
            ? .extendedLength(start, value: 0, missing: 2, least: 126)
            : .extendedLength(start, value: 0, missing: 8, least: 0x1_0000)
    }

    private func extendedLength(
        _ byte: UInt8,
        _ start: Start,
        _ value: UInt64,
        _ missing: Int,
        _ least: UInt64
    ) throws(Violation) -> State {
        guard missing < 8 || byte & 0x80 == 0 else {
            throw Violation(.protocolError, "a length of 2^63 bytes or more")
        }
        let value = value << 8 | UInt64(byte)
        if missing > 1 { return .extendedLength(start, value: value, missing: missing - 1, least: least) }
        guard value >= least else { throw Violation(.protocolError, "a length that has a shorter form") }
        return try mask(start, value)
    }

    private func mask(_ start: Start, _ length: UInt64) throws(Violation) -> State {
        let isCompressed = start.isCompressed || (start.opcode == .continuation && fragments?.isCompressed == true)
        let allowed = isCompressed ? messageSize + messageSize / 64 + 64 : messageSize
        guard start.opcode.isControl || length <= UInt64(max(0, allowed - (fragments?.length ?? 0))) else {
            throw Violation(.messageTooBig, "a message has at most \(messageSize) bytes")
        }
        // Not larger than `allowed` or 125.
        return .mask(start, length: Int(length), value: 0, missing: 4)
    }

    private mutating func header(_ start: Start, _ length: Int, _ mask: MaskingKey) -> FrameHeader {
        if !start.opcode.isControl {
            let before = fragments ?? (0, start.isCompressed)
            fragments = start.isFinal ? nil : (before.length + length, before.isCompressed)
        }
        return FrameHeader(
            opcode: start.opcode,
            isFinal: start.isFinal,
            isCompressed: start.isCompressed,
            length: length,
            mask: mask
        )
    }

    // MARK: Payload

    private mutating func piece(_ header: FrameHeader, _ offset: Int, from buffer: inout ByteBuffer) -> Piece? {
        let count = min(buffer.readableBytes, header.length - offset)
        guard count > 0 || header.length == 0, let payload = buffer.readSlice(length: count) else { return nil }
        let piece = Piece(header: header, offset: offset, payload: payload)
        state = piece.isLast ? .start : .payload(header, offset: offset + count)
        return piece
    }
}
