/// Who works in a room, and whose turn it is: with every turn the driver hands over to the navigator, and so on through
/// the names, over and over.
///
/// The driver of turn n is `names[(n - 1) mod count]`, the navigator the next one. Turn 1 begins when the names are
/// set; every finished run and every swap begins the next. Without names there are no turns, and the number is 0.
public struct Rotation: Hashable, Sendable {
    /// How many people a room may name, if it names any.
    public static let size = 2...16

    /// Empty, or as many as ``size`` says.
    public let names: [PersonName]
    /// The number of the current turn: from 1 on, 0 without names.
    public private(set) var number: Int

    /// A room that names nobody.
    public static let none = Rotation(names: [], number: 0)

    /// Begins turn 1.
    /// - Throws: ``RotationError`` unless there are as many names as ``size`` says, or none.
    public init(_ names: [PersonName]) throws(RotationError) {
        guard names.isEmpty || Self.size.contains(names.count) else { throw RotationError(count: names.count) }
        self.init(names: names, number: names.isEmpty ? 0 : 1)
    }

    /// The turns that a store kept; nil unless they are as they would be here: no number without names, none of 0 with.
    public init?(names: [PersonName], restoring number: Int) {
        guard names.isEmpty ? number == 0 : Self.size.contains(names.count) && number > 0 else { return nil }
        self.init(names: names, number: number)
    }

    private init(names: [PersonName], number: Int) {
        self.names = names
        self.number = number
    }

    public var turn: Turn? {
        guard number > 0 else { return nil }
        return Turn(
            number: number,
            driver: names[(number - 1) % names.count],
            navigator: names[number % names.count]
        )
    }

    /// Begins the next turn.
    /// - Returns: false without names.
    mutating func advance() -> Bool {
        guard number > 0 else { return false }
        number += 1
        return true
    }
}

/// One turn: who types, and who looks ahead.
public struct Turn: Hashable, Sendable {
    public let number: Int
    public let driver: PersonName
    public let navigator: PersonName

    public init(number: Int, driver: PersonName, navigator: PersonName) {
        self.number = number
        self.driver = driver
        self.navigator = navigator
    }

    /// `{"turn":2,"driver":"사과","navigator":"포도"}`.
    var json: String {
        JSONText.object([
            ("turn", .number(number)), ("driver", .string(driver.text)), ("navigator", .string(navigator.text)),
        ])
    }
}

/// Too many names for a room, or a single one.
public struct RotationError: Error, Equatable, Sendable {
    public let count: Int
}

extension RotationError: CustomStringConvertible {
    public var description: String {
        "a room names \(Rotation.size.lowerBound) to \(Rotation.size.upperBound) people, or nobody; here are \(count)"
    }
}
