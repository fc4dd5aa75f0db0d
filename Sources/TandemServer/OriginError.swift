/// Why a text of the settings is no origin that a browser sends.
public struct OriginError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        case noScheme
        /// Of a kind that pages do not have.
        case scheme(String)
        case wildcard
        /// A path, a query, a fragment or a user.
        case surplus
        case host
    }

    public let text: String
    public let reason: Reason

    init(_ text: String, _ reason: Reason) {
        self.text = text
        self.reason = reason
    }
}

extension OriginError: CustomStringConvertible {
    /// What is wrong with the text, as the rest of a sentence about it.
    public var flaw: String {
        switch reason {
        case .noScheme: "has no scheme"
        case .scheme("file"): "is of no page; browsers send 'null' for files"
        case .scheme(let scheme): "is of no page: none has the scheme '\(scheme)'"
        case .wildcard: "has a wildcard; name each origin, or * alone for all"
        case .surplus: "has more than scheme, host and port; leave path, query and user out"
        case .host: "has no host and port that a browser sends"
        }
    }

    public var description: String {
        "'\(text)' \(flaw); an origin is like https://example.org or http://localhost:3000"
    }
}
