import NIOHTTP1

/// What RFC 9112 asks of a request's head and the parser leaves to us.
///
/// Whatever two servers in a row could understand differently is refused, so that no request hides in another.
enum HTTPRequestRules {
    /// The problem with `head`, nil if there is none.
    static func problem(of head: HTTPRequestHead, limits: HTTPLimits) -> Problem? {
        guard head.version == .http1_1 || head.version == .http1_0 else { return .badRequestLine }
        guard head.uri.utf8.count <= limits.targetSize else { return .uriTooLong(limit: limits.targetSize) }
        let hosts = head.headers["host"]
        guard hosts.count == 1 || (hosts.isEmpty && head.version == .http1_0) else {
            return .badRequest("a request of HTTP/1.1 has one Host field; this one has \(hosts.count)")
        }
        let codings = head.headers["transfer-encoding"]
        guard codings.isEmpty || head.version == .http1_1 else {
            return .badRequest("Transfer-Encoding in a request of HTTP/1.0")
        }
        guard codings.isEmpty || (codings.count == 1 && codings[0][...].utf8.isEqual(toLowercase: "chunked")) else {
            return .badRequest(
                "Transfer-Encoding is '\(codings.joined(separator: ", ").quotable(40))'; known is chunked"
            )
        }
        guard codings.isEmpty || !head.headers.contains(name: "content-length") else {
            return .badRequest("Content-Length with Transfer-Encoding")
        }
        guard isWellFormed(head.uri) else { return .badRequest("the target is not a valid URI") }
        return hostProblem(hosts.first, target: head.uri)
    }

    /// RFC 9112, section 3.2: what names the server is a host, and only where the target does not have one the field may
    /// be empty.
    private static func hostProblem(_ host: String?, target: String) -> Problem? {
        let authority = RequestTarget.authority(of: target)
        if let authority, Authority(authority) == nil {
            return .badRequest("the target names no host, but '\(authority.quotable(80))'")
        }
        guard let host, !(host.isEmpty && authority == nil), Authority(host) == nil else { return nil }
        return .badRequest("Host is '\(host.quotable(80))', but must be a host name or address, and perhaps a port")
    }

    /// Visible ASCII, in which every percent sign begins an encoded byte other than NUL (RFC 3986, section 2.1).
    private static func isWellFormed(_ uri: String) -> Bool {
        var bytes = uri.utf8.makeIterator()
        var isEmpty = true
        while let byte = bytes.next() {
            isEmpty = false
            guard (0x21...0x7E).contains(byte) else { return false }
            guard byte == UInt8(ascii: "%") else { continue }
            guard let high = UInt8.hexDigit(bytes.next()), let low = UInt8.hexDigit(bytes.next()), high | low != 0
            else {
                return false
            }
        }
        return !isEmpty
    }
}

extension Problem {
    /// What the parser found wrong.
    /// - Parameter isLongTarget: whether it is the target that is too long.
    static func unreadable(_ error: HTTPParserError, limits: HTTPLimits, isLongTarget: Bool = false) -> Problem {
        switch error {
        case .headerOverflow where isLongTarget: uriTooLong(limit: limits.targetSize)
        case .headerOverflow: headersTooLarge(limit: limits.headSize)
        case .invalidContentLength: badRequest("Content-Length is not a number, or stands with Transfer-Encoding")
        case .unexpectedContentLength: badRequest("Content-Length with Transfer-Encoding, or more than one")
        case .invalidHeaderToken:
            badRequest("a header field has a character that is not allowed there, or a line is folded")
        case .invalidMethod: badRequest("the method is unknown or not valid")
        case .invalidURL, .invalidHost, .invalidPort, .invalidPath, .invalidQueryString, .invalidFragment:
            badRequest("the target is not a valid URI")
        case .invalidVersion: badRequestLine
        // All that is left to it of what the parser refuses.
        case .unknown: badRequest("Transfer-Encoding is something else than chunked, or stands with Content-Length")
        case .lfExpected: badRequest("a line does not end with CR and LF")
        case .invalidChunkSize: badRequest("a chunk's size is not valid")
        case .invalidEOFState: badRequest("the request ended before it was whole")
        default: badRequest("the request is not valid HTTP/1.1: \(error)")
        }
    }
}
