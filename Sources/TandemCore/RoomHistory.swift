/// The latest transitions of a room, kept so that a client can resume after the last one it saw.
public struct RoomHistory: Hashable, Sendable {
    /// The transitions, oldest first; the last of them is number ``revision``.
    public private(set) var kinds: [Transition.Kind] = []
    /// The revision of the newest transition, 0 before the first.
    public private(set) var revision = 0
    private let limit: Int

    /// - Parameter limit: how many transitions are kept; at least 1.
    public init(limit: Int) {
        precondition(limit > 0, "a history keeps at least one transition")
        self.limit = limit
    }

    /// The past of a room that a store kept, of which no more than `limit` is taken over.
    init(limit: Int, revision: Int, kinds: [Transition.Kind]) {
        self.init(limit: limit)
        self.kinds = Array(kinds.suffix(limit))
        self.revision = revision
    }

    public mutating func append(_ kind: Transition.Kind) {
        if kinds.count == limit { kinds.removeFirst() }
        kinds.append(kind)
        revision += 1
    }

    /// The `timer` events after `id`, oldest first: empty if there are none, nil if `id` is not of this room's past
    /// or too old to know all that came after it.
    public func events(after id: EventID) -> [RoomEvent]? {
        let missed = revision - id.revision
        guard missed >= 0, missed <= kinds.count else { return nil }
        return kinds.suffix(missed).enumerated().map { offset, kind in
            RoomEvent(
                id: EventID(revision: id.revision + offset + 1, tick: 0),
                kind: .timer(RoomEvent.TimerChange(kind))
            )
        }
    }
}
