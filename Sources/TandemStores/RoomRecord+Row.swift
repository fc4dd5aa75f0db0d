import GRDB
import TandemCore

/// A room as a row of the table `room`.
extension RoomRecord {
    static let selection = """
        SELECT code, name, duration, remaining, since, revision, history, created, lastUsed FROM room
        """
    static let replacement = """
        REPLACE INTO room (code, name, duration, remaining, since, revision, history, created, lastUsed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// - Parameter row: of ``selection``. The table itself sees to the types.
    init(_ row: Row) throws(StoreError) {
        let text: String = row[0]
        let letters: String = row[6]
        let history = letters.unicodeScalars.compactMap(Transition.Kind.init(letter:))
        guard let code = AccessCode(text), history.count == letters.unicodeScalars.count else {
            throw StoreError(.corrupt, "room '\(text)' cannot be read, its history being '\(letters)'")
        }
        let remaining = Milliseconds(row[3])
        let since: Int64? = row[4]
        self.init(
            code: code,
            name: row[1],
            duration: Milliseconds(row[2]),
            timer: since.map { .running(remaining: remaining, since: WallTime(milliseconds: $0)) }
                ?? .paused(remaining: remaining),
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
        let letters = String(String.UnicodeScalarView(history.map(\.letter)))
        return [
            code.text, name, duration.count, remaining.count, since?.milliseconds, revision, letters,
            created.milliseconds, lastUsed.milliseconds,
        ]
    }
}

extension Transition.Kind {
    fileprivate var letter: Unicode.Scalar {
        switch self {
        case .start: "s"
        case .pause: "p"
        case .update: "u"
        case .stop: "x"
        }
    }

    fileprivate init?(letter: Unicode.Scalar) {
        switch letter {
        case "s": self = .start
        case "p": self = .pause
        case "u": self = .update
        case "x": self = .stop
        default: return nil
        }
    }
}
