import GRDB
import TandemCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The SQLite file of rooms, opened anew after it failed.
struct RoomFile {
    /// The revisions of a room's oldest and newest row in the table `transition`; none if newest < oldest.
    private struct Stored {
        var oldest: Int
        var newest: Int
    }

    private struct Opened {
        let queue: DatabaseQueue
        /// Outlives the queue.
        let lock: FileLock
    }

    private let path: String
    private let limits: StoreLimits
    private var opened: Opened?
    /// What the open file has of each room's history, as far as that is sure: of a change that failed, perhaps in the
    /// middle of its commit, it is not. A room that is missing here is written whole.
    private var stored: [AccessCode: Stored] = [:]

    /// - Parameter path: without links.
    /// - Throws: ``StoreError`` if it is not a store's, or cannot be read or written.
    init(path: String, limits: StoreLimits) throws(StoreError) {
        self.path = path
        self.limits = limits
        _ = try database()
    }

    /// All rooms; those that make no sense are moved out of the way.
    mutating func rooms() throws(StoreError) -> StoredRooms {
        try failing { file in
            let (rooms, stored) = try file.database().write { db in try Self.load(db) }
            file.stored = stored
            return rooms
        }
    }

    /// Makes all of `changes` durable, or none.
    mutating func apply(_ changes: [RoomChange]) throws(StoreError) {
        try failing { file in
            let queue = try file.database()
            var pasts: [AccessCode: Stored] = [:]
            for change in changes { pasts[change.code] = file.stored.removeValue(forKey: change.code) }
            let slack = file.limits.superfluousTransitions
            try queue.write { db in
                for change in changes {
                    switch change {
                    case .save(let record): pasts[record.code] = try Self.save(record, pasts[record.code], slack, db)
                    case .remove(let code):
                        try Self.removeHistory(code, db)
                        try db.cachedStatement(sql: "DELETE FROM room WHERE code = ?").execute(arguments: [code.text])
                        pasts[code] = nil
                    }
                }
            }
            for (code, past) in pasts { file.stored[code] = past }
        }
    }

    mutating func close() {
        stored = [:]
        try? opened?.queue.close()
        opened = nil
    }

    // MARK: Rows

    private static func load(_ db: Database) throws -> (StoredRooms, [AccessCode: Stored]) {
        let pasts = try StoredPast.all(db)
        var rooms: [RoomRecord] = []
        var stored: [AccessCode: Stored] = [:]
        var flaws: [(Int64, String)] = []
        let rows = try Row.fetchCursor(db, sql: RoomRecord.selection)
        while let row = try rows.next() {
            let past = String.fromDatabaseValue(row[1]).flatMap { pasts[$0] }
            do throws(RoomRecord.Flaw) {
                let room = try RoomRecord(row, past)
                rooms.append(room)
                stored[room.code] = Stored(oldest: Int(past?.oldest ?? 1), newest: Int(past?.newest ?? 0))
            } catch {
                flaws.append((row[0], error.reason))
            }
        }
        for (id, reason) in flaws { try SetAside.move(id, reason: reason, db) }
        return (StoredRooms(rooms, setAside: try SetAside.report(db)), stored)
    }

    /// Writes the row of a room, and those of its history that are new.
    /// - Parameter past: what is there of the history, nil if that is not sure.
    /// - Returns: what is there now.
    private static func save(_ record: RoomRecord, _ past: Stored?, _ slack: Int, _ db: Database) throws -> Stored {
        let oldest = record.revision - record.history.count + 1
        var now: Stored
        if let past, past.newest <= record.revision, oldest <= past.newest + 1, past.oldest <= oldest {
            now = past
        } else {
            try removeHistory(record.code, db)
            now = Stored(oldest: oldest, newest: oldest - 1)
        }
        if now.newest < record.revision {
            let insertion = try db.cachedStatement(sql: RoomHistory.Record.insertion)
            for revision in now.newest + 1...record.revision {
                try insertion.execute(arguments: record.history[revision - oldest].arguments(record.code, revision))
            }
            now.newest = record.revision
        }
        // Some at a time, since a page that loses rows has its neighbours written, too.
        if oldest - now.oldest > slack {
            try db.cachedStatement(sql: "DELETE FROM transition WHERE code = ? AND revision < ?")
                .execute(arguments: [record.code.text, oldest])
            now.oldest = oldest
        }
        try db.cachedStatement(sql: RoomRecord.insertion).execute(arguments: record.arguments)
        return now
    }

    private static func removeHistory(_ code: AccessCode, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM transition WHERE code = ?").execute(arguments: [code.text])
    }

    // MARK: Opening

    /// Runs `body`, and gives the file up if that fails for a reason that only opening it again can show to be gone.
    private mutating func failing<Value>(
        _ body: (inout RoomFile) throws -> Value
    ) throws(StoreError) -> Value {
        do {
            return try body(&self)
        } catch {
            let error = StoreError(error, at: path)
            if error.code != .full { close() }
            throw error
        }
    }

    mutating func database() throws(StoreError) -> DatabaseQueue {
        if let opened {
            // SQLite would go on writing to a file that has lost its name.
            guard opened.lock.identity == FileIdentity(path) else {
                throw StoreError(.unavailable, "the room store \(path) was removed or replaced")
            }
            return opened.queue
        }
        do {
            // Created here, where SQLite would let everybody read the file: a room's code is the permission for it.
            // SQLite's other files take their mode from this one.
            let lock = try FileLock(.store, at: path, of: path)
            let queue = try open(lock)
            opened = Opened(queue: queue, lock: lock)
            return queue
        } catch {
            throw StoreError(error, at: path)
        }
    }

    private func open(_ lock: FileLock) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Double(limits.busyTime.count) / 1000)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        do {
            try queue.writeWithoutTransaction { db in
                let applicationID = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
                let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
                guard applicationID == RoomSchema.applicationID || (applicationID == 0 && isEmpty) else {
                    throw StoreError(.foreign, "\(path) is a database, but not a room store")
                }
                guard try !RoomSchema.migrator.hasBeenSuperseded(db) else {
                    throw StoreError(.foreign, "the room store \(path) was written by a later version of Tandem")
                }
                // A file of an earlier version, or from elsewhere.
                try lock.makePrivate(path)
                for suffix in ["-wal", "-shm"] where FileIdentity(path + suffix) != nil { chmod(path + suffix, 0o600) }
                // A commit is on the disk when it returns (FULL), in a log of its own, so that it costs one sync.
                try db.execute(
                    sql: """
                        PRAGMA journal_mode = WAL;
                        PRAGMA synchronous = FULL;
                        PRAGMA application_id = \(RoomSchema.applicationID);
                        """
                )
            }
            try RoomSchema.migrator.migrate(queue)
        } catch {
            // Before the lock is given back: it closes a descriptor of the file.
            try? queue.close()
            throw error
        }
        return queue
    }
}
