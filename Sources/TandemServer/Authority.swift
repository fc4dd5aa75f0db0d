/// The host and port that a `Host` field, a target or an origin names (RFC 3986, section 3.2), ready to be compared.
struct Authority: Hashable, Sendable {
    /// In lower case, without a dot at its end; an IPv6 address in its brackets, in the system's spelling.
    let host: String
    /// Nil where none is written.
    let port: UInt16?

    init(host: String, port: UInt16?) {
        self.host = host
        self.port = port
    }

    /// Fails unless `text` is a host, with or without a colon and a port from 0 to 65,535.
    ///
    /// A host is an IPv6 address in brackets, or made of letters, digits, `-`, `.` and `_`: all that names in the DNS and
    /// IPv4 addresses need. RFC 3986 allows more, such as commas, which two servers in a row could understand
    /// differently.
    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let end: Int
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            end = bracket + 1
            let address = String(decoding: bytes[1..<bracket], as: UTF8.self)
            guard let spelling = IPAddress.version6Spelling(of: address) else { return nil }
            host = "[\(spelling)]"
        } else {
            end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
            var name = bytes[..<end]
            if name.last == UInt8(ascii: ".") { name.removeLast() }
            guard !name.isEmpty, name.allSatisfy(Self.isNameByte) else { return nil }
            host = String(decoding: name.map(\.asciiLowercase), as: UTF8.self)
        }

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

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}
