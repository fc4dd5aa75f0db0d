/// The host and port that a `Host` field, a target or an origin names (RFC 3986, section 3.2), ready to be compared.
struct Authority: Hashable, Sendable {
    /// In lower case, without a dot at its end; an IPv6 address in its brackets.
    let host: String
    /// Nil where none is written.
    let port: UInt16?

    init(host: String, port: UInt16?) {
        self.host = host
        self.port = port
    }

    /// Fails unless `text` is a host, with or without a colon and a port from 0 to 65,535.
    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let end: Int
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            end = bracket + 1
        } else {
            end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
        }
        var host = bytes[..<end]
        if host.last == UInt8(ascii: ".") { host.removeLast() }
        guard !host.isEmpty else { return nil }
        self.host = String(decoding: host.map(\.asciiLowercase), as: UTF8.self)

        let rest = bytes[end...]
        guard !rest.isEmpty else {
            port = nil
            return
        }
        guard rest.first == UInt8(ascii: ":") else { return nil }
        let digits = rest.dropFirst()
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }), digits.count <= 5 else { return nil }
        // A port may be empty, and is then the default one.
        let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard number <= UInt16.max else { return nil }
        port = digits.isEmpty ? nil : UInt16(number)
    }
}
