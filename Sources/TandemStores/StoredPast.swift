import GRDB
import TandemCore

/// The rows of one room in the table `transition`.
struct StoredPast {
    /// The revisions of the oldest and the newest row; none if newest < oldest.
    private(set) var oldest: Int64 = 1
    private(set) var newest: Int64 = 0
    private var records: [RoomHistory.Record] = []
    /// Whether a row makes no sense, or one is missing between two.
    private var isBroken = false

    /// Reads all rooms' at once.
    static func all(_ db: Database) throws -> [String: StoredPast] {
        var all: [String: StoredPast] = [:]
        var (code, past) = ("", StoredPast())
        let rows = try Row.fetchCursor(db, sql: RoomHistory.Record.selection)
        while let row = try rows.next() {
            let other = String.fromDatabaseValue(row[0]) ?? ""
            if other != code {
                if past.newest >= past.oldest || past.isBroken { all[code] = past }
                (code, past) = (other, StoredPast())
            }
            past.append(row)
        }
        if past.newest >= past.oldest || past.isBroken { all[code] = past }
        return all
    }

    private mutating func append(_ row: Row) {
        guard let revision = Int64.fromDatabaseValue(row[1]), (1...Int64(RoomRecord.largestNumber)).contains(revision),
            records.isEmpty || revision == newest + 1, let record = RoomHistory.Record(row)
        else {
            isBroken = true
            return
        }
        if records.isEmpty { oldest = revision }
        newest = revision
        records.append(record)
    }

    /// The `count` newest records, of which the last is number `revision`.
    func newest(_ count: Int64, upTo revision: Int64) throws(RoomRecord.Flaw) -> [RoomHistory.Record] {
        guard !isBroken, count >= 0, records.isEmpty ? count == 0 : newest == revision && count <= Int64(records.count)
        else {
            throw RoomRecord.Flaw(reason: "its \(count) kept transitions up to revision \(revision) are not all there")
        }
        return Array(records.suffix(Int(count)))
    }
}
