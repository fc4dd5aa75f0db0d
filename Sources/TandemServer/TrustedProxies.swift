import NIOCore
import NIOHTTP1

/// The proxies whose word about a client's address is taken, and where they put it.
///
/// Each proxy adds the address it was connected from at the end of the list. Read from there, the first address that
/// is no trusted proxy's is the client's; what is before it, anybody may have written.
public struct TrustedProxies: Hashable, Sendable {
    /// Only one is read: a proxy that sets the one passes the other on as the client wrote it.
    public enum Header: String, Hashable, Sendable {
        case xForwardedFor = "x-forwarded-for"
        /// RFC 7239.
        case forwarded
    }

    public var blocks: [AddressBlock] = []
    public var header = Header.xForwardedFor

    /// None: a client's address is that of its connection.
    public init() {}

    /// Reads a comma-separated list of addresses and blocks; nil if one of them is neither.
    public init?(_ text: String) {
        for element in text.listElements {
            guard let block = AddressBlock(Substring(element)) else { return nil }
            blocks.append(block)
        }
    }

    /// The address of the client that sent `head` over a connection from `peer`; empty if there is none.
    func client(_ head: HTTPRequestHead, _ peer: SocketAddress?) -> String {
        guard var client = peer?.ipAddress else { return "" }
        guard !blocks.isEmpty, let own = IPAddress(client), isTrusted(own) else { return client }
        for field in head.headers[header.rawValue].reversed() {
            for element in field.listElements.reversed() {
                guard let text = address(in: element), let address = IPAddress(text) else { return client }
                client = text
                if !isTrusted(address) { return client }
            }
        }
        return client
    }

    func isTrusted(_ address: IPAddress) -> Bool {
        blocks.contains { $0.contains(address) }
    }

    /// Without its port, brackets and quotes; nil if the element has none.
    private func address(in element: FieldText) -> String? {
        var text = element
        if header == .forwarded {
            let key = "for="
            let pair = element.split(separator: UInt8(ascii: ";")).lazy.map(\.trimmed).first {
                $0.prefix(key.utf8.count).isEqual(toLowercase: key)
            }
            guard let pair else { return nil }
            text = pair.dropFirst(key.utf8.count)
        }
        if text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") { text = text.dropFirst().dropLast() }
        if text.first == UInt8(ascii: "[") {
            text = text.dropFirst().prefix { $0 != UInt8(ascii: "]") }
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")),
            !text[text.index(after: colon)...].contains(UInt8(ascii: ":"))
        {
            text = text[..<colon]
        }
        return String(Substring(text))
    }
}
