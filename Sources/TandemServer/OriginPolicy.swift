import HTTPTypes

/// Which pages may use the server from another origin: governs CORS, WebSocket upgrades and requests that change
/// something alike.
public enum OriginPolicy: Hashable, Sendable {
    /// Pages that this server's own host and port served, under whatever scheme a proxy before it speaks.
    case sameOrigin
    /// These origins, besides the same one.
    case listed(Set<Origin>)
    case any

    /// Reads a comma-separated list of origins; `*` is any, an empty text the same origin only.
    /// - Throws: ``OriginError`` for an element that could never match.
    public init(_ text: String) throws(OriginError) {
        var origins: Set<Origin> = []
        var isAny = false
        for element in text.listElements {
            if element.isEqual(to: "*") {
                isAny = true
            } else {
                origins.insert(try Origin(Substring(element)))
            }
        }
        self = isAny ? .any : origins.isEmpty ? .sameOrigin : .listed(origins)
    }

    /// Whether the page that sent `request` may do so and read the answer; true for clients that are no pages.
    ///
    /// `Sec-Fetch-Site` is the browser's own word, which no script can set (Fetch Metadata, section 2.3): it holds also
    /// where a proxy has rewritten `Host`, and where a request without CORS has no `Origin`.
    func allows(_ request: HTTPRequest) -> Bool {
        if self == .any { return true }
        let site = request.headerFields[.secFetchSite]
        if site == "same-origin" { return true }
        guard let field = request.headerFields[.origin] else {
            return site != "cross-site" && site != "same-site"
        }
        guard let origin = Origin(field: field) else { return false }
        if case .listed(let origins) = self, origins.contains(origin) { return true }
        return request.authority.flatMap { Authority($0) }.map { origin.isSame(as: $0) } ?? false
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

    /// What the answer to a preflight has besides ``headerFields(for:)``, as far as the origin is allowed.
    func preflightFields(for request: HTTPRequest) -> HTTPFields {
        var fields = HTTPFields()
        if self == .sameOrigin || request.headerFields[.origin] == nil || !allows(request) { return fields }
        fields[.accessControlAllowMethods] = "GET, HEAD, POST, PATCH, DELETE"
        fields[.accessControlAllowHeaders] = "Content-Type, If-Match, Last-Event-ID, X-Request-Id"
        fields[.accessControlMaxAge] = "86400"
        // A page on the internet asks for a server on its reader's own network.
        if request.headerFields[.requestPrivateNetwork] == "true" { fields[.allowPrivateNetwork] = "true" }
        return fields
    }
}

extension HTTPRequest {
    /// Whether a browser asks with it what a page may do (WHATWG Fetch, section 3.3.2).
    var isPreflight: Bool { method == .options && headerFields[.accessControlRequestMethod] != nil }
}

extension HTTPField.Name {
    fileprivate static let secFetchSite = named("Sec-Fetch-Site")
    fileprivate static let requestPrivateNetwork = named("Access-Control-Request-Private-Network")
    fileprivate static let allowPrivateNetwork = named("Access-Control-Allow-Private-Network")

    private static func named(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("a valid field name") }
        return name
    }
}
