import TandemCore
import Testing

@Suite("A room")
struct RoomTests {
    static let begin = MonotonicInstant(nanoseconds: 5_000_000_000)

    private func makeRoom(historyLimit: Int = 16, duration: Milliseconds = .minutes(10)) throws -> Room {
        var generator = SystemRandomNumberGenerator()
        return Room(
            code: .random(using: &generator),
            name: nil,
            timer: RoomTimer(try TimerSetting(duration: duration)),
            historyLimit: RoomHistory.Limit(transitions: historyLimit, nameBytes: 1024)
        )
    }

    @Test("numbers its transitions from 1 on, without a gap")
    func numbers() throws {
        var room = try makeRoom()

        var revisions: [Int?] = []
        for command in [RoomCommand.start, .pause, .start] {
            revisions.append(try room.apply(command, at: Self.begin)?.revision)
        }

        #expect(revisions == [1, 2, 3])
        #expect(room.revision == 3)
    }

    @Test("makes no transition when it is as the command wants it")
    func noTransition() throws {
        var room = try makeRoom()
        _ = try room.apply(.start, at: Self.begin)

        let second = try room.apply(.start, at: Self.begin + .seconds(1))

        #expect(second == nil)
        #expect(room.revision == 1)
    }

    @Test("is unchanged by a command it refuses")
    func refusal() throws {
        var room = try makeRoom()
        let before = room

        #expect(throws: RoomError.timer(.notRunning)) { try room.apply(.pause, at: Self.begin) }
        #expect(room == before)
    }

    @Test("tells of a transition and of what remains, under one id")
    func transitionEvents() throws {
        var room = try makeRoom()

        let transition = try #require(try room.apply(.start, at: Self.begin))

        let id = EventID(revision: 1, tick: 0)
        #expect(
            transition.events == [
                RoomEvent(id: id, kind: .timer(.start)),
                RoomEvent(id: id, kind: .remainingTime(.minutes(10))),
            ]
        )
    }

    @Test("records the end of a run once, and stands at full duration again")
    func end() throws {
        var room = try makeRoom(duration: .seconds(3))
        _ = try room.apply(.start, at: Self.begin)
        let end = Self.begin + .seconds(3)

        let transition = room.finishIfDue(at: end)

        #expect(transition?.events.map(\.data) == ["stop", "3000"])
        let again = room.finishIfDue(at: end + .seconds(1))
        #expect(again == nil)
    }

    @Test("that is saved in the middle of a run goes on from there, and counts the time until it is restored")
    func savedWhileRunning() throws {
        var room = try makeRoom()
        _ = try room.apply(.start, at: Self.begin)
        let saved = WallTime(milliseconds: 1_700_000_000_000)
        let record = room.record(created: saved, lastUsed: saved, at: Self.begin + .seconds(5), wallTime: saved)

        // By the clock of another process.
        let now = MonotonicInstant(nanoseconds: 0)
        let restored = Room(
            record,
            at: now,
            wallTime: WallTime(milliseconds: saved.milliseconds + 2_000),
            tickInterval: .seconds(1),
            historyLimit: RoomHistory.Limit(transitions: 16, nameBytes: 1024)
        )

        #expect(restored.timer.remaining(at: now) == .minutes(10) - .seconds(7))
    }

    @Test("makes of its transitions, taken over by a replica, the same room")
    func replica() throws {
        var room = try makeRoom()
        var replica = room

        let commands: [RoomCommand] = [
            .start, .pause, .update(try TimerSetting(duration: .seconds(5))), .setNames(try people("a", "b")), .swap(),
        ]
        for command in commands {
            let transition = try #require(try room.apply(command, at: Self.begin))
            replica.adopt(transition)
        }

        #expect(replica == room)
    }
}

@Suite("The snapshot for a joiner")
struct SnapshotTests {
    static let begin = MonotonicInstant(nanoseconds: 0)

    /// A room that was started at 0 s, paused at 2 s and started at 3 s.
    private func makeRoom(historyLimit: Int = 16) throws -> Room {
        var generator = SystemRandomNumberGenerator()
        var room = Room(
            code: .random(using: &generator),
            name: nil,
            timer: RoomTimer(try TimerSetting(duration: .minutes(10))),
            historyLimit: RoomHistory.Limit(transitions: historyLimit, nameBytes: 1024)
        )
        _ = try room.apply(.start, at: Self.begin)
        _ = try room.apply(.pause, at: Self.begin + .seconds(2))
        _ = try room.apply(.start, at: Self.begin + .seconds(3))
        return room
    }

    private func snapshot(of room: Room, after lastEventIDs: String...) -> [String] {
        let last = lastEventIDs.compactMap { EventID(Substring($0)) }
        return room.snapshot(at: Self.begin + Milliseconds(4_500), resumingAfter: last).map { event in
            "\(event.id.map(String.init(describing:)) ?? "-") \(event.name) \(event.data)"
        }
    }

    @Test("is connect, what remains, and that the timer runs")
    func running() throws {
        #expect(
            snapshot(of: try makeRoom()) == ["3-1 connect OK", "3-1 remaining-time 597000", "3-1 timer running"]
        )
    }

    @Test("does not speak of running when the timer is paused")
    func paused() throws {
        var room = try makeRoom()
        try _ = room.apply(.pause, at: Self.begin + .seconds(4))

        #expect(snapshot(of: room) == ["4-0 connect OK", "4-0 remaining-time 597000"])
    }

    @Test("has the transitions that a returning client missed")
    func resume() throws {
        let expected = [
            "1-1 connect OK", "2-0 timer pause", "3-0 timer start", "3-1 remaining-time 597000", "3-1 timer running",
        ]
        #expect(snapshot(of: try makeRoom(), after: "1-1") == expected)
        #expect(snapshot(of: try makeRoom(), after: "0-0", "1-1", "99-0") == expected)
    }

    @Test("has the pause itself last for a client that missed it")
    func resumeAtPause() throws {
        var room = try makeRoom()
        try _ = room.apply(RoomCommand(.pause, by: PersonName("사과")), at: Self.begin + .seconds(4))

        #expect(
            snapshot(of: room, after: "3-1") == [
                "3-1 connect OK", "4-0 by 사과", "4-0 timer pause", "4-0 remaining-time 597000",
            ]
        )
    }

    @Test("has no transitions for a client that missed none")
    func nothingMissed() throws {
        #expect(
            snapshot(of: try makeRoom(), after: "3-0") == [
                "3-0 connect OK", "3-1 remaining-time 597000", "3-1 timer running",
            ]
        )
    }

    @Test("is as for a new client after an id that is unknown or too old", arguments: ["4-0", "99-3", "0-0"])
    func unknownID(id: String) throws {
        let room = try makeRoom(historyLimit: 2)

        #expect(snapshot(of: room, after: id) == snapshot(of: room))
    }
}
