import Foundation

extension Authority {
    /// Reads a host from the settings, as a person writes it: also in Unicode, which browsers send as A-labels (RFC 5890).
    ///
    /// Fails for what no browser ever sends: the port 0, and IPv4 addresses other than as four decimal numbers.
    init?(setting text: Substring) {
        guard let ascii = Self.ascii(text), let authority = Authority(ascii), authority.port != 0,
            !Self.isOddAddress(authority.host)
        else { return nil }
        self = authority
    }

    private static func ascii(_ text: Substring) -> String? {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return String(text) }
        let isPlain = text.unicodeScalars.allSatisfy { !"/?#@\\[]%".unicodeScalars.contains($0) }
        guard isPlain, let components = URLComponents(string: "https://\(text)"), let host = components.encodedHost
        else { return nil }
        return components.port.map { "\(host):\($0)" } ?? host
    }

    /// Whether browsers read `host` as an IPv4 address (its last label is a number), and write it differently.
    private static func isOddAddress(_ host: String) -> Bool {
        guard let last = host.utf8.split(separator: UInt8(ascii: ".")).last, !host.hasPrefix("[") else { return false }
        let isNumber = last.starts(with: "0x".utf8) || last.allSatisfy { (0x30...0x39).contains($0) }
        return isNumber && IPAddress(host) == nil
    }
}
