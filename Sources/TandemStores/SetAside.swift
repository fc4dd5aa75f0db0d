import Foundation
import GRDB
import TandemCore

/// Rows that make no sense, moved out of the way with all that is in them, for whoever wants to look.
enum SetAside {
    /// Moves the room of row number `id`, and its transitions.
    static func move(_ id: Int64, reason: String, _ db: Database) throws {
        let code = "(SELECT code FROM room WHERE id = ?)"
        let room = try json(db, "SELECT * FROM room WHERE id = ?", [id])
        let transitions = try json(db, "SELECT * FROM transition WHERE code = \(code) ORDER BY revision", [id])
        let text = try DatabaseValue.fetchOne(db, sql: "SELECT code FROM room WHERE id = ?", arguments: [id]) ?? .null
        try insert(code: text, reason: reason, rows: #"{"room":\#(room),"transitions":\#(transitions)}"#, db)
        try db.execute(sql: "DELETE FROM transition WHERE code = \(code)", arguments: [id])
        try db.execute(sql: "DELETE FROM room WHERE id = ?", arguments: [id])
    }

    static func insert(code: DatabaseValue, reason: String, rows: String, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO setAside (code, reason, time, rows) VALUES (?, ?, 1000 * unixepoch('now'), ?)",
            arguments: [String.fromDatabaseValue(code) ?? "", reason, rows]
        )
    }

    /// Those that nobody was told of, who now is.
    static func report(_ db: Database) throws -> [RoomSetAside] {
        let rows = try Row.fetchAll(db, sql: "SELECT code, reason FROM setAside WHERE NOT isReported")
        if rows.isEmpty { return [] }
        try db.execute(sql: "UPDATE setAside SET isReported = 1")
        return rows.map { row in
            RoomSetAside(code: String.fromDatabaseValue(row[0]) ?? "", reason: String.fromDatabaseValue(row[1]) ?? "")
        }
    }

    /// All rows of `selection`, with every value: a number or a text as it is, bytes that are neither as `{"hex": …}`.
    static func json(_ db: Database, _ selection: String, _ arguments: StatementArguments) throws -> String {
        let rows = try Row.fetchAll(db, sql: selection, arguments: arguments).map { row in
            Dictionary(row.map { ($0.0, Value($0.1)) }, uniquingKeysWith: { first, _ in first })
        }
        return String(decoding: try JSONEncoder().encode(rows), as: UTF8.self)
    }

    private struct Value: Encodable {
        private let value: DatabaseValue

        init(_ value: DatabaseValue) { self.value = value }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch value.storage {
            case .null: try container.encodeNil()
            case .int64(let number): try container.encode(number)
            case .double(let number) where number.isFinite: try container.encode(number)
            case .double(let number): try container.encode("\(number)")
            case .string(let text): try container.encode(text)
            case .blob(let bytes):
                try container.encode(["hex": bytes.map { String(format: "%02x", $0) }.joined()])
            }
        }
    }
}
