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

        /// Bytes of the names in it, as UTF-8.
        var nameBytes: Int {
            (by?.text.utf8.count ?? 0) + (turn.map { $0.driver.text.utf8.count + $0.navigator.text.utf8.count } ?? 0)
        }

        /// The transition itself comes first: a client that is cut off after any of these events and resumes by their
        /// common id has missed nothing but what the snapshot repeats. Only a pause comes last, and a snapshot without
        /// `timer running` says the same.
        func events(id: EventID) -> [RoomEvent] {
            var events: [RoomEvent] = []
            if let change = RoomEvent.TimerChange(kind) { events.append(RoomEvent(id: id, kind: .timer(change))) }
            if turn != nil || kind == .names { events.append(RoomEvent(id: id, kind: .turn(turn))) }
            if let by {
                let event = RoomEvent(id: id, kind: .by(by))
                if kind == .pause { events.insert(event, at: 0) } else { events.append(event) }
            }
            return events
        }
    }

    /// How much is kept: the newest transitions, as many as both bounds allow, and at least the newest one.
    public struct Limit: Hashable, Sendable {
        /// At least 1.
        public let transitions: Int
        /// Bytes, as UTF-8, of all names in them.
        public let nameBytes: Int

        public init(transitions: Int, nameBytes: Int) {
            precondition(transitions > 0, "a history keeps at least one transition")
            self.transitions = transitions
            self.nameBytes = nameBytes
        }
    }

    /// The transitions, oldest first; the last of them is number ``revision``.
    public private(set) var records: [Record] = []
    /// The revision of the newest transition, 0 before the first.
    public private(set) var revision = 0
    private let limit: Limit
    /// Bytes of the names in ``records``.
    private var nameBytes = 0

    public init(limit: Limit) {
        self.limit = limit
    }

    /// The past of a room that a store kept; the oldest transitions beyond `limit` are left out.
    init(limit: Limit, revision: Int, records: [Record]) {
        self.init(limit: limit)
        self.revision = revision
        var kept = 0
        for record in records.reversed() {
            let isWithin = kept < limit.transitions && nameBytes + record.nameBytes <= limit.nameBytes
            guard kept == 0 || isWithin else { break }
            nameBytes += record.nameBytes
            kept += 1
        }
        self.records = Array(records.suffix(kept))
    }

    public mutating func append(_ record: Record) {
        // Dropped first, so that the storage need not grow past the limit.
        var excess = 0
        nameBytes += record.nameBytes
        while excess < records.count, records.count - excess == limit.transitions || nameBytes > limit.nameBytes {
            nameBytes -= records[excess].nameBytes
            excess += 1
        }
        records.removeFirst(excess)
        records.append(record)
        revision += 1
    }

    /// Whether `id` is of this room's past, and not too old to know all that came after it.
    public func reachesBack(to id: EventID) -> Bool {
        (0...records.count).contains(revision - id.revision)
    }

    /// The events of the transitions after `id`, oldest first: empty if there are none, nil if the history does not
    /// reach back to it.
    public func events(after id: EventID) -> [RoomEvent]? {
        guard reachesBack(to: id) else { return nil }
        let missed = revision - id.revision
        return records.suffix(missed).enumerated().flatMap { offset, record in
            record.events(id: EventID(revision: id.revision + offset + 1, tick: 0))
        }
    }
}
