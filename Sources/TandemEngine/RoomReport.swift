public import TandemCore

/// A room as its writer sees it at one instant.
public struct RoomReport: Sendable {
    public let code: AccessCode
    public let name: RoomName?
    public let duration: Milliseconds
    /// What remains to the millisecond, live also while running.
    public let remaining: Milliseconds
    public let state: RoomTimer.State
    public let revision: Int
    public let rotation: Rotation
    /// Streams by transport, over all event loops; a transport without any is absent.
    public let subscribers: [TransportName: Int]

    init(_ room: Room, at now: MonotonicInstant, subscribers: [TransportName: Int]) {
        code = room.code
        name = room.name
        duration = room.timer.duration
        remaining = room.timer.remaining(at: now)
        state = room.timer.state(at: now)
        revision = room.revision
        rotation = room.rotation
        self.subscribers = subscribers
    }
}
