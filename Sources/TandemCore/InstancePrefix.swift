/// The three letters with which all codes of one instance begin, so that a proxy can tell where a room is.
///
/// Read in any case, kept and written in upper case.
public struct InstancePrefix: Hashable, Sendable {
    public let text: String

    /// Fails unless `input` is three ASCII letters.
    public init?(_ input: some StringProtocol) {
        guard input.utf8.count == AccessCode.prefixLength,
            input.utf8.allSatisfy({ (65...90).contains($0) || (97...122).contains($0) })
        else { return nil }
        text = input.uppercased()
    }
}

extension InstancePrefix: CustomStringConvertible {
    public var description: String { text }
}
