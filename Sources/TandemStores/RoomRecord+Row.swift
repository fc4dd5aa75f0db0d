import Foundation
import GRDB
import TandemCore

/// A room as a row of the table `room`.
extension RoomRecord {
    private static let columns = """
        code, name, duration, remaining, since, revision, history, created, lastUsed, names, turn, details
        """
    static let selection = "SELECT \(columns) FROM room"
    static let replacement = "REPLACE INTO room (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

    /// - Parameter row: of ``selection``. The table itself sees to the types.
    init(_ row: Row) throws(StoreError) {
        let text: String = row[0]
        guard let code = AccessCode(text), let history = Self.history(row[6], row[11]),
            let rotation = Self.rotation(row[9], row[10])
        else {
            throw StoreError(.corrupt, "room '\(text)' cannot be read: its code, turns or history make no sense")
        }
        let remaining = Milliseconds(row[3])
        let since: Int64? = row[4]
        self.init(
            code: code,
            name: (row[1] as String?).flatMap { RoomName(restoring: $0) },
            duration: Milliseconds(row[2]),
            timer: since.map { .running(remaining: remaining, since: WallTime(milliseconds: $0)) }
                ?? .paused(remaining: remaining),
            rotation: rotation,
            revision: row[5],
            history: history,
            created: WallTime(milliseconds: row[7]),
            lastUsed: WallTime(milliseconds: row[8])
        )
    }

    /// The values of ``replacement``.
    var arguments: StatementArguments {
        let (remaining, since): (Milliseconds, WallTime?) =
            switch timer {
            case .paused(let remaining): (remaining, nil)
            case .running(let remaining, let since): (remaining, since)
            }
        let letters = String(String.UnicodeScalarView(history.map(\.kind.letter)))
        let details = history.enumerated().compactMap { HistoryDetail($1, at: $0) }
        return [
            code.text, name?.text, duration.count, remaining.count, since?.milliseconds, revision, letters,
            created.milliseconds, lastUsed.milliseconds, Self.json(rotation.names.map(\.text)), rotation.number,
            Self.json(details),
        ]
    }

    private static func history(_ letters: String, _ details: String) -> [RoomHistory.Record]? {
        guard let details = try? JSONDecoder().decode([HistoryDetail].self, from: Data(details.utf8)) else {
            return nil
        }
        var records: [RoomHistory.Record] = []
        for letter in letters.unicodeScalars {
            guard let kind = Transition.Kind(letter: letter) else { return nil }
            records.append(RoomHistory.Record(kind: kind))
        }
        for detail in details {
            guard records.indices.contains(detail.index) else { return nil }
            records[detail.index] = detail.record(records[detail.index].kind)
        }
        return records
    }

    private static func rotation(_ names: String, _ turn: Int) -> Rotation? {
        guard let texts = try? JSONDecoder().decode([String].self, from: Data(names.utf8)) else { return nil }
        return Rotation(names: texts.map { PersonName(restoring: $0) }, restoring: turn)
    }

    private static func json(_ list: [some Encodable]) -> String {
        if list.isEmpty { return "[]" }
        // Texts and numbers always encode.
        return (try? JSONEncoder().encode(list)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }
}

extension Transition.Kind {
    fileprivate var letter: Unicode.Scalar {
        switch self {
        case .start: "s"
        case .pause: "p"
        case .update: "u"
        case .stop: "x"
        case .swap: "w"
        case .names: "n"
        }
    }

    fileprivate init?(letter: Unicode.Scalar) {
        switch letter {
        case "s": self = .start
        case "p": self = .pause
        case "u": self = .update
        case "x": self = .stop
        case "w": self = .swap
        case "n": self = .names
        default: return nil
        }
    }
}
