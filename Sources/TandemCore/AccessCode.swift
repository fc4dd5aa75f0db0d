/// The code that names a room and, being unguessable, is the permission to use it.
///
/// An optional instance prefix of three letters (`IAN`) and ten random characters from an alphabet without
/// look-alikes: 31^10 possibilities, 49.5 bits. Read case-insensitively, kept and written in upper case. At most 13
/// characters, so that a `String` holds it inline, without an allocation.
public struct AccessCode: Hashable, Sendable {
    /// The characters of the random part: digits and upper-case letters without `0`/`O` and `1`/`I`/`L`.
    public static let alphabet: [UInt8] = Array("23456789ABCDEFGHJKMNPQRSTUVWXYZ".utf8)
    /// How many random characters a code has.
    public static let randomLength = 10
    /// How many letters an instance prefix has, where there is one.
    public static let prefixLength = 3

    /// The code in upper case, prefix included.
    public let text: String

    /// Reads a code as a person or a URL gives it, in any case.
    ///
    /// Fails unless it is ten characters of ``alphabet``, or three ASCII letters and such ten.
    public init?(_ input: some StringProtocol) {
        guard input.utf8.count <= Self.prefixLength + Self.randomLength else { return nil }
        let bytes = input.utf8.map { (97...122).contains($0) ? $0 - 32 : $0 }
        let prefix: ArraySlice<UInt8>
        switch bytes.count {
        case Self.randomLength: prefix = []
        case Self.prefixLength + Self.randomLength: prefix = bytes.prefix(Self.prefixLength)
        default: return nil
        }
        guard prefix.allSatisfy({ (65...90).contains($0) }),
            bytes.dropFirst(prefix.count).allSatisfy(Self.alphabet.contains)
        else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// What a log shows of the code: enough to tell rooms apart, too little to get into one.
    public var logPrefix: String { text.prefix(4) + "…" }

    private init(unchecked text: String) {
        self.text = text
    }

    /// The instance that issued the code, if it says so.
    public var prefix: InstancePrefix? {
        text.utf8.count > Self.randomLength ? InstancePrefix(text.prefix(Self.prefixLength)) : nil
    }

    /// A fresh code from `generator`, which must be cryptographically secure outside tests.
    public static func random(
        prefix: InstancePrefix? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> AccessCode {
        var bytes = Array((prefix?.text ?? "").utf8)
        bytes.reserveCapacity(prefixLength + randomLength)
        for _ in 0..<randomLength {
            bytes.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
        }
        return AccessCode(unchecked: String(decoding: bytes, as: UTF8.self))
    }
}

extension AccessCode: CustomStringConvertible {
    public var description: String { text }
}
