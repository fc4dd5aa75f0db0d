/// The latest transitions of a room, kept so that a client can resume after the last one it saw.
public struct RoomHistory: Hashable, Sendable {
    /// What a client is told of a transition that it missed.
    public struct Record: Hashable, Sendable {
        public let kind: Transition.Kind
        /// Who asked for it, where the client said so.
        public let by: PersonName?
        /// The turn that began with it; nil if none did.
        public let turn: Turn?

        public init(kind: Transition.Kind, by: PersonName? = nil, turn: Turn? = nil) {
            self.kind = kind
            self.by = by
            self.turn = turn
        }

        /// The transition itself comes first: a client that is cut off after any of these events and resumes by their
        /// common id has missed nothing but what the snapshot repeats.
        func events(id: EventID) -> [RoomEvent] {
            var events: [RoomEvent] = []
            if let change = RoomEvent.TimerChange(kind) { events.append(RoomEvent(id: id, kind: .timer(change))) }
            if turn != nil || kind == .names { events.append(RoomEvent(id: id, kind: .turn(turn))) }
            if let by { events.append(RoomEvent(id: id, kind: .by(by))) }
            return events
        }
    }

    /// The transitions, oldest first; the last of them is number ``revision``.
    public private(set) var records: [Record] = []
    /// The revision of the newest transition, 0 before the first.
    public private(set) var revision = 0
    private let limit: Int

    /// - Parameter limit: how many transitions are kept; at least 1.
    public init(limit: Int) {
        precondition(limit > 0, "a history keeps at least one transition")
        self.limit = limit
    }

    /// The past of a room that a store kept, of which no more than `limit` is taken over.
    init(limit: Int, revision: Int, records: [Record]) {
        self.init(limit: limit)
        self.records = Array(records.suffix(limit))
        self.revision = revision
    }

    public mutating func append(_ record: Record) {
        if records.count == limit { records.removeFirst() }
        records.append(record)
        revision += 1
    }

    /// The events of the transitions after `id`, oldest first: empty if there are none, nil if `id` is not of this
    /// room's past or too old to know all that came after it.
    public func events(after id: EventID) -> [RoomEvent]? {
        let missed = revision - id.revision
        guard missed >= 0, missed <= records.count else { return nil }
        return records.suffix(missed).enumerated().flatMap { offset, record in
            record.events(id: EventID(revision: id.revision + offset + 1, tick: 0))
        }
    }
}
