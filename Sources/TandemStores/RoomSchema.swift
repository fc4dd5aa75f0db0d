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
        // as JSON.
        migrator.registerMigration("2 turns") { db in
            try db.execute(
                sql: """
                    ALTER TABLE room ADD COLUMN names TEXT NOT NULL DEFAULT '[]';
                    ALTER TABLE room ADD COLUMN turn INTEGER NOT NULL DEFAULT 0 CHECK (turn >= 0);
                    ALTER TABLE room ADD COLUMN details TEXT NOT NULL DEFAULT '[]'
                    """
            )
        }
        // A transition is a row of its own, so that what a command writes does not grow with the history. A room has a
        // row number, so that a change of it is a change of one page. What makes no sense is moved to `setAside`.
        migrator.registerMigration("3 transitions") { db in
            try db.execute(
                sql: """
                    ALTER TABLE room RENAME TO room2;
                    CREATE TABLE room (
                        id INTEGER PRIMARY KEY,
                        code TEXT NOT NULL UNIQUE,
                        name TEXT,
                        duration INTEGER NOT NULL CHECK (duration > 0),
                        remaining INTEGER NOT NULL CHECK (remaining BETWEEN 1 AND duration),
                        since INTEGER, -- when so much remained; NULL while paused
                        revision INTEGER NOT NULL,
                        history INTEGER NOT NULL CHECK (history BETWEEN 0 AND revision), -- transitions kept
                        created INTEGER NOT NULL,
                        lastUsed INTEGER NOT NULL,
                        names TEXT NOT NULL,
                        turn INTEGER NOT NULL CHECK (turn >= 0)
                    ) STRICT;
                    -- Those of a room have revisions without a gap up to the room's own. Some may be older than it keeps.
                    CREATE TABLE transition (
                        code TEXT NOT NULL,
                        revision INTEGER NOT NULL,
                        kind TEXT NOT NULL, -- a letter
                        person TEXT, -- who asked for it
                        turn INTEGER, -- the turn that began with it, and its people
                        driver TEXT,
                        navigator TEXT,
                        PRIMARY KEY (code, revision)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE setAside (
                        code TEXT NOT NULL,
                        reason TEXT NOT NULL,
                        time INTEGER NOT NULL,
                        rows TEXT NOT NULL, -- all values, as JSON
                        isReported INTEGER NOT NULL DEFAULT 0
                    ) STRICT;
                    """
            )
            try HistoryMove.run(db)
            try db.execute(sql: "DROP TABLE room2")
        }
        return migrator
    }
}
