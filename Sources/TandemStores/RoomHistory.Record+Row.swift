import GRDB
import TandemCore

/// A transition as a row of the table `transition`.
extension RoomHistory.Record {
    private static let columns = "code, revision, kind, person, turn, driver, navigator"
    /// By room, and in order.
    static let selection = "SELECT \(columns) FROM transition ORDER BY code, revision"
    static let insertion = "INSERT INTO transition (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?)"

    /// - Parameter row: of ``selection``.
    /// - Returns: nil if it makes no sense.
    init?(_ row: Row) {
        guard let kind = String.fromDatabaseValue(row[2]).flatMap(Transition.Kind.init(letter:)) else { return nil }
        var by: PersonName?
        if !(row[3] as DatabaseValue).isNull {
            guard let name = PersonName(row[3] as DatabaseValue) else { return nil }
            by = name
        }
        var turn: Turn?
        if !(row[4] as DatabaseValue).isNull {
            guard let number = Int.fromDatabaseValue(row[4]), let driver = PersonName(row[5] as DatabaseValue),
                let navigator = PersonName(row[6] as DatabaseValue)
            else { return nil }
            turn = Turn(number: number, driver: driver, navigator: navigator)
        }
        self.init(kind: kind, by: by, turn: turn)
    }

    /// The values of ``insertion``.
    func arguments(_ code: AccessCode, _ revision: Int) -> StatementArguments {
        [code.text, revision, kind.letter, by?.text, turn?.number, turn?.driver.text, turn?.navigator.text]
    }
}

extension PersonName {
    fileprivate init?(_ value: DatabaseValue) {
        guard let text = String.fromDatabaseValue(value) else { return nil }
        self.init(restoring: text)
    }
}

extension Transition.Kind {
    fileprivate var letter: String {
        switch self {
        case .start: "s"
        case .pause: "p"
        case .update: "u"
        case .stop: "x"
        case .swap: "w"
        case .names: "n"
        }
    }

    fileprivate init?(letter: String) {
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
