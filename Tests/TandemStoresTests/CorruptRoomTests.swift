import Foundation
import GRDB
import InMemoryLogging
import Logging
import NIOCore
import NIOPosix
import TandemCore
import TandemEngine
import TandemTesting
import Testing

@testable import TandemStores

@Suite("A room that makes no sense", .timeLimit(.minutes(5)))
struct CorruptRoomTests {
    private func room(_ number: Int) throws -> RoomRecord {
        let last = AccessCode.alphabet[number]
        let (a, b) = try (PersonName("사과"), PersonName("Bo"))
        return RoomRecord(
            code: try #require(AccessCode("23456789A" + String(UnicodeScalar(last)))),
            name: try RoomName("Room"),
            duration: .minutes(10),
            timer: number.isMultiple(of: 2)
                ? .paused(remaining: .minutes(1))
                : .running(remaining: .minutes(9), since: WallTime(milliseconds: 1_700_000_000_000)),
            rotation: try #require(Rotation(names: [a, b], restoring: 3)),
            revision: 5,
            history: [.init(kind: .start, by: a), .init(kind: .swap, turn: Turn(number: 3, driver: a, navigator: b))],
            created: WallTime(milliseconds: 1_600_000_000_000),
            lastUsed: WallTime(milliseconds: 1_700_000_000_000)
        )
    }

    /// A file of so many rooms, changed by `body` behind the store's back.
    private func file(_ path: String, of count: Int, _ body: (Database) throws -> Void) throws {
        let folder = String(path.prefix(upTo: try #require(path.lastIndex(of: "/"))))
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var file = try RoomFile(path: path, limits: StoreLimits())
        try file.apply((0..<count).map { .save(try room($0)) })
        file.close()
        let other = try DatabaseQueue(path: path)
        try other.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
            try body(db)
        }
        try other.close()
    }

    private struct Start {
        let engine: Engine
        let clock: ManualClock
        let errors: [InMemoryLogHandler.Entry]
    }

    private func start(_ store: SQLiteStore) async throws -> Start {
        let loops = Array(MultiThreadedEventLoopGroup.singleton.makeIterator()).map { $0 as any EventLoop }
        let clock = ManualClock(loops)
        let logs = InMemoryLogHandler()
        let engine = Engine(
            eventLoops: loops,
            store: store,
            clock: clock,
            logger: Logger(label: "test") { _ in logs }
        )
        try await engine.restore()
        return Start(engine: engine, clock: clock, errors: logs.entries.filter { $0.level == .error })
    }

    @Test(
        "is set aside with one error, and the others are served",
        arguments: [
            ("duration = 9223372036854775807", "duration is 9223372036854775807"), ("remaining = 0", "remaining is 0"),
            ("since = -9223372036854775808", "since is -9223372036854775808"), ("since = 253402300800000", "since is"),
            ("created = -1", "created is -1"), ("lastUsed = 9223372036854775807", "lastUsed is"),
            ("revision = 9223372036854775807", "transitions"), ("revision = -1", "transitions"),
            ("history = 3", "transitions"), ("history = -1", "transitions"), ("turn = 9223372036854775807", "turn is"),
            ("turn = 0", "names must be"), ("names = '[\"one\"]'", "names must be"), ("names = 'x'", "names must be"),
            ("code = 'nonsense'", "code must be"), ("code = '23456789a2'", "code must be"),
        ]
    )
    func setAside(change: String, reason: String) async throws {
        try await withTemporaryPath { path in
            try file(path, of: 3) { try $0.execute(sql: "UPDATE room SET \(change) WHERE code = '23456789A2'") }

            let store = try SQLiteStore(path: path)
            let first = try await start(store)
            let others = try await first.engine.report(of: room(1).code)
            await first.engine.close()
            let again = try SQLiteStore(path: path)
            let second = try await start(again)
            await second.engine.close()

            #expect(first.engine.roomCount == 2)
            #expect(others.revision == 6)
            let error = try #require(first.errors.first)
            #expect(first.errors.count == 1)
            #expect(error.metadata["code"] == "store-corrupt")
            #expect(error.metadata["room"] == (change.contains("nonsense") ? "nons" : "2345"))
            #expect("\(error.metadata["reason"] ?? "")".contains(reason), "\(error.metadata)")
            #expect(second.errors.isEmpty)
            #expect(second.engine.roomCount == 2)
            let kept = try await DatabaseQueue(path: path).read { db in
                try String.fetchAll(db, sql: "SELECT rows FROM setAside")
            }
            #expect(kept.count == 1)
            #expect(kept.first?.contains("사과") == true)
        }
    }

    @Test(
        "is set aside for a transition that makes no sense, too",
        arguments: [
            "UPDATE transition SET kind = '?'", "UPDATE transition SET turn = -1",
            "UPDATE transition SET turn = CASE WHEN turn IS NULL THEN NULL ELSE 9223372036854775807 END",
            "UPDATE transition SET driver = NULL", "DELETE FROM transition",
            "UPDATE transition SET revision = revision + 7",
            // From 4 and 5 to 3 and 5: as many as the room keeps, with a gap.
            "UPDATE transition SET revision = 2 * revision - 5",
        ]
    )
    func transitions(change: String) async throws {
        try await withTemporaryPath { path in
            try file(path, of: 3) { try $0.execute(sql: "\(change) WHERE code = '23456789A2'") }
            var file = try RoomFile(path: path, limits: StoreLimits())
            let rooms = try file.rooms()
            file.close()

            #expect(try Set(rooms.rooms) == [room(1), room(2)])
            #expect(rooms.setAside.map(\.prefix) == ["2345"])
        }
    }

    @Test("ends nothing, whatever is in its rows and whatever the clock says", arguments: 1...60)
    func randomRows(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let numbers = [
            "9223372036854775807", "-9223372036854775808", "0", "-1", "1", "2", "86400000", "86400001",
            "253402300799999", "253402300800000", "4503599627370496", "9007199254740993", "1700000000001",
        ]
        let texts = [
            "NULL", "''", "'[]'", "'[null]'", "'s'", "x'ff00'", "CAST(x'ff' AS TEXT)", "char(0)", "'23456789AB'",
            "'[\"a\",\"b\"]'", "hex(randomblob(600))", "'[\"\\n\",\"b\"]'", "'\(String(repeating: "[", count: 2_000))'",
        ]
        let columns = [
            "room": [
                "code", "name", "duration", "remaining", "since", "revision", "history", "created", "lastUsed",
                "names", "turn",
            ],
            "transition": ["code", "revision", "kind", "person", "turn", "driver", "navigator"],
        ]
        try await withTemporaryPath { path in
            try file(path, of: 8) { db in
                for number in 0..<4 {
                    for _ in 0..<Int.random(in: 1...3, using: &generator) {
                        let table = Bool.random(using: &generator) ? "room" : "transition"
                        let column = columns[table]!.randomElement(using: &generator)!
                        let value: String
                        switch Int.random(in: 0..<5, using: &generator) {
                        case 0: value = "\(Int64(bitPattern: generator.next()))"
                        case 1:
                            value =
                                "\(Int64(bitPattern: generator.next()) >> Int64.random(in: 0...63, using: &generator))"
                        case 2, 3: value = numbers.randomElement(using: &generator)!
                        default: value = texts.randomElement(using: &generator)!
                        }
                        // Types are the table's.
                        try? db.execute(
                            sql: "UPDATE \(table) SET \(column) = \(value) WHERE code = ?",
                            arguments: [try room(number).code.text]
                        )
                    }
                }
            }
            let store = try SQLiteStore(path: path)
            let start = try await start(store)
            start.clock.setWallTime(
                forwardBy: Milliseconds(Int64.random(in: -1_700_000_000_000...260_000_000_000_000, using: &generator))
            )
            for number in 0..<8 {
                let code = try room(number).code
                let report = try? await start.engine.report(of: code)
                #expect(report != nil || number < 4)
                guard report != nil else { continue }
                for action in [RoomCommand.start, .pause, .update(try TimerSetting(duration: .hours(24)))] {
                    _ = try? await start.engine.perform(action, in: code)
                }
            }
            await start.engine.close()

            let again = try SQLiteStore(path: path)
            #expect(try await again.load().setAside.isEmpty)
            await again.close()
        }
    }

    @Test("of a damaged page is one error of the whole file, which names it")
    func damagedPage() async throws {
        try await withTemporaryPath { path in
            try file(path, of: 8) { _ in }
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle.seek(toOffset: 4096)
            try handle.write(contentsOf: Data(repeating: 0xFF, count: 4096 * 8))
            try handle.close()

            let error = await #expect(throws: StoreError.self) {
                let store = try SQLiteStore(path: path)
                do { _ = try await store.load() } catch {
                    await store.close()
                    throw error
                }
            }

            #expect(error?.code == .corrupt)
            #expect(error?.message.contains(path) == true)
        }
    }
}
