import HTTPTypes
import Synchronization

/// The name of one request, in the log and in the answer's `X-Request-Id`: the client's own if it sent a sane one.
struct RequestID: CustomStringConvertible {
    static let field: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Request-Id") else { preconditionFailure("a valid field name") }
        return name
    }()

    /// Known to nobody, so that nobody tells from an id how many requests came before or what the next one's is.
    private static let secret = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
    private static let count = Atomic<UInt64>(0)

    let description: String

    /// - Parameter given: the request's own `X-Request-Id`; taken over if it is 1 to 64 characters of visible ASCII.
    init(_ given: String?) {
        if let given, (1...64).contains(given.utf8.count), given.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            description = given
        } else {
            description = Self.fresh()
        }
    }

    /// 64 bits of a keyed hash (SipHash) of a count: no call to the system, and at most 13 characters, which take no
    /// allocation.
    private static func fresh() -> String {
        var hasher = Hasher()
        hasher.combine(secret.0)
        hasher.combine(secret.1)
        hasher.combine(count.add(1, ordering: .relaxed).newValue)
        return String(UInt64(bitPattern: Int64(hasher.finalize())), radix: 36)
    }
}
