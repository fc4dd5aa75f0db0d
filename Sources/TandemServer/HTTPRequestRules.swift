import NIOHTTP1

/// What RFC 9112 asks of a request's head and the parser leaves to us.
///
/// Whatever two servers in a row could understand differently is refused, so that no request hides in another.
enum HTTPRequestRules {
    /// The problem with `head`, nil if there is none.
    static func problem(of head: HTTPRequestHead) -> Problem? {
        guard head.version == .http1_1 || head.version == .http1_0 else { return .badRequestLine }
        let hosts = head.headers["host"]
        guard hosts.count == 1 || (hosts.isEmpty && head.version == .http1_0) else {
            return .badRequest("a request of HTTP/1.1 has one Host field; this one has \(hosts.count)")
        }
        let codings = head.headers["transfer-encoding"]
        guard codings.isEmpty || head.version == .http1_1 else {
            return .badRequest("Transfer-Encoding in a request of HTTP/1.0")
        }
        guard codings.isEmpty || (codings.count == 1 && codings[0].lowercased() == "chunked") else {
            return .badRequest("Transfer-Encoding is '\(codings.joined(separator: ", ").prefix(40))'; known is chunked")
        }
        guard codings.isEmpty || !head.headers.contains(name: "content-length") else {
            return .badRequest("Content-Length with Transfer-Encoding")
        }
        guard isWellFormed(head.uri) else { return .badRequest("the target is not a valid URI") }
        return nil
    }

    /// Visible ASCII, in which every percent sign begins an encoded byte other than NUL (RFC 3986, section 2.1).
    private static func isWellFormed(_ uri: String) -> Bool {
        var bytes = Array(uri.utf8)[...]
        guard !bytes.isEmpty else { return false }
        while let byte = bytes.popFirst() {
            guard (0x21...0x7E).contains(byte) else { return false }
            guard byte == UInt8(ascii: "%") else { continue }
            let digits = bytes.prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16),
                value != 0, digits.first != UInt8(ascii: "+")
            else { return false }
            bytes = bytes.dropFirst(2)
        }
        return true
    }
}

extension Problem {
    /// What the parser found wrong.
    static func unreadable(_ error: HTTPParserError, limits: HTTPLimits) -> Problem {
        switch error {
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
