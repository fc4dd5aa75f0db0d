import TandemCore

/// One setting of `tandem serve`: its name, its values, its default and what it is for.
///
/// Options, environment variables, the file, the help and README's table all come from here.
struct Setting: Sendable {
    /// As in the file: `max-rooms`.
    let key: String
    /// What the help calls the value.
    let valueName: String
    /// Which values there are, after "must be".
    let allowed: String
    /// Whether the file has it as a number and not as text.
    let isNumber: Bool
    /// The value that has the same effect as none.
    let standard: String?
    /// The default in words.
    let standardText: String
    /// What it is for, in one or a few sentences.
    let help: String
    /// Takes over a value.
    let apply: @Sendable (_ value: String, inout ServeSettings) throws(UnusableValue) -> Void

    var option: String { "--\(key)" }
    var variable: String { Self.variablePrefix + key.uppercased().replacing("-", with: "_") }

    static let variablePrefix = "TANDEM_"
}

/// A value is none of those that its setting has.
struct UnusableValue: Error {
    /// The element that is at fault, for a list.
    var element: String?
    /// What is wrong with it, where more can be said than what is allowed.
    var reason: String?
}

extension Setting {
    static func text(
        _ key: String,
        _ valueName: String,
        allowed: String,
        standard: String?,
        shown: String? = nil,
        _ help: String,
        apply: @escaping @Sendable (_ value: String, inout ServeSettings) throws(UnusableValue) -> Void
    ) -> Setting {
        Setting(
            key: key,
            valueName: valueName,
            allowed: allowed,
            isNumber: false,
            standard: standard,
            standardText: shown ?? standard ?? "none",
            help: help,
            apply: apply
        )
    }

    /// One of a few words, in any case.
    static func choice(
        _ key: String,
        _ valueName: String,
        of words: [String],
        standard: String,
        _ help: String,
        apply: @escaping @Sendable (_ word: String, inout ServeSettings) -> Void
    ) -> Setting {
        let allowed = words.count == 2 ? words.joined(separator: " or ") : "one of " + words.joined(separator: ", ")
        return text(key, valueName, allowed: allowed, standard: standard, help) {
            value,
            settings throws(UnusableValue) in
            let word = value.lowercased()
            guard words.contains(word) else { throw UnusableValue() }
            apply(word, &settings)
        }
    }

    static func count(
        _ key: String,
        _ valueName: String = "count",
        in range: ClosedRange<Int>,
        standard: Int,
        _ help: String,
        apply: @escaping @Sendable (_ count: Int, inout ServeSettings) -> Void
    ) -> Setting {
        Setting(
            key: key,
            valueName: valueName,
            allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            isNumber: true,
            standard: "\(standard)",
            standardText: "\(standard)",
            help: help
        ) { value, settings throws(UnusableValue) in
            guard let count = Int(value), range.contains(count) else { throw UnusableValue() }
            apply(count, &settings)
        }
    }

    /// A time in seconds, with or without a fraction. The bounds are in ms.
    static func seconds(
        _ key: String,
        in range: ClosedRange<Milliseconds>,
        standard: Milliseconds,
        _ help: String,
        apply: @escaping @Sendable (_ time: Milliseconds, inout ServeSettings) -> Void
    ) -> Setting {
        func text(_ time: Milliseconds) -> String {
            let (whole, rest) = time.count.quotientAndRemainder(dividingBy: 1000)
            return rest == 0 ? "\(whole)" : "\(Double(time.count) / 1000)"
        }
        return Setting(
            key: key,
            valueName: "seconds",
            allowed: "a number of seconds from \(text(range.lowerBound)) to \(text(range.upperBound))",
            isNumber: true,
            standard: text(standard),
            standardText: text(standard),
            help: help
        ) { value, settings throws(UnusableValue) in
            let digits = /[0-9]+(\.[0-9]*)?|\.[0-9]+/
            let bounds = Double(range.lowerBound.count) / 1000...Double(range.upperBound.count) / 1000
            guard value.wholeMatch(of: digits) != nil, let seconds = Double(value), bounds.contains(seconds) else {
                throw UnusableValue()
            }
            let time = Milliseconds(Int64((seconds * 1000).rounded()))
            // Next to nothing is not nothing, which may mean for ever.
            guard time > .zero || seconds == 0 else { throw UnusableValue(reason: "the shortest time is 0.001") }
            apply(time, &settings)
        }
    }
}
