extension Room {
    /// This room as a store keeps it, its run anchored to the wall clock, which shows `wallTime` at `now`.
    public func record(
        created: WallTime,
        lastUsed: WallTime,
        at now: MonotonicInstant,
        wallTime: WallTime
    ) -> RoomRecord {
        let state: RoomRecord.TimerState =
            if let run = timer.run {
                .running(remaining: run.remainingAtStart, since: wallTime - now.since(run.startedAt))
            } else {
                .paused(remaining: timer.remaining(at: now))
            }
        return RoomRecord(
            code: code,
            name: name,
            duration: timer.duration,
            timer: state,
            rotation: rotation,
            revision: revision,
            history: history.records,
            created: created,
            lastUsed: lastUsed
        )
    }

    /// The room that `record` is of. Its run goes on from where it now is by the wall clock; from here on only the
    /// monotonic clock counts. The end of a run that ended meanwhile is still to be recorded, by ``finishIfDue(at:)``.
    public init(
        _ record: RoomRecord,
        at now: MonotonicInstant,
        wallTime: WallTime,
        tickInterval: Milliseconds,
        historyLimit: RoomHistory.Limit
    ) {
        let timer =
            switch record.timer {
            case .paused(let remaining):
                RoomTimer(
                    duration: record.duration,
                    remaining: remaining,
                    startedAt: nil,
                    tickInterval: tickInterval
                )
            case .running(let remaining, let since):
                RoomTimer(
                    duration: record.duration,
                    remaining: remaining,
                    // What is past the end of the run makes no difference to it.
                    startedAt: now + (.zero - min(remaining, wallTime.since(since))),
                    tickInterval: tickInterval
                )
            }
        self.init(
            code: record.code,
            name: record.name,
            timer: timer,
            rotation: record.rotation,
            history: RoomHistory(limit: historyLimit, revision: record.revision, records: record.history)
        )
    }
}
