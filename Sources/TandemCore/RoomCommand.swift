/// What a client may ask of a room. A command names the state that is wanted, never a toggle.
public enum RoomCommand: Hashable, Sendable {
    case start
    case pause
    case update(TimerSetting)
}
