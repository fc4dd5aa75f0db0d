/// One change of a room's timer: numbered, ordered, the only thing that is stored and published.
public struct Transition: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case start
        case pause
        case update
        /// The timer reached 0.
        case stop
    }

    /// The number of this transition in its room, from 1 on without a gap.
    public let revision: Int
    public let kind: Kind
    /// The timer as the transition left it.
    public let timer: RoomTimer
    /// When it was applied.
    public let instant: MonotonicInstant

    public var id: EventID { EventID(revision: revision, tick: 0) }

    /// What every subscriber is told: the transition, and what now remains.
    public var events: [RoomEvent] {
        [
            RoomEvent(id: id, kind: .timer(RoomEvent.TimerChange(kind))),
            RoomEvent(id: id, kind: .remainingTime(timer.remaining(at: instant))),
        ]
    }
}
