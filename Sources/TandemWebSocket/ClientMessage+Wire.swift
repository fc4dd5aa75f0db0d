import TandemContract
import TandemCore
import TandemEngine

extension ClientMessage {
    /// The members that count for a message's command; others are not looked at, as in the body of a request.
    struct Wire {
        let command: String
        let ref: String?
        var duration: Int64?
        var remainingTime: Int64?
        var turn: Int?
        var names: [String]?
        var by: String?
    }
}

extension ClientMessage.Wire: Decodable {
    private enum CodingKeys: CodingKey {
        case command, ref, duration, remainingTime, turn, names, by
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        command = try members.decode(String.self, forKey: .command)
        ref = try members.decodeIfPresent(String.self, forKey: .ref)
        switch command {
        case "start", "pause", "stop": break
        case "update":
            duration = try members.decodeIfPresent(Int64.self, forKey: .duration)
            remainingTime = try members.decodeIfPresent(Int64.self, forKey: .remainingTime)
        case "swap": turn = try members.decodeIfPresent(Int.self, forKey: .turn)
        case "names": names = try members.decodeIfPresent([String].self, forKey: .names)
        default: return
        }
        by = try members.decodeIfPresent(String.self, forKey: .by)
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
            default: throw failure(.unknownCommand, "there is no command '\(command.prefix(32))'; \(Self.known)")
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

    private func failure(_ code: ProblemCode, _ message: String) -> ClientMessage.Failure {
        ClientMessage.Failure(ref: ref, code: code, message: message)
    }
}
