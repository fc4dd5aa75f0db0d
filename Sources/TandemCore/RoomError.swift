/// Why a room refused a command.
public enum RoomError: Error, Equatable, Sendable {
    case timer(TimerError)
    /// A swap came to a room that names nobody.
    case noNames
}

extension RoomError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .timer(let error): "\(error)"
        case .noNames: "the room names nobody, so there are no turns to swap"
        }
    }
}
