/// Where a page comes from (RFC 6454, section 4), so that equal origins are equal values, however they are written.
public struct Origin: Hashable, Sendable {
    private enum Kind: Hashable {
        /// `null`: a page in a sandbox, or of a file.
        case opaque
        /// HTTP or HTTPS; the port is nil where it is the scheme's default.
        case web(Scheme, Authority)
        /// An extension's or an application's, such as `chrome-extension://…`, in lower case.
        case other(String)
    }

    enum Scheme: String {
        case http
        case https

        var defaultPort: UInt16 { self == .http ? 80 : 443 }
    }

    private let kind: Kind

    /// Reads an `Origin` field; fails for anything that is not one origin.
    init?(field: String) {
        guard !field.utf8.elementsEqual("null".utf8) else {
            kind = .opaque
            return
        }
        guard let (scheme, rest) = Self.split(field[...]) else { return nil }
        if let scheme = Scheme(rawValue: scheme) {
            guard let authority = Authority(rest) else { return nil }
            kind = .web(scheme, authority.without(scheme.defaultPort))
        } else {
            kind = .other(field.lowercased())
        }
    }

    /// Reads an origin from the settings: `https://example.org`, a port if it is not the scheme's default, the host in
    /// any case, in Unicode or as A-labels; `null` for pages that have none; `app://name` of applications.
    /// - Throws: for what a browser never sends, and which would allow nobody.
    public init(_ text: some StringProtocol) throws(OriginError) {
        let text = String(text)
        if text.lowercased() == "null" {
            kind = .opaque
            return
        }
        guard let (scheme, rest) = Self.split(text[...]) else { throw OriginError(text, .noScheme) }
        if rest.contains("*") { throw OriginError(text, .wildcard) }
        guard !rest.unicodeScalars.contains(where: { "/?#@\\".unicodeScalars.contains($0) }) else {
            throw OriginError(text, .surplus)
        }
        if let scheme = Scheme(rawValue: scheme) {
            guard let authority = Authority(setting: rest) else { throw OriginError(text, .host) }
            kind = .web(scheme, authority.without(scheme.defaultPort))
        } else if ["ws", "wss", "ftp", "file", "data", "blob"].contains(scheme) {
            throw OriginError(text, .scheme(scheme))
        } else {
            guard !rest.isEmpty, rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") }) else {
                throw OriginError(text, .host)
            }
            kind = .other(text.lowercased())
        }
    }

    /// Whether it is the host and port of `authority`, which does not tell its scheme: a proxy may have taken TLS off,
    /// and may write the default port out or not.
    func isSame(as authority: Authority) -> Bool {
        guard case .web(let scheme, let own) = kind else { return false }
        return own == authority.without(scheme.defaultPort)
    }

    /// The scheme in lower case (RFC 3986, section 3.1), and what is behind `://`.
    private static func split(_ text: Substring) -> (scheme: String, rest: Substring)? {
        let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
        let rest = text.utf8.dropFirst(scheme.count)
        guard let first = scheme.first, isLetter(first), scheme.allSatisfy(isSchemeByte), rest.starts(with: "://".utf8)
        else { return nil }
        return (String(decoding: scheme.map(\.asciiLowercase), as: UTF8.self), Substring(rest.dropFirst(3)))
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte.asciiLowercase) }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || (0x30...0x39).contains(byte) || "+-.".utf8.contains(byte)
    }
}

extension Authority {
    fileprivate func without(_ defaultPort: UInt16) -> Authority {
        port == defaultPort ? Authority(host: host, port: nil) : self
    }
}
