import Foundation
import GRDB
import Synchronization
import TandemCore
import Testing

@testable import TandemStores

private func room(_ number: Int, revision: Int = 0) throws -> RoomRecord {
    let digits = Array(AccessCode.alphabet.prefix(10))
    let text = String(decoding: String(format: "%010d", number).utf8.map { digits[Int($0) - 48] }, as: UTF8.self)
    return RoomRecord(
        code: try #require(AccessCode(text)),
        name: number.isMultiple(of: 2) ? try RoomName("Raum \u{1F552} \(number)") : nil,
        duration: .minutes(10),
        timer: number.isMultiple(of: 3)
            ? .running(remaining: Milliseconds(599_001), since: WallTime(milliseconds: 1_700_000_000_123))
            : .paused(remaining: .minutes(1)),
        rotation: number.isMultiple(of: 2) ? .none : try Rotation([PersonName("사과"), PersonName("O'Brien \"Bo\"")]),
        revision: revision,
        history: try Array(
            [
                .init(kind: .start, by: PersonName("사과")),
                .init(kind: .pause),
                .init(kind: .names, turn: Turn(number: 1, driver: PersonName("사과"), navigator: PersonName("포도"))),
                .init(kind: .swap),
            ].prefix(revision)
        ),
        created: WallTime(milliseconds: 1_600_000_000_000),
        lastUsed: WallTime(milliseconds: 1_700_000_000_000)
    )
}

extension SQLiteStore {
    fileprivate func write(_ change: RoomChange, _ urgency: RoomChangeUrgency = .awaited) async throws {
        try await withCheckedContinuation { continuation in
            write(change, urgency) { continuation.resume(returning: $0) }
        }.get()
    }
}

@Suite("The SQLite store", .timeLimit(.minutes(5)))
struct SQLiteStoreTests {
    @Test("gives back every room as it was saved last, in a later process")
    func roundTrip() async throws {
        try await withTemporaryPath { path in
            let store = try SQLiteStore(path: path)
            for number in 0..<10 { try await store.write(.save(room(number))) }
            try await store.write(.save(room(1, revision: 4)))
            try await store.write(.save(room(2, revision: 3)), .background)
            try await store.write(.remove(room(3).code))
            await store.close()

            let later = try SQLiteStore(path: path)
            let rooms = Set(try await later.load().rooms)
            await later.close()

            let expected = try [0, 4, 5, 6, 7, 8, 9].map { try room($0) }
            #expect(rooms == Set(try expected + [room(1, revision: 4), room(2, revision: 3)]))
        }
    }

    @Test("takes over the rooms of a file of the version before turns")
    func upgrade() async throws {
        try await withTemporaryPath { path in
            await (try SQLiteStore(path: path)).close()
            try FileManager.default.removeItem(atPath: path)
            let old = try DatabaseQueue(path: path)
            try RoomSchema.migrator.migrate(old, upTo: "1 rooms")
            try await old.write { db in
                try db.execute(
                    sql: """
                        PRAGMA application_id = \(RoomSchema.applicationID);
                        INSERT INTO room VALUES ('23456789AB', 'Old', 600000, 42000, 1700000000123, 3, 'spu', 1, 2)
                        """
                )
            }
            try old.close()

            let store = try SQLiteStore(path: path)
            let rooms = try await store.load().rooms
            await store.close()

            let expected = RoomRecord(
                code: try #require(AccessCode("23456789AB")),
                name: try RoomName("Old"),
                duration: .minutes(10),
                timer: .running(remaining: Milliseconds(42_000), since: WallTime(milliseconds: 1_700_000_000_123)),
                rotation: .none,
                revision: 3,
                history: [.init(kind: .start), .init(kind: .pause), .init(kind: .update)],
                created: WallTime(milliseconds: 1),
                lastUsed: WallTime(milliseconds: 2)
            )
            #expect(rooms == [expected])
        }
    }

    @Test("takes over rooms whose names an older version allowed, without what is refused today")
    func oldNames() async throws {
        try await withTemporaryPath { path in
            let store = try SQLiteStore(path: path)
            try await store.write(.save(try room(1)))
            await store.close()
            try await DatabaseQueue(path: path).write { db in
                try db.execute(
                    sql: """
                        UPDATE room SET name = ?, names = ?, turn = 1, revision = 1, history = 1;
                        INSERT INTO transition (code, revision, kind, person) SELECT code, 1, 's', ? FROM room
                        """,
                    arguments: ["\u{202E}Old\nroom", #"["a\u0007","\u200b"]"#, "b\u{200B}c"]
                )
            }

            let later = try SQLiteStore(path: path)
            let room = try #require(try await later.load().rooms.first)
            await later.close()

            #expect(room.name?.text == "Oldroom")
            #expect(room.rotation.names.map(\.text) == ["a", "?"])
            #expect(room.history.first?.by?.text == "bc")
        }
    }

    @Test("answers every change that waits when it is closed, and refuses those that come later")
    func closing() async throws {
        try await withTemporaryPath { path in
            let store = try SQLiteStore(path: path)
            let durable = Mutex(0)
            for number in 0..<2_500 {
                let change = RoomChange.save(try room(number))
                store.write(change, number.isMultiple(of: 2) ? .awaited : .background) { answer in
                    if case .success = answer { durable.withLock { $0 += 1 } }
                }
            }
            await store.close()

            #expect(durable.withLock(\.self) == 2_500)
            await #expect(throws: StoreError.self) { try await store.write(.save(room(1))) }
            let later = try SQLiteStore(path: path)
            #expect(try await later.load().rooms.count == 2_500)
            await later.close()
        }
    }

    @Test("lets an awaited change take the place of a background one before it, whose answer it shares")
    func superseding() async throws {
        try await withTemporaryPath { path in
            let store = try SQLiteStore(path: path)
            let durable = Mutex<[RoomChangeUrgency]>([])
            for (change, urgency) in [
                (RoomChange.save(try room(1)), RoomChangeUrgency.background), (.remove(try room(1).code), .awaited),
            ] {
                store.write(change, urgency) { answer in
                    if case .success = answer { durable.withLock { $0.append(urgency) } }
                }
            }
            await store.close()

            #expect(durable.withLock(\.self) == [.background, .awaited])
            let later = try SQLiteStore(path: path)
            #expect(try await later.load() == StoredRooms([]))
            await later.close()
        }
    }

    @Test("is refused to a second one while the first is open")
    func inUse() async throws {
        try await withTemporaryPath { path in
            let store = try SQLiteStore(path: path)
            let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path) }
            #expect(error?.code == .inUse)
            #expect(error?.message == "the room store \(path) is in use by another process (\(getpid()))")
            await store.close()
            await (try SQLiteStore(path: path)).close()
        }
    }

    @Test("is free once it is closed, also while a process that was just started has copies of its descriptors")
    func copiedDescriptors() async throws {
        try await withTemporaryPath { path in
            let store = try SQLiteStore(path: path)
            let files = FileManager.default
            let name = path.split(separator: "/").suffix(2).joined(separator: "/") + ".lock"
            let locks = try files.contentsOfDirectory(atPath: "/proc/self/fd").filter {
                (try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?.hasSuffix(name) == true
            }
            let copies = locks.compactMap { Int32($0) }.map { dup($0) }
            defer { for copy in copies { close(copy) } }
            #expect(copies.count == 1)

            await store.close()

            await (try SQLiteStore(path: path)).close()
        }
    }

    @Test("is for its owner alone to read: who knows a room's code may command it")
    func permissions() async throws {
        try await withTemporaryPath { path in
            let folder = path + ".d"
            let store = try SQLiteStore(path: folder + "/rooms.sqlite")
            try await store.write(.save(room(1)))

            let files = FileManager.default
            let names = try files.contentsOfDirectory(atPath: folder)
            #expect(names.count >= 3)
            for file in names.map({ "\(folder)/\($0)" }) + [folder] {
                let mode = try #require(files.attributesOfItem(atPath: file)[.posixPermissions] as? Int)
                #expect(mode & 0o077 == 0, "\(file)")
            }
            await store.close()
        }
    }

    @Test("has its commits on the disk when they return")
    func synchronous() async throws {
        try await withTemporaryPath { path in
            await (try SQLiteStore(path: path)).close()
            var file = try RoomFile(path: path, limits: StoreLimits())
            let pragmas = try await file.database().read { db in
                try ["synchronous", "journal_mode"].map { try String.fetchOne(db, sql: "PRAGMA \($0)") }
            }
            file.close()

            #expect(pragmas == ["2", "wal"])
        }
    }

    @Test("does not touch what is no store of this version", arguments: ["text", "database", "later"])
    func foreign(kind: String) async throws {
        try await withTemporaryPath { path in
            await (try SQLiteStore(path: path)).close()
            switch kind {
            case "text": try Data(repeating: 65, count: 8192).write(to: URL(filePath: path))
            case "database":
                try FileManager.default.removeItem(atPath: path)
                try await DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE other (x)") }
            default:
                try await DatabaseQueue(path: path).write { db in
                    try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('999 tomorrow')")
                }
            }
            let before = try Data(contentsOf: URL(filePath: path))

            let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path) }

            #expect(error?.code == (kind == "text" ? .corrupt : .foreign))
            #expect(error?.message.contains(path) == true)
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
        }
    }

    @Test("fails when its file is taken away, and works with a new one after that")
    func removed() async throws {
        try await withTemporaryPath { path in
            let store = try SQLiteStore(path: path)
            try await store.write(.save(room(1)))
            for suffix in ["", "-wal", "-shm"] { try FileManager.default.removeItem(atPath: path + suffix) }

            await #expect(throws: StoreError.self) { try await store.write(.save(room(2))) }
            try await store.write(.save(room(2)))

            #expect(try await store.load() == StoredRooms([room(2)]))
            await store.close()
        }
    }

    @Test(
        "says what an error of SQLite means",
        arguments: [
            (ResultCode.SQLITE_FULL, StoreError.Code.full), (.SQLITE_READONLY, .readOnly), (.SQLITE_PERM, .readOnly),
            (.SQLITE_CORRUPT, .corrupt), (.SQLITE_NOTADB, .corrupt), (.SQLITE_IOERR, .unavailable),
            (.SQLITE_BUSY, .unavailable),
        ]
    )
    func errors(result: ResultCode, code: StoreError.Code) {
        #expect(StoreError(DatabaseError(resultCode: result), at: "/x").code == code)
    }
}
