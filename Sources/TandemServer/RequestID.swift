import HTTPTypes
import Synchronization

/// The name of one request, in the log and in the answer's `X-Request-Id`: the client's own if it sent a sane one.
struct RequestID: CustomStringConvertible {
    static let field: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Request-Id") else { preconditionFailure("a valid field name") }
        return name
    }()

    /// Told apart between instances and restarts by a random beginning.
    private static let origin = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    private static let count = Atomic<Int>(0)

    let description: String

    init(of request: HTTPRequest?) {
        if let given = request?.headerFields[Self.field], (1...64).contains(given.utf8.count),
            given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        {
            description = given
        } else {
            description = "\(Self.origin)-\(Self.count.add(1, ordering: .relaxed).newValue)"
        }
    }
}
