import GRDB

/// The tables of the SQLite store, by version. A version that was released is never changed; a new one is added.
enum RoomSchema {
    /// In the file's header, so that the file of another program is not taken for a store: `TDEM`.
    static let applicationID: Int32 = 0x5444_454D

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        // One row is all of a room, so that a transition is one write and none can be half there. The history is text,
        // a letter per transition, since it is only ever read as a whole. Times are milliseconds; those of the wall
        // clock, `since`, `created` and `lastUsed`, count from 1970.
        migrator.registerMigration("1 rooms") { db in
            try db.execute(
                sql: """
                    CREATE TABLE room (
                        code TEXT NOT NULL PRIMARY KEY,
                        name TEXT,
                        duration INTEGER NOT NULL CHECK (duration > 0),
                        remaining INTEGER NOT NULL CHECK (remaining BETWEEN 1 AND duration),
                        since INTEGER, -- when so much remained; NULL while paused
                        revision INTEGER NOT NULL CHECK (revision >= length(history)),
                        history TEXT NOT NULL,
                        created INTEGER NOT NULL,
                        lastUsed INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID
                    """
            )
        }
        // Who takes turns, as a JSON array of names, and the number of the turn; what the history's letters leave out,
        // as the JSON of ``HistoryDetail``.
        migrator.registerMigration("2 turns") { db in
            try db.execute(
                sql: """
                    ALTER TABLE room ADD COLUMN names TEXT NOT NULL DEFAULT '[]';
                    ALTER TABLE room ADD COLUMN turn INTEGER NOT NULL DEFAULT 0 CHECK (turn >= 0);
                    ALTER TABLE room ADD COLUMN details TEXT NOT NULL DEFAULT '[]'
                    """
            )
        }
        return migrator
    }
}
