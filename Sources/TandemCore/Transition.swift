/// One change of a room: numbered, ordered, the only thing that is stored and published.
public struct Transition: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case start
        case pause
        case update
        /// The timer reached 0.
        case stop
        /// A turn ended before its run did.
        case swap
        /// The people of the room were named.
        case names

        /// Whether the timer is another after it.
        public var changesTimer: Bool {
            switch self {
            case .start, .pause, .update, .stop: true
            case .swap, .names: false
            }
        }
    }

    /// The number of this transition in its room, from 1 on without a gap.
    public let revision: Int
    public let kind: Kind
    /// Who asked for it, where the client said so.
    public let by: PersonName?
    /// The timer as the transition left it.
    public let timer: RoomTimer
    /// The turns as the transition left them.
    public let rotation: Rotation
    /// When it was applied.
    public let instant: MonotonicInstant

    public var id: EventID { EventID(revision: revision, tick: 0) }

    /// What is kept of it for clients that missed it.
    var record: RoomHistory.Record {
        RoomHistory.Record(kind: kind, by: by, turn: kind.beginsTurn ? rotation.turn : nil)
    }

    /// What every subscriber is told: the transition, who asked, the turn that began, and what now remains.
    ///
    /// A pause is told last: `timer pause` is the last message of a run.
    public var events: [RoomEvent] {
        let events = record.events(id: id)
        guard kind.changesTimer else { return events }
        let remaining = RoomEvent(id: id, kind: .remainingTime(timer.remaining(at: instant)))
        return kind == .pause ? [remaining] + events : events + [remaining]
    }
}

extension Transition.Kind {
    /// Whether a turn begins with it, in a room that names people.
    var beginsTurn: Bool {
        switch self {
        case .stop, .swap, .names: true
        case .start, .pause, .update: false
        }
    }
}
