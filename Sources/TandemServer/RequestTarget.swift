/// What a request line asks for (RFC 9112, section 3.2): a path, or all of a URI as a proxy is asked for it.
struct RequestTarget {
    /// Of a URI, where it counts more than the `Host` field.
    let authority: String?
    /// With the query, if there is one.
    let path: String

    init(_ target: String) {
        let bytes = target[...].utf8
        let scheme = ["http://", "https://"].first { bytes.prefix($0.utf8.count).isEqual(toLowercase: $0) }
        guard let scheme else {
            authority = nil
            path = target
            return
        }
        let rest = bytes.dropFirst(scheme.utf8.count)
        let host = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        let end = rest.dropFirst(host.count)
        authority = String(Substring(host))
        path = end.first == UInt8(ascii: "/") ? String(Substring(end)) : "/" + Substring(end)
    }
}
