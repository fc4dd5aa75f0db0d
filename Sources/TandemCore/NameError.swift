/// A text that is no name of a room or a person.
public struct NameError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// The text has so many Unicode scalars, without the spaces at its ends.
        case length(Int)
        /// Nothing in the text can be seen.
        case blank
        /// A control character, or the end of a line or paragraph.
        case control(UInt32)
        /// A character that sets the direction of the text around it.
        case direction(UInt32)
        /// A character that cannot be seen.
        case invisible(UInt32)
        /// A code point that is no character.
        case unassigned(UInt32)
        /// A joiner or variation selector without a visible character before it.
        case unattached(UInt32)
    }

    public let reason: Reason
    /// Unicode scalars that are allowed.
    public let longest: Int

    public init(reason: Reason, longest: Int) {
        self.reason = reason
        self.longest = longest
    }
}

extension NameError: CustomStringConvertible {
    public var description: String {
        switch reason {
        case .length(let count): "a name has at most \(longest) characters; this one has \(count)"
        case .blank: "a name has at least one visible character and at most \(longest) in all; this one has none"
        case .control(let value): "a name is one line without control characters; this one has \(Self.code(value))"
        case .direction(let value):
            "a name must not set the direction of text; this one has \(Self.code(value))"
        case .invisible(let value): "a name has no invisible characters; this one has \(Self.code(value))"
        case .unassigned(let value): "a name has only characters of Unicode; this one has \(Self.code(value))"
        case .unattached(let value):
            "a joiner or variation selector follows a visible character; in this name \(Self.code(value)) does not"
        }
    }

    /// As Unicode writes it, `U+202E`: the character itself has no place in a message.
    private static func code(_ value: UInt32) -> String {
        let hex = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    }
}
