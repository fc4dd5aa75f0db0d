/// An IP address, or all that share its first bits (RFC 4632): `10.0.0.0/8`, `::1`.
public struct AddressBlock: Hashable, Sendable {
    private let first: IPAddress
    private let prefixLength: Int

    /// Fails unless `text` is an IPv4 or IPv6 address, with or without the length of a prefix behind a slash.
    public init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let first = IPAddress(String(decoding: parts[0], as: UTF8.self)) else { return nil }
        self.first = first
        switch parts.count {
        case 1: prefixLength = first.length
        case 2:
            let length = Int(String(decoding: parts[1].prefix(4), as: UTF8.self))
            guard let length, (0...first.length).contains(length) else { return nil }
            prefixLength = length
        default: return nil
        }
    }

    /// Whether `address` is in the block; false if it is no IP address.
    public func contains(_ address: String) -> Bool {
        IPAddress(address).map(contains) ?? false
    }

    func contains(_ address: IPAddress) -> Bool {
        address.length == first.length && (address.bits ^ first.bits) >> (128 - prefixLength) == 0
    }
}
