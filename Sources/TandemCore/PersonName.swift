/// What a person in a room is called, in any script: 1 to ``longest`` characters, none of them a control character,
/// so that it is one line of text on every transport.
public struct PersonName: Hashable, Sendable {
    /// Unicode scalars of a name.
    public static let longest = 32

    public let text: String

    /// - Throws: ``PersonNameError`` for a text outside the bounds above.
    public init(_ text: String) throws(PersonNameError) {
        let scalars = text.unicodeScalars
        guard (1...Self.longest).contains(scalars.count),
            !scalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
        else { throw PersonNameError(length: scalars.count) }
        self.text = text
    }
}

/// A text that is no person's name.
public struct PersonNameError: Error, Equatable, Sendable {
    /// Unicode scalars of the text.
    public let length: Int
}

extension PersonNameError: CustomStringConvertible {
    public var description: String {
        """
        a person's name has 1 to \(PersonName.longest) characters, none of them a control character; \
        this one has \(length)
        """
    }
}
