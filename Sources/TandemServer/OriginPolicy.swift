import HTTPTypes

/// Which pages may use the server from another origin: governs CORS, WebSocket upgrades and requests that change
/// something alike.
public enum OriginPolicy: Hashable, Sendable {
    /// Pages that this server's own host and port served, under whatever scheme a proxy before it speaks.
    case sameOrigin
    /// These origins (`https://example.org`), besides the same one.
    case listed(Set<String>)
    case any

    /// Reads a comma-separated list of origins; `*` is any, an empty text the same origin only.
    public init(_ text: String) {
        let origins = text.split(separator: ",").map { element in
            String(element.filter { $0 != " " }).lowercased()
        }
        if origins.contains("*") {
            self = .any
        } else {
            self = origins.isEmpty ? .sameOrigin : .listed(Set(origins))
        }
    }

    /// Whether the page that sent `request` may do so and read the answer; true for clients that are no pages.
    ///
    /// `Sec-Fetch-Site` is the browser's own word, which no script can set (Fetch Metadata, section 2.3): it holds also
    /// where a proxy has rewritten `Host`, and where a request without CORS has no `Origin`.
    func allows(_ request: HTTPRequest) -> Bool {
        if self == .any { return true }
        let site = request.headerFields[.secFetchSite]
        if site == "same-origin" { return true }
        guard let origin = request.headerFields[.origin]?.lowercased() else {
            return site != "cross-site" && site != "same-site"
        }
        if case .listed(let origins) = self, origins.contains(origin) { return true }
        return Self.isSame(origin, as: request.authority)
    }

    /// Refuses a request of a page that is not allowed, unless its method is safe (RFC 9110, section 9.2.1).
    ///
    /// Also where a browser asks no leave before: `fetch` in the mode `no-cors`, `sendBeacon`, forms.
    func refusal(of request: HTTPRequest) -> Problem? {
        switch request.method {
        case .get, .head, .options, .trace: return nil
        default: return allows(request) ? nil : .originNotAllowed(request.headerFields[.origin])
        }
    }

    /// The fields that tell a browser so; none for the same origin and for clients that are no browsers.
    func headerFields(for request: HTTPRequest) -> HTTPFields {
        var fields = HTTPFields()
        if self == .sameOrigin { return fields }
        if self != .any { fields[.vary] = "Origin" }
        guard let origin = request.headerFields[.origin], allows(request) else { return fields }
        fields[.accessControlAllowOrigin] = self == .any ? "*" : origin
        fields[.accessControlExposeHeaders] = "ETag, Location, Retry-After, X-Request-Id"
        return fields
    }

    /// The answer to a preflight request, as far as the origin is allowed.
    func preflightFields(for request: HTTPRequest) -> HTTPFields {
        var fields = headerFields(for: request)
        guard fields[.accessControlAllowOrigin] != nil else { return fields }
        fields[.accessControlAllowMethods] = "GET, HEAD, POST, PATCH, DELETE"
        fields[.accessControlAllowHeaders] = "Content-Type, If-Match, Last-Event-ID, X-Request-Id"
        fields[.accessControlMaxAge] = "86400"
        return fields
    }

    /// Whether `origin`, in lower case, is the host and port of `authority`, which does not tell its scheme.
    private static func isSame(_ origin: String, as authority: String?) -> Bool {
        guard let own = authority.flatMap({ Authority($0) }) else { return false }
        for (scheme, port) in [("http://", UInt16(80)), ("https://", 443)] where origin.utf8.starts(with: scheme.utf8) {
            guard let other = Authority(origin.dropFirst(scheme.count)) else { return false }
            return other.host == own.host && other.port ?? port == own.port ?? port
        }
        return false
    }
}

extension HTTPField.Name {
    fileprivate static let secFetchSite: HTTPField.Name = {
        guard let name = HTTPField.Name("Sec-Fetch-Site") else { preconditionFailure("a valid field name") }
        return name
    }()
}
