#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whom a limit is for: an IPv4 address, or the 64 bits of an IPv6 address that one household or machine has.
struct ClientAddress: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// Stands for all whose address is not known, and for those past ``ClientLimits/addresses``.
    static let others = ClientAddress(high: 0, low: 0)

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// ``others`` if `text` is no IP address.
    init(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(ipv4: UInt32(bigEndian: four.s_addr))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else {
            self = .others
            return
        }
        self = withUnsafeBytes(of: six) { Self(ipv6: $0) }
    }

    private init(ipv4 address: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(address))
    }

    /// - Parameter bytes: 16, in network order. An IPv4 address written as an IPv6 one (`::ffff:10.0.0.1`) is IPv4.
    private init(ipv6 bytes: UnsafeRawBufferPointer) {
        let high = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let isMapped = high == 0 && low >> 32 == 0xFFFF
        self.init(high: high, low: isMapped ? low : high == 0 ? low : 0)
    }
}
