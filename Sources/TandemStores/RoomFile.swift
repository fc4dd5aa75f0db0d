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
    private let path: String
    private let limits: StoreLimits
    /// The open file, and which one that is.
    private var opened: (queue: DatabaseQueue, identity: FileIdentity?)?

    /// - Throws: ``StoreError`` if it is not a store's, or cannot be read or written.
    init(path: String, limits: StoreLimits) throws(StoreError) {
        self.path = path
        self.limits = limits
        _ = try database()
    }

    mutating func rooms() throws(StoreError) -> [RoomRecord] {
        try failing { file in
            try file.database().read { db in
                var records: [RoomRecord] = []
                let rows = try Row.fetchCursor(db, sql: RoomRecord.selection)
                while let row = try rows.next() { records.append(try RoomRecord(row)) }
                return records
            }
        }
    }

    /// Makes all of `changes` durable, or none.
    mutating func apply(_ changes: [RoomChange]) throws(StoreError) {
        try failing { file in
            try file.database().write { db in
                for change in changes {
                    switch change {
                    case .save(let record):
                        try db.cachedStatement(sql: RoomRecord.replacement).execute(arguments: record.arguments)
                    case .remove(let code):
                        try db.cachedStatement(sql: "DELETE FROM room WHERE code = ?").execute(arguments: [code.text])
                    }
                }
            }
        }
    }

    mutating func close() {
        try? opened?.queue.close()
        opened = nil
    }

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
            guard opened.identity == FileIdentity(path) else {
                throw StoreError(.unavailable, "the room store \(path) was removed or replaced")
            }
            return opened.queue
        }
        do {
            let queue = try open()
            opened = (queue, FileIdentity(path))
            return queue
        } catch {
            throw StoreError(error, at: path)
        }
    }

    private func open() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Double(limits.busyTime.count) / 1000)
        // SQLite would let everybody read the file, and a room's code is the permission for it. Its other files take
        // their mode from this one.
        PrivateFile.create(at: path)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { db in
            let applicationID = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
            guard applicationID == RoomSchema.applicationID || (applicationID == 0 && isEmpty) else {
                throw StoreError(.foreign, "\(path) is a database, but not a room store")
            }
            guard try !RoomSchema.migrator.hasBeenSuperseded(db) else {
                throw StoreError(.foreign, "the room store \(path) was written by a later version of Tandem")
            }
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
        return queue
    }
}

/// Which file a path leads to.
private struct FileIdentity: Equatable {
    private let device: dev_t
    private let number: ino_t

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = status.st_dev
        number = status.st_ino
    }
}
