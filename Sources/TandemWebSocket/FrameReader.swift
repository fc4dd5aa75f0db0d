import NIOCore
import NIOWebSocket

/// What RFC 6455 asks of a client's frames beyond their layout: a state machine from frames to messages.
///
/// NIOWebSocket has checked lengths, and that control frames are short and whole; the mask, reserved bits and
/// opcodes, fragmentation, UTF-8 and close codes are checked here.
struct FrameReader {
    enum Input: Equatable {
        /// Nothing to do yet.
        case incomplete
        case text(String)
        case binary(ByteBuffer)
        case ping(ByteBuffer)
        case pong
        /// The peer's closing handshake; nil for a close frame without a code.
        case close(CloseCode?)
        /// The connection must be failed with this code.
        case violation(CloseCode, String)
    }

    private enum State {
        case idle
        case fragmented(WebSocketOpcode, ByteBuffer)
    }

    private let messageSize: Int
    private var state = State.idle

    /// - Parameter messageSize: bytes that a message may have, over all fragments.
    init(messageSize: Int) {
        self.messageSize = messageSize
    }

    mutating func read(_ frame: WebSocketFrame) -> Input {
        guard frame.maskKey != nil else {
            return .violation(.protocolError, "a client masks its frames")
        }
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return .violation(.protocolError, "a reserved bit is set without an extension")
        }
        switch (frame.opcode, state) {
        case (.ping, _): return .ping(frame.unmaskedData)
        case (.pong, _): return .pong
        case (.connectionClose, _): return Self.close(frame.unmaskedData)
        case (.text, .idle), (.binary, .idle):
            return append(frame.unmaskedData, to: frame.opcode, ByteBuffer(), isLast: frame.fin)
        case (.continuation, .fragmented(let opcode, let start)):
            return append(frame.unmaskedData, to: opcode, start, isLast: frame.fin)
        case (.continuation, .idle):
            return .violation(.protocolError, "a continuation without a message to continue")
        case (.text, .fragmented), (.binary, .fragmented):
            return .violation(.protocolError, "a new message inside a fragmented one")
        default:
            return .violation(.protocolError, "a reserved opcode")
        }
    }

    private mutating func append(
        _ data: ByteBuffer,
        to opcode: WebSocketOpcode,
        _ start: ByteBuffer,
        isLast: Bool
    ) -> Input {
        var message = start
        // The state must not hold on to the bytes, or appending would copy them.
        state = .idle
        guard message.readableBytes + data.readableBytes <= messageSize else {
            return .violation(.messageTooBig, "a message has at most \(messageSize) bytes")
        }
        message.writeImmutableBuffer(data)
        guard isLast else {
            state = .fragmented(opcode, message)
            return .incomplete
        }
        guard opcode == .text else { return .binary(message) }
        guard let text = String(validating: message.readableBytesView, as: UTF8.self) else {
            return .violation(.invalidPayload, "a text message that is not UTF-8")
        }
        return .text(text)
    }

    private static func close(_ payload: ByteBuffer) -> Input {
        var payload = payload
        guard payload.readableBytes > 0 else { return .close(nil) }
        guard let number = payload.readInteger(as: UInt16.self) else {
            return .violation(.protocolError, "a close frame with one byte")
        }
        let code = CloseCode(number: number)
        guard code.mayBeSent else {
            return .violation(.protocolError, "\(number) is no close code that may be sent")
        }
        guard String(validating: payload.readableBytesView, as: UTF8.self) != nil else {
            return .violation(.invalidPayload, "a close reason that is not UTF-8")
        }
        return .close(code)
    }
}
