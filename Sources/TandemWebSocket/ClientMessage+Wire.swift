import TandemCore
import TandemEngine

extension ClientMessage {
    /// The members that messages have; which of them count depends on the command.
    struct Wire: Decodable {
        let command: String
        let ref: String?
        let duration: Int64?
        let remainingTime: Int64?
        let turn: Int?
        let names: [String]?
        let by: String?
    }
}

extension ClientMessage.Wire {
    var content: ClientMessage.Content {
        get throws(ClientMessage.Failure) {
            switch command {
            case "ping": .ping
            case "start": .command(try command(.start))
            case "pause", "stop": .command(try command(.pause))
            case "update": .command(try command(.update(try setting)))
            case "swap": .command(try command(.swap(turn: turn)))
            case "names": .command(try command(.setNames(try rotation)))
            default: throw failure("unknown-command", "there is no command '\(command.prefix(32))'; \(Self.known)")
            }
        }
    }

    private static let known = "there are start, pause, update, swap, names and ping"

    private func command(_ action: RoomCommand.Action) throws(ClientMessage.Failure) -> RoomCommand {
        guard let by else { return RoomCommand(action) }
        do { return RoomCommand(action, by: try PersonName(by: by)) } catch { throw failure(error) }
    }

    private var setting: TimerSetting {
        get throws(ClientMessage.Failure) {
            guard let duration else { throw failure(.invalidTimer, "'update' needs a 'duration' in milliseconds") }
            do throws(TimerError) {
                return try TimerSetting(
                    duration: Milliseconds(duration),
                    remaining: remainingTime.map { Milliseconds($0) }
                )
            } catch {
                throw failure(EngineError(error))
            }
        }
    }

    private var rotation: Rotation {
        get throws(ClientMessage.Failure) {
            guard let names else { throw failure(.invalidNames, "'names' needs a list of the people's 'names'") }
            do { return try Rotation(names: names) } catch { throw failure(error) }
        }
    }

    private func failure(_ error: EngineError) -> ClientMessage.Failure {
        failure(error.code, error.message)
    }

    private func failure(_ code: EngineError.Code, _ message: String) -> ClientMessage.Failure {
        failure(code.rawValue, message)
    }

    private func failure(_ code: String, _ message: String) -> ClientMessage.Failure {
        ClientMessage.Failure(ref: ref, code: code, message: message)
    }
}
