import HTTPTypes

/// Which pages may use the server from another origin: governs CORS and WebSocket upgrades alike.
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

    /// Whether the page that sent `request` may read the answer; true for clients that are no pages.
    func allows(_ request: HTTPRequest) -> Bool {
        guard let origin = request.headerFields[.origin]?.lowercased() else { return true }
        switch self {
        case .any: return true
        case .listed(let origins): return origins.contains(origin) || isSame(origin, as: request.authority)
        case .sameOrigin: return isSame(origin, as: request.authority)
        }
    }

    /// The fields that tell a browser so; none for the same origin and for clients that are no browsers.
    func headerFields(for request: HTTPRequest) -> HTTPFields {
        var fields = HTTPFields()
        if self == .sameOrigin { return fields }
        if self != .any { fields[.vary] = "Origin" }
        guard let origin = request.headerFields[.origin], allows(request) else { return fields }
        fields[.accessControlAllowOrigin] = self == .any ? "*" : origin
        fields[.accessControlExposeHeaders] = "Location, Retry-After, X-Request-Id"
        return fields
    }

    /// The answer to a preflight request, as far as the origin is allowed.
    func preflightFields(for request: HTTPRequest) -> HTTPFields {
        var fields = headerFields(for: request)
        guard fields[.accessControlAllowOrigin] != nil else { return fields }
        fields[.accessControlAllowMethods] = "GET, HEAD, POST, PATCH, DELETE"
        fields[.accessControlAllowHeaders] = "Content-Type, Last-Event-ID, X-Request-Id"
        fields[.accessControlMaxAge] = "86400"
        return fields
    }

    private func isSame(_ origin: String, as authority: String?) -> Bool {
        guard let authority, let scheme = origin.firstRange(of: "://") else { return false }
        return origin[scheme.upperBound...] == authority.lowercased()
    }
}
