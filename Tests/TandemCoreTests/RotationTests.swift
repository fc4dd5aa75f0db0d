import TandemCore
import Testing

/// Turn 1 of people with these names.
func people(_ names: String...) throws -> Rotation {
    try Rotation(names.map { try PersonName($0) })
}

@Suite("The turns of a room")
struct RotationTests {
    static let begin = MonotonicInstant(nanoseconds: 0)

    private func makeRoom(_ rotation: Rotation = .none) throws -> Room {
        var generator = SystemRandomNumberGenerator()
        return Room(
            code: .random(using: &generator),
            name: nil,
            timer: RoomTimer(try TimerSetting(duration: .minutes(10))),
            rotation: rotation,
            historyLimit: RoomHistory.Limit(transitions: 16, nameBytes: 1024)
        )
    }

    private func lines(_ events: [RoomEvent]) -> [String] {
        events.map { "\($0.id.map(String.init(describing:)) ?? "-") \($0.name) \($0.data)" }
    }

    @Test("go through the names, over and over")
    func order() throws {
        var room = try makeRoom(try people("a", "b", "c"))

        var turns = [room.rotation.turn]
        for _ in 0..<3 {
            _ = try room.apply(.swap(), at: Self.begin)
            turns.append(room.rotation.turn)
        }

        #expect(
            turns.map { "\($0?.number ?? 0)\($0?.driver.text ?? "")\($0?.navigator.text ?? "")" }
                == ["1ab", "2bc", "3ca", "4ab"]
        )
    }

    @Test("change once when a run ends, under the id of its end")
    func endOfRun() throws {
        var room = try makeRoom(try people("사과", "포도"))
        _ = try room.apply(.start, at: Self.begin)

        let end = room.finishIfDue(at: Self.begin + .minutes(10))
        let again = room.finishIfDue(at: Self.begin + .minutes(11))

        #expect(
            lines(end?.events ?? []) == [
                "2-0 timer stop", #"2-0 turn {"turn":2,"driver":"포도","navigator":"사과"}"#, "2-0 remaining-time 600000",
            ]
        )
        #expect(again == nil)
    }

    @Test("are swapped once by two who ask for the end of the same turn")
    func idempotentSwap() throws {
        var room = try makeRoom(try people("a", "b"))

        let first = try room.apply(.swap(turn: 1), at: Self.begin)
        let second = try room.apply(.swap(turn: 1), at: Self.begin)

        #expect(first?.events.map(\.data) == [#"{"turn":2,"driver":"b","navigator":"a"}"#])
        #expect(second == nil)
    }

    @Test("need names")
    func noNames() throws {
        var room = try makeRoom()

        #expect(throws: RoomError.noNames) { try room.apply(.swap(), at: Self.begin) }
    }

    @Test("begin anew with other names, and end with none")
    func naming() throws {
        var room = try makeRoom(try people("a", "b"))
        _ = try room.apply(.swap(), at: Self.begin)

        let other = try room.apply(.setNames(try people("c", "d")), at: Self.begin)
        let same = try room.apply(.setNames(try people("c", "d")), at: Self.begin)
        let none = try room.apply(.setNames(.none), at: Self.begin)

        #expect(other?.events.map(\.data) == [#"{"turn":1,"driver":"c","navigator":"d"}"#])
        #expect(same == nil)
        #expect(none?.events.map(\.data) == [#"{"turn":0,"driver":"","navigator":""}"#])
    }

    @Test("go on when the same people are named again")
    func namingAgain() throws {
        var room = try makeRoom(try people("a", "b"))
        _ = try room.apply(.swap(), at: Self.begin)

        let again = try room.apply(.setNames(try people("a", "b")), at: Self.begin)

        #expect(again == nil)
        #expect(room.rotation.number == 2)
    }

    @Test("that a returning client missed are told it, each with who asked for it")
    func resume() throws {
        var room = try makeRoom(try people("a", "b"))
        _ = try room.apply(RoomCommand(.start, by: try PersonName("사과")), at: Self.begin)
        _ = room.finishIfDue(at: Self.begin + .minutes(10))
        _ = try room.apply(RoomCommand(.swap(turn: nil), by: try PersonName("b")), at: Self.begin + .minutes(10))

        let events = room.snapshot(at: Self.begin + .minutes(11), resumingAfter: [EventID(revision: 0, tick: 0)])

        #expect(
            lines(events) == [
                "0-0 connect OK", "1-0 timer start", "1-0 by 사과", "2-0 timer stop",
                #"2-0 turn {"turn":2,"driver":"b","navigator":"a"}"#,
                #"3-0 turn {"turn":3,"driver":"a","navigator":"b"}"#, "3-0 by b", "3-0 remaining-time 600000",
                #"3-0 turn {"turn":3,"driver":"a","navigator":"b"}"#,
            ]
        )
    }

    @Test("are of 2 to 16 names", arguments: [(0, true), (1, false), (2, true), (16, true), (17, false)])
    func size(count: Int, isAllowed: Bool) throws {
        let names = try (0..<count).map { try PersonName("\($0)") }

        #expect(((try? Rotation(names)) != nil) == isAllowed)
    }

    @Test(
        "have names of 1 to 32 characters on one line",
        arguments: [
            ("", false), ("가", true), (String(repeating: "가", count: 32), true),
            (String(repeating: "가", count: 33), false), ("a\nb", false), ("a\u{7F}", false), ("\"\\", true),
        ]
    )
    func name(text: String, isAllowed: Bool) {
        #expect(((try? PersonName(text)) != nil) == isAllowed)
    }
}
