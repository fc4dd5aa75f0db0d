extension RoomRecord {
    /// The largest revision and the largest turn: what every JSON reader takes exactly (RFC 8259, section 6), less the
    /// transitions of any lifetime.
    public static let largestNumber = 1 << 52

    /// Why this cannot be a room, as one line that names the value and what is allowed; nil for every record of a room.
    ///
    /// What a store finds is as sound as its disk. All arithmetic of a room is safe for a record without a flaw.
    public var flaw: String? {
        let (remaining, since): (Milliseconds, WallTime?) =
            switch timer {
            case .paused(let remaining): (remaining, nil)
            case .running(let remaining, let since): (remaining, since)
            }
        let numbers = Int64(Self.largestNumber)
        var values: [(name: String, value: Int64, smallest: Int64, largest: Int64)] = [
            ("duration", duration.count, 1, TimerSetting.longest.count),
            ("remaining", remaining.count, 1, duration.count),
            ("since", since?.milliseconds ?? 0, 0, WallTime.latest.milliseconds),
            ("created", created.milliseconds, 0, WallTime.latest.milliseconds),
            ("lastUsed", lastUsed.milliseconds, 0, WallTime.latest.milliseconds),
            ("revision", Int64(revision), 0, numbers),
            ("history", Int64(history.count), 0, Int64(revision)),
            ("turn", Int64(rotation.number), 0, numbers),
        ]
        for case let turn? in history.lazy.map(\.turn) {
            values.append(("a past turn", Int64(turn.number), 0, numbers))
        }
        return values.first { $0.value < $0.smallest || $0.value > $0.largest }
            .map { "\($0.name) is \($0.value), but must be \($0.smallest) to \($0.largest)" }
    }
}
