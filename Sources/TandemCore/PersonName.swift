/// What a person in a room is called: 1 to ``longest`` characters, of which at least one is visible, on one line.
///
/// The rule is that of ``RoomName``; only the length differs. Spaces at both ends are taken off.
public struct PersonName: Hashable, Sendable {
    /// Unicode scalars of a name.
    public static let longest = 32
    private static let rule = NameRule(longest: longest)

    public let text: String

    /// - Throws: ``NameError`` says which part of the rule `text` breaks.
    public init(_ text: String) throws(NameError) {
        self.text = try Self.rule.check(text)
    }

    /// A name that was kept under an older rule, without what is refused today; `?` if nothing is left.
    public init(restoring text: String) {
        self.text = Self.rule.clean(text) ?? "?"
    }
}
