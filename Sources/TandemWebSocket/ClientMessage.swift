import FoundationEssentials
import NIOCore
import TandemContract
import TandemCore
import TandemEngine

/// What a client says on a WebSocket: `{"command":"start","ref":"7"}`.
struct ClientMessage {
    enum Content {
        case command(RoomCommand)
        case ping
    }

    /// Why a message was not understood. The connection stays.
    struct Failure: Error, Equatable {
        let ref: String?
        let code: ProblemCode
        let message: String
    }

    let ref: String?
    let content: Content

    /// The `ref` alone, to answer a message that is otherwise wrong.
    private struct Reference: Decodable {
        let ref: String?
    }

    init(_ json: ByteBuffer, limits: WebSocketLimits) throws(Failure) {
        guard !JSONSize.exceeds(limits.values, json) else {
            let message = "a message has at most \(limits.values) values"
            throw Failure(ref: nil, code: .invalidCommand, message: message)
        }
        guard JSONSyntax.isValid(json.readableBytesSpan) else {
            throw Failure(ref: nil, code: .malformedJSON, message: "the message is not valid JSON")
        }
        let wire = try Self.decode(Data(json.readableBytesView))
        if let ref = wire.ref, ref.unicodeScalars.count > limits.refLength {
            throw Failure(
                ref: nil,
                code: .invalidCommand,
                message: "'ref' has \(ref.unicodeScalars.count) characters; allowed are \(limits.refLength)"
            )
        }
        ref = wire.ref
        content = try wire.content
    }

    /// Bytes of a message whose `ref` is worth looking for although the message is refused anyway; most commands have
    /// less than 200, and reading so few takes some µs.
    private static let shortMessage = 256

    /// The `ref` of a message that is refused unread; nil if it has none, or is too long to look.
    static func reference(in json: ByteBuffer, limits: WebSocketLimits) -> String? {
        guard json.readableBytes <= shortMessage,
            let ref = try? JSONDecoder().decode(Reference.self, from: Data(json.readableBytesView)).ref,
            ref.unicodeScalars.count <= limits.refLength
        else { return nil }
        return ref
    }

    private static func decode(_ bytes: Data) throws(Failure) -> Wire {
        do {
            return try JSONDecoder().decode(Wire.self, from: bytes)
        } catch {
            let number = try? JSONDecoder().decode(UnreadableNumber.self, from: bytes)
            let named = (error as? DecodingError).flatMap { EngineError($0) }
            guard let error = named ?? number.map({ EngineError(unreadable: $0.member) }) else {
                throw Failure(ref: nil, code: .malformedJSON, message: "the message is not a JSON object")
            }
            let ref = try? JSONDecoder().decode(Reference.self, from: bytes).ref
            throw Failure(ref: ref, code: error.code, message: error.message)
        }
    }
}
