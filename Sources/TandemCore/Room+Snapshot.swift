extension Room {
    /// What a subscriber that joins at `now` is told before anything else.
    ///
    /// `connect`; then, for a client that resumes, the transitions it missed; then `remaining-time`, if the timer runs
    /// `timer running`, and if the room names people `turn`. Ids are those of the newest tick, and of `connect` the id
    /// from which the stream goes on: the client's own if it could be resumed.
    /// - Parameter lastEventIDs: the ids that the client names. The newest that this room's history reaches back to
    ///   counts; if there is none, the client begins anew.
    public func snapshot(at now: MonotonicInstant, resumingAfter lastEventIDs: [EventID]) -> [RoomEvent] {
        let tick = timer.tick(at: now)
        let id = EventID(revision: revision, tick: tick.number)
        let last = lastEventIDs.filter(history.reachesBack(to:)).max()

        var events = [RoomEvent(id: last ?? id, kind: .connect)]
        events += last.flatMap { history.events(after: $0) } ?? []
        events.append(RoomEvent(id: id, kind: .remainingTime(tick.remaining)))
        if timer.run != nil {
            events.append(RoomEvent(id: id, kind: .timer(.running)))
        }
        if let turn = rotation.turn {
            events.append(RoomEvent(id: id, kind: .turn(turn)))
        }
        return events
    }
}
