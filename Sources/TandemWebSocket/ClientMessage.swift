import FoundationEssentials
import NIOCore
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
        let code: String
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
            throw Failure(ref: nil, code: "invalid-command", message: message)
        }
        guard JSONSyntax.isValid(json.readableBytesSpan) else {
            throw Failure(ref: nil, code: "malformed-json", message: "the message is not valid JSON")
        }
        let wire = try Self.decode(Data(json.readableBytesView))
        if let ref = wire.ref, ref.unicodeScalars.count > limits.refLength {
            throw Failure(
                ref: nil,
                code: "invalid-command",
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
        } catch DecodingError.dataCorrupted {
            // Bad syntax, or a value that cannot be what it must; only the latter leaves the rest readable.
            guard let reference = try? JSONDecoder().decode(Reference.self, from: bytes) else {
                throw Failure(ref: nil, code: "malformed-json", message: "the message is not valid JSON")
            }
            throw Failure(
                ref: reference.ref,
                code: "invalid-command",
                message: "a value in the message is no whole number of at most 64 bits"
            )
        } catch let error as DecodingError {
            let ref = try? JSONDecoder().decode(Reference.self, from: bytes).ref
            throw Failure(ref: ref, code: "invalid-command", message: describe(error))
        } catch {
            throw Failure(ref: nil, code: "malformed-json", message: "the message is not valid JSON")
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _):
            "the message has no '\(key.stringValue)'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            if let key = context.codingPath.first {
                "'\(key.stringValue)' has the wrong type or is out of range"
            } else {
                "the message is not a JSON object"
            }
        default:
            "the message is not a command"
        }
    }
}
