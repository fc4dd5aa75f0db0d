import TandemCore
import Testing

@Suite("The history of a room")
struct RoomHistoryTests {
    private func history(transitions: Int, nameBytes: Int, names: [String?]) throws -> RoomHistory {
        var history = RoomHistory(limit: RoomHistory.Limit(transitions: transitions, nameBytes: nameBytes))
        for name in names {
            history.append(RoomHistory.Record(kind: .start, by: try name.map { try PersonName($0) }))
        }
        return history
    }

    @Test("drops the oldest when its names take more than their bytes, and counts bytes, not characters")
    func bytes() throws {
        // 6, 2 and 6 bytes.
        let history = try history(transitions: 16, nameBytes: 12, names: ["사과", "ab", "포도"])

        #expect(history.records.map(\.by?.text) == ["ab", "포도"])
        #expect(history.revision == 3)
    }

    @Test("takes an id that it no longer reaches for none")
    func unreachable() throws {
        let history = try history(transitions: 16, nameBytes: 12, names: ["사과", "ab", "포도"])

        #expect(history.events(after: EventID(revision: 0, tick: 0)) == nil)
        #expect(history.events(after: EventID(revision: 1, tick: 0))?.count == 4)
        #expect(history.events(after: EventID(revision: 3, tick: 0)) == [])
    }

    @Test("has room again for nameless transitions once names have left")
    func accounts() throws {
        let names: [String?] = ["abcdef", nil, nil, "abcdef", nil, "abcdef", "abcdef"]
        let history = try history(transitions: 3, nameBytes: 12, names: names)

        #expect(history.records.map(\.by?.text) == [nil, "abcdef", "abcdef"])
    }

    @Test("keeps the newest transition, whatever its names take")
    func newest() throws {
        let history = try history(transitions: 3, nameBytes: 2, names: ["a", "abcdef"])

        #expect(history.records.map(\.by?.text) == ["abcdef"])
    }

    @Test("counts the names of turns, and keeps as much when a store gives the room back")
    func restored() throws {
        let now = MonotonicInstant(nanoseconds: 0)
        let wallTime = WallTime(milliseconds: 0)
        let limit = RoomHistory.Limit(transitions: 128, nameBytes: 8 * 1024)
        let longest = String(repeating: "🍎", count: PersonName.longest)
        var generator = SystemRandomNumberGenerator()
        var room = Room(
            code: .random(using: &generator),
            name: nil,
            timer: RoomTimer(try TimerSetting(duration: .minutes(10))),
            rotation: try Rotation([PersonName(longest), PersonName(longest)]),
            historyLimit: .init(transitions: 128, nameBytes: .max)
        )
        for _ in 0..<200 { _ = try room.apply(RoomCommand(.swap(turn: nil), by: PersonName(longest)), at: now) }

        let restored = Room(
            room.record(created: wallTime, lastUsed: wallTime, at: now, wallTime: wallTime),
            at: now,
            wallTime: wallTime,
            tickInterval: .seconds(1),
            historyLimit: limit
        )

        // Three names of 128 bytes each.
        #expect(room.history.records.count == 128)
        #expect(restored.history.records.count == 21)
        #expect(restored.history.records == Array(room.history.records.suffix(21)))
        #expect(restored.revision == 200)
    }
}
