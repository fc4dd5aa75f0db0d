/// One event of a room as every transport carries it: an id, a name and data.
public struct RoomEvent: Hashable, Sendable {
    /// The data of a `timer` event.
    public enum TimerChange: String, Hashable, Sendable {
        /// In a snapshot only: the timer is running as the subscriber joins.
        case running
        case start
        case pause
        case update
        case stop

        /// Nil if the transition does not change the timer.
        public init?(_ kind: Transition.Kind) {
            switch kind {
            case .start: self = .start
            case .pause: self = .pause
            case .update: self = .update
            case .stop: self = .stop
            case .swap, .names: return nil
            }
        }
    }

    public enum Kind: Hashable, Sendable {
        /// The first event on a stream.
        case connect
        case remainingTime(Milliseconds)
        case timer(TimerChange)
        /// Who asked for the transition of the same id.
        case by(PersonName)
        /// Whose turn it is now; nil where the room names nobody any more.
        case turn(Turn?)
        /// How many streams the room has, by transport.
        case presence(Presence)
        /// Nothing else was sent for this interval; the stream lives.
        case heartbeat(Milliseconds)
        /// The server ends this stream on purpose.
        case close(CloseReason)
    }

    /// Nil for events outside the room's sequence.
    public let id: EventID?
    public let kind: Kind

    public init(id: EventID?, kind: Kind) {
        self.id = id
        self.kind = kind
    }

    /// The name of the event in the contract.
    public var name: StaticString {
        switch kind {
        case .connect: "connect"
        case .remainingTime: "remaining-time"
        case .timer: "timer"
        case .by: "by"
        case .turn: "turn"
        case .presence: "presence"
        case .heartbeat: "heartbeat"
        case .close: "close"
        }
    }

    /// The data of the event in the contract: one line of text.
    public var data: String {
        switch kind {
        case .connect: "OK"
        case .remainingTime(let remaining): String(remaining.count)
        case .timer(let change): change.rawValue
        case .by(let name): name.text
        case .turn(let turn): turn?.json ?? #"{"turn":0,"driver":"","navigator":""}"#
        case .presence(let presence): presence.json
        case .heartbeat(let interval): String(interval.count)
        case .close(let reason): reason.rawValue
        }
    }
}
