import Foundation
import GRDB

/// The part of migration 3 that moves the histories of the table `room2` (letters and details) to rows of their own.
/// Like the migration it is never changed.
enum HistoryMove {
    /// What a row kept of one transition beside its letter: who asked for it, and the turn that began with it.
    private struct Detail: Decodable {
        struct Turn: Decodable {
            let number: Int64
            let driver: String
            let navigator: String
        }

        /// Counted from the oldest transition that the row has, from 0 on.
        let index: Int
        let by: String?
        let turn: Turn?
    }

    static func run(_ db: Database) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT code, name, duration, remaining, since, revision, created, lastUsed, names, turn, history, details
                FROM room2
                """
        )
        while let row = try rows.next() {
            let code = row[0] as DatabaseValue
            do {
                try move(row, db)
            } catch let error as DatabaseError where error.resultCode != .SQLITE_CONSTRAINT {
                throw error
            } catch {
                // A row that breaks the rules of its table, or a history that cannot be read.
                for table in ["transition", "room"] {
                    try db.execute(sql: "DELETE FROM \(table) WHERE code = ?", arguments: [code])
                }
                try SetAside.insert(
                    code: code,
                    reason: "its row of an earlier version makes no sense",
                    rows: try SetAside.json(db, "SELECT * FROM room2 WHERE code = ?", [code]),
                    db
                )
            }
        }
    }

    private static func move(_ row: Row, _ db: Database) throws {
        guard let revision = Int64.fromDatabaseValue(row[5]), let letters = String.fromDatabaseValue(row[10]),
            let text = String.fromDatabaseValue(row[11]), revision >= 0, revision < .max
        else { throw DatabaseError(resultCode: .SQLITE_CONSTRAINT) }
        let kinds = Array(letters.unicodeScalars)
        var details: [Int: Detail] = [:]
        for detail in try JSONDecoder().decode([Detail].self, from: Data(text.utf8)) { details[detail.index] = detail }

        let values = (0..<10).map { row[$0] as DatabaseValue } + [kinds.count.databaseValue]
        try db.cachedStatement(
            sql: """
                INSERT INTO room
                    (code, name, duration, remaining, since, revision, created, lastUsed, names, turn, history)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: StatementArguments(values))
        let insertion = try db.cachedStatement(sql: "INSERT INTO transition VALUES (?, ?, ?, ?, ?, ?, ?)")
        for (index, kind) in kinds.enumerated() {
            let detail = details[index]
            try insertion.execute(arguments: [
                values[0], revision - Int64(kinds.count) + Int64(index) + 1, String(kind), detail?.by,
                detail?.turn?.number, detail?.turn?.driver, detail?.turn?.navigator,
            ])
        }
    }
}
