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

    private struct Wire: Decodable {
        let command: String
        let ref: String?
        let duration: Int64?
        let remainingTime: Int64?
    }

    /// The `ref` alone, to answer a message that is otherwise wrong.
    private struct Reference: Decodable {
        let ref: String?
    }

    init(_ json: ByteBuffer, limits: WebSocketLimits) throws(Failure) {
        let wire = try Self.decode(Data(json.readableBytesView))
        if let ref = wire.ref, ref.unicodeScalars.count > limits.refLength {
            throw Failure(
                ref: nil,
                code: "invalid-command",
                message: "'ref' has \(ref.unicodeScalars.count) characters; allowed are \(limits.refLength)"
            )
        }
        ref = wire.ref
        switch wire.command {
        case "start": content = .command(.start)
        case "pause", "stop": content = .command(.pause)
        case "ping": content = .ping
        case "update":
            guard let duration = wire.duration else {
                throw Failure(
                    ref: wire.ref,
                    code: EngineError.Code.invalidTimer.rawValue,
                    message: "'update' needs a 'duration' in milliseconds"
                )
            }
            do throws(TimerError) {
                let setting = try TimerSetting(
                    duration: Milliseconds(duration),
                    remaining: wire.remainingTime.map { Milliseconds($0) }
                )
                content = .command(.update(setting))
            } catch {
                throw Failure(ref: wire.ref, code: EngineError.Code.invalidTimer.rawValue, message: "\(error)")
            }
        default:
            throw Failure(
                ref: wire.ref,
                code: "unknown-command",
                message: "there is no command '\(wire.command.prefix(32))'; there are start, pause, update and ping"
            )
        }
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
                message: "a value in the message is no whole number of at most 64 bits, or no text in Unicode"
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
            if let key = context.codingPath.last {
                "'\(key.stringValue)' has the wrong type or is out of range"
            } else {
                "the message is not a JSON object"
            }
        default:
            "the message is not a command"
        }
    }
}
