import NIOCore

/// The address to listen on, as people write it.
struct ListenHost {
    /// As the server takes it: an IP address without brackets, or a host name.
    let address: String

    /// Reads an IP address, with or without brackets, a host name, or `*` for all addresses.
    ///
    /// Fails for anything more, such as a scheme or a port.
    /// - Parameter hasIPv6: whether `*` can be `::`, which takes IPv4, too.
    init?(_ text: String, hasIPv6: () -> Bool = ListenHost.hasIPv6) {
        if text == "*" {
            address = hasIPv6() ? "::" : "0.0.0.0"
        } else if text.lowercased() == "localhost" {
            // One socket listens, and to this address every client turns, at the latest after ::1.
            address = "127.0.0.1"
        } else if text.hasPrefix("["), text.hasSuffix("]") {
            guard let inner = Self.ipv6(text.dropFirst().dropLast()) else { return nil }
            address = inner
        } else if text.contains(":") {
            guard let whole = Self.ipv6(text[...]) else { return nil }
            address = whole
        } else {
            guard text.wholeMatch(of: /[A-Za-z0-9._-]+/) != nil else { return nil }
            address = text
        }
    }

    /// `text` if it is an IPv6 address, with or without a zone.
    private static func ipv6(_ text: Substring) -> String? {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, parts.last?.isEmpty == false else { return nil }
        guard let address = try? SocketAddress(ipAddress: String(first), port: 0), address.protocol == .inet6 else {
            return nil
        }
        return String(text)
    }

    /// Whether a socket of IPv6 can be made and bound here; containers often have none.
    static func hasIPv6() -> Bool {
        (try? System.enumerateDevices())?.contains { $0.address?.protocol == .inet6 } == true
    }
}
