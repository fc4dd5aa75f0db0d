import Foundation
import GRDB
import TandemCore

/// A room as a row of the table `room`, which holds all but its history.
extension RoomRecord {
    private static let columns = [
        "code", "name", "duration", "remaining", "since", "revision", "history", "created", "lastUsed", "names", "turn",
    ]
    static let selection = "SELECT id, \(columns.joined(separator: ", ")) FROM room"
    /// In place where the room is there already, so that its page alone is written.
    static let insertion = """
        INSERT INTO room (\(columns.joined(separator: ", "))) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        ON CONFLICT (code) DO UPDATE SET \(columns.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
        """

    /// Why a row is no room; the reason names no text of it.
    struct Flaw: Error {
        let reason: String
    }

    /// Takes a row for whatever it may be: a disk, or a hand, may have put anything there.
    /// - Parameters:
    ///   - row: of ``selection``.
    ///   - past: the room's rows of the table `transition`.
    init(_ row: Row, _ past: StoredPast?) throws(Flaw) {
        func integer(_ index: Int) throws(Flaw) -> Int64 {
            guard let value = Int64.fromDatabaseValue(row[index]) else {
                throw Flaw(reason: "\(Self.columns[index - 1]) must be a whole number")
            }
            return value
        }
        func text(_ index: Int) throws(Flaw) -> String {
            guard let value = String.fromDatabaseValue(row[index]) else {
                throw Flaw(reason: "\(Self.columns[index - 1]) must be text")
            }
            return value
        }
        let code = try text(1)
        guard let code = AccessCode(code), try code.text == text(1) else {
            throw Flaw(reason: "code must be an access code in upper case")
        }
        let remaining = Milliseconds(try integer(4))
        let isRunning = !(row[5] as DatabaseValue).isNull
        let (revision, count) = (try integer(6), try integer(7))
        let history = try (past ?? StoredPast()).newest(count, upTo: revision)
        guard let rotation = Self.rotation(try text(10), try integer(11)) else {
            throw Flaw(reason: "names must be 2 to 16 names or none, and turn a number of a turn of theirs")
        }
        self.init(
            code: code,
            name: (row[2] as DatabaseValue).isNull ? nil : RoomName(restoring: try text(2)),
            duration: Milliseconds(try integer(3)),
            timer: isRunning
                ? .running(remaining: remaining, since: WallTime(milliseconds: try integer(5)))
                : .paused(remaining: remaining),
            rotation: rotation,
            revision: Int(revision),
            history: history,
            created: WallTime(milliseconds: try integer(8)),
            lastUsed: WallTime(milliseconds: try integer(9))
        )
        if let flaw { throw Flaw(reason: flaw) }
    }

    /// The values of ``insertion``.
    var arguments: StatementArguments {
        let (remaining, since): (Milliseconds, WallTime?) =
            switch timer {
            case .paused(let remaining): (remaining, nil)
            case .running(let remaining, let since): (remaining, since)
            }
        return [
            code.text, name?.text, duration.count, remaining.count, since?.milliseconds, revision, history.count,
            created.milliseconds, lastUsed.milliseconds, Self.json(rotation.names.map(\.text)), rotation.number,
        ]
    }

    private static func rotation(_ names: String, _ turn: Int64) -> Rotation? {
        if names == "[]" { return Rotation(names: [], restoring: Int(turn)) }
        guard let texts = try? JSONDecoder().decode([String].self, from: Data(names.utf8)) else { return nil }
        return Rotation(names: texts.map { PersonName(restoring: $0) }, restoring: Int(turn))
    }

    private static func json(_ list: [String]) -> String {
        if list.isEmpty { return "[]" }
        // Texts always encode.
        return (try? JSONEncoder().encode(list)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }
}
