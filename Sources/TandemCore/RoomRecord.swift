/// A room as a store keeps it: all that the next process needs to go on as if nothing had happened.
public struct RoomRecord: Hashable, Sendable {
    public enum TimerState: Hashable, Sendable {
        case paused(remaining: Milliseconds)
        /// What remained at `since`. All later ticks, and the end of the run, follow from it.
        case running(remaining: Milliseconds, since: WallTime)
    }

    public let code: AccessCode
    public let name: RoomName?
    public let duration: Milliseconds
    public let timer: TimerState
    /// Who takes turns, and whose turn it is.
    public let rotation: Rotation
    /// The number of the newest transition, 0 before the first.
    public let revision: Int
    /// The newest transitions, oldest first; the last of them is number ``revision``.
    public let history: [RoomHistory.Record]
    public let created: WallTime
    /// When the room was last watched, asked for or commanded; may be earlier than it was by a twentieth of the time
    /// after which rooms expire.
    public let lastUsed: WallTime

    public init(
        code: AccessCode,
        name: RoomName?,
        duration: Milliseconds,
        timer: TimerState,
        rotation: Rotation,
        revision: Int,
        history: [RoomHistory.Record],
        created: WallTime,
        lastUsed: WallTime
    ) {
        self.code = code
        self.name = name
        self.duration = duration
        self.timer = timer
        self.rotation = rotation
        self.revision = revision
        self.history = history
        self.created = created
        self.lastUsed = lastUsed
    }
}
