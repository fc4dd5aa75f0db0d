/// What a client may ask of a room, and who asks. A command names the state that is wanted, never a toggle.
public struct RoomCommand: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        case start
        case pause
        case update(TimerSetting)
        /// End this turn, the current one if nil, whatever the timer does. A turn that is over already is not ended
        /// again, so that two people who ask at once hand over once.
        case swap(turn: Int?)
        /// Name the people of the room, beginning turn 1, or nobody.
        case setNames(Rotation)
    }

    public let action: Action
    /// Who asked, where the client says so.
    public var by: PersonName?

    public init(_ action: Action, by: PersonName? = nil) {
        self.action = action
        self.by = by
    }

    public static let start = RoomCommand(.start)
    public static let pause = RoomCommand(.pause)
    public static func swap(turn: Int? = nil) -> RoomCommand { RoomCommand(.swap(turn: turn)) }
    public static func update(_ setting: TimerSetting) -> RoomCommand { RoomCommand(.update(setting)) }
    public static func setNames(_ rotation: Rotation) -> RoomCommand { RoomCommand(.setNames(rotation)) }
}
