import NIOHTTP1

/// A server, or something before it, that takes no more from this address for now (RFC 6585, section 4).
struct TooManyRequests: Error, Equatable, CustomStringConvertible {
    /// What was refused.
    let request: String
    /// When to ask again, as the server said it: seconds, or a date.
    let retryAfter: String?

    init(_ request: String, _ headers: HTTPHeaders) {
        self.request = request
        retryAfter = headers.first(name: "retry-after")
    }

    var description: String {
        "\(request) was refused with 429, \(retryAfter.map { "Retry-After: \($0)" } ?? "without Retry-After")"
    }

    /// What to do about it.
    var remedy: String {
        let wait = retryAfter.map { Int($0) == nil ? "after \($0)" : "in \($0) s" } ?? "later"
        return """
            run it again \(wait). If people share this address, as behind a company's router, raise what one may take; if \
            all requests come from a proxy's address, name the proxy: `tandem serve --trusted-proxies ADDRESS`
            """
    }
}
