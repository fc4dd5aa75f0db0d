/// Whom a limit is for: an IPv4 address, or the 64 bits of an IPv6 address that one household or machine has.
struct ClientAddress: Hashable, Sendable {
    private let length: Int
    private let bits: UInt64

    /// Stands for all whose address is not known, and for those past ``ClientLimits/addresses``.
    static let others = ClientAddress(length: 0, bits: 0)

    private init(length: Int, bits: UInt64) {
        self.length = length
        self.bits = bits
    }

    /// ``others`` if `text` is no IP address.
    init(_ text: String) {
        guard let address = IPAddress(text) else {
            self = .others
            return
        }
        self.init(length: address.length, bits: UInt64(truncatingIfNeeded: address.bits >> 64))
    }
}
