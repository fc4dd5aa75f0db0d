import Foundation
import GRDB
import TandemCore
import TandemTesting
import Testing

@testable import TandemStores

@Suite("The history of a stored room", .timeLimit(.minutes(5)))
struct HistoryTests {
    private func open(_ path: String, _ limits: StoreLimits = StoreLimits()) throws -> RoomFile {
        try RoomFile(path: path, limits: limits)
    }

    private func withFolder(_ body: (String) throws -> Void) async throws {
        try await withTemporaryPath { path in
            let folder = String(path.prefix(upTo: path.lastIndex(of: "/")!))
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try body(path)
        }
    }

    @Test("costs a command a few pages, however long it and its names are")
    func amplification() async throws {
        try await withFolder { path in
            var file = try open(path)
            try file.database().writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
            for revision in 199...200 { try file.apply([.save(roomWithLongNames(revision: revision))]) }
            func size() throws -> Int {
                try #require(try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int)
            }

            let before = try size()
            for revision in 201...400 { try file.apply([.save(roomWithLongNames(revision: revision))]) }
            let written = try (size() - before) / 200
            let used = try size()
            var record = try roomWithLongNames(revision: 400)
            record = RoomRecord(
                code: record.code,
                name: nil,
                duration: record.duration,
                timer: record.timer,
                rotation: record.rotation,
                revision: 400,
                history: record.history,
                created: record.created,
                lastUsed: WallTime(milliseconds: 3)
            )
            try file.apply([.save(record)])

            #expect(written <= 16_384)
            #expect(try size() - used <= 2 * (4096 + 24))
            #expect(try file.rooms() == StoredRooms([record]))
            file.close()
        }
    }

    @Test("is what the room was saved with last, whatever was saved before, and if saving failed", arguments: 1...8)
    func model(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        try await withFolder { path in
            var limits = StoreLimits()
            limits.superfluousTransitions = Int.random(in: 0...3, using: &generator)
            var file = try open(path, limits)
            var expected: RoomRecord?
            var revision = 0
            for _ in 0..<60 {
                switch Int.random(in: 0..<10, using: &generator) {
                case 0:
                    try file.apply([.remove(roomWithLongNames(revision: 0).code)])
                    expected = nil
                    revision = 0
                case 1:
                    file.close()
                case 2:
                    let rooms = try file.rooms()
                    #expect(rooms == StoredRooms(expected.map { [$0] } ?? []))
                case 3:
                    // Back, as after a change that the engine undid.
                    revision = max(0, revision - 2)
                    fallthrough
                default:
                    revision += Int.random(in: 0...7, using: &generator)
                    let history = Int.random(in: 1...6, using: &generator)
                    let record = try roomWithLongNames(revision: revision, history: history)
                    try file.apply([.save(record)])
                    expected = record
                }
            }
            #expect(try file.rooms() == StoredRooms(expected.map { [$0] } ?? []))
            file.close()
        }
    }

    @Test("has no transition of a change that failed and took effect all the same")
    func unknownOutcome() async throws {
        try await withFolder { path in
            var limits = StoreLimits()
            limits.busyTime = Milliseconds(1)
            var file = try open(path, limits)
            try file.apply([.save(roomWithLongNames(revision: 3))])
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: path, configuration: configuration)
            try other.writeWithoutTransaction { db in
                try db.execute(
                    sql: "BEGIN IMMEDIATE; INSERT INTO transition (code, revision, kind) VALUES ('23456789AB', 4, 'n')"
                )
            }
            #expect(throws: StoreError.self) { try file.apply([.save(roomWithLongNames(revision: 4))]) }
            try other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
            try other.close()

            try file.apply([.save(roomWithLongNames(revision: 4))])

            #expect(try file.rooms() == StoredRooms([roomWithLongNames(revision: 4)]))
            file.close()
        }
    }

    @Test("has the transition that came in the place of one that the engine undid")
    func undone() async throws {
        try await withFolder { path in
            var file = try open(path)
            let before = try roomWithLongNames(revision: 4)
            let after = RoomRecord(
                code: before.code,
                name: nil,
                duration: before.duration,
                timer: before.timer,
                rotation: before.rotation,
                revision: 5,
                history: before.history + [.init(kind: .update)],
                created: before.created,
                lastUsed: before.lastUsed
            )

            for record in [try roomWithLongNames(revision: 5), before, after] { try file.apply([.save(record)]) }

            #expect(try file.rooms() == StoredRooms([after]))
            file.close()
        }
    }

    @Test("is whole in a file that takes the place of one that was removed")
    func replacedFile() async throws {
        try await withFolder { path in
            let other = try #require(AccessCode("23456789AC"))
            var file = try open(path)
            try file.apply([.save(roomWithLongNames(revision: 3))])
            for suffix in ["", "-wal", "-shm"] { try FileManager.default.removeItem(atPath: path + suffix) }
            #expect(throws: StoreError.self) { try file.apply([.remove(other)]) }

            try file.apply([.save(roomWithLongNames(revision: 4))])

            #expect(try file.rooms() == StoredRooms([roomWithLongNames(revision: 4)]))
            file.close()
        }
    }

    @Test("leaves no more old transitions in the file than are deleted together")
    func deletion() async throws {
        try await withFolder { path in
            let limits = StoreLimits()
            var file = try open(path, limits)
            for revision in 1...100 { try file.apply([.save(roomWithLongNames(revision: revision, history: 5))]) }

            let rows = try file.database().read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM transition") ?? 0
            }
            file.close()

            #expect((5...5 + limits.superfluousTransitions).contains(rows))
        }
    }

    @Test("is taken over from a file of the version before, with who asked and whose turn it was")
    func upgrade() async throws {
        try await withFolder { path in
            let old = try DatabaseQueue(path: path)
            try RoomSchema.migrator.migrate(old, upTo: "2 turns")
            let details = """
                [{"index":1,"by":"Bo"},{"index":2,"turn":{"number":5,"driver":"사과","navigator":"Bo"}}]
                """
            try old.write { db in
                try db.execute(sql: "PRAGMA application_id = \(RoomSchema.applicationID)")
                for (code, details) in [("23456789AB", details), ("23456789AC", "no JSON")] {
                    try db.execute(
                        sql:
                            #"INSERT INTO room VALUES (?, 'Old', 600000, 42000, NULL, 9, 'spx', 1, 2, '["사과","Bo"]', 5, ?)"#,
                        arguments: [code, details]
                    )
                }
            }
            try old.close()

            var file = try open(path)
            let rooms = try file.rooms()
            let again = try file.rooms()
            file.close()

            let people = try (PersonName("사과"), PersonName("Bo"))
            let expected = RoomRecord(
                code: try #require(AccessCode("23456789AB")),
                name: try RoomName("Old"),
                duration: .minutes(10),
                timer: .paused(remaining: Milliseconds(42_000)),
                rotation: try #require(Rotation(names: [people.0, people.1], restoring: 5)),
                revision: 9,
                history: [
                    .init(kind: .start), .init(kind: .pause, by: people.1),
                    .init(kind: .stop, turn: Turn(number: 5, driver: people.0, navigator: people.1)),
                ],
                created: WallTime(milliseconds: 1),
                lastUsed: WallTime(milliseconds: 2)
            )
            #expect(rooms.rooms == [expected])
            #expect(rooms.setAside.map(\.prefix) == ["2345"])
            #expect(again == StoredRooms([expected]))
        }
    }
}
