import TandemCore

/// A room that makes a store write as much as it ever does: 16 names of 32 four-byte characters, and a history of which
/// every transition names three people.
func roomWithLongNames(revision: Int, history: Int = 128) throws -> RoomRecord {
    let names = try (0..<16).map { number in
        try PersonName(String(repeating: "\u{1F552}", count: 31) + String(UnicodeScalar(UInt8(65 + number))))
    }
    return RoomRecord(
        code: AccessCode("23456789AB")!,
        name: nil,
        duration: .minutes(10),
        timer: .paused(remaining: .minutes(1)),
        rotation: Rotation(names: names, restoring: revision + 1)!,
        revision: revision,
        history: (0..<min(history, revision)).map { index in
            let turn = revision - min(history, revision) + index + 2
            return RoomHistory.Record(
                kind: .swap,
                by: names[turn % 16],
                turn: Turn(number: turn, driver: names[(turn - 1) % 16], navigator: names[turn % 16])
            )
        },
        created: WallTime(milliseconds: 1),
        lastUsed: WallTime(milliseconds: 2)
    )
}
