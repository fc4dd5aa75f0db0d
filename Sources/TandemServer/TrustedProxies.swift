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
        for element in text.split(separator: ",") {
            guard let block = AddressBlock(element.filter { $0 != " " }) else { return nil }
            blocks.append(block)
        }
    }

    /// The address of the client that sent `head` over a connection from `peer`; empty if there is none.
    func client(_ head: HTTPRequestHead, _ peer: SocketAddress?) -> String {
        guard var client = peer?.ipAddress else { return "" }
        guard !blocks.isEmpty, isTrusted(client) else { return client }
        let elements = head.headers[header.rawValue].flatMap { $0.split(separator: ",") }
        for element in elements.reversed() {
            guard let address = address(in: element) else { return client }
            client = address
            if !isTrusted(client) { return client }
        }
        return client
    }

    func isTrusted(_ address: String) -> Bool {
        blocks.contains { $0.contains(address) }
    }

    /// Nil if it is hidden (`unknown`, `_name`) or malformed.
    private func address(in element: Substring) -> String? {
        var text = element.filter { $0 != " " && $0 != "\t" && $0 != "\"" }
        if header == .forwarded {
            let pairs = text.split(separator: ";").map { $0.split(separator: "=", maxSplits: 1) }
            guard let pair = pairs.first(where: { $0.count == 2 && $0[0].lowercased() == "for" }) else { return nil }
            text = String(pair[1])
        }
        if text.hasPrefix("[") {
            text = String(text.dropFirst().prefix { $0 != "]" })
        } else if text.filter({ $0 == ":" }).count == 1 {
            text = String(text.prefix { $0 != ":" })
        }
        return AddressBlock(text) == nil || text.contains("/") ? nil : text
    }
}
