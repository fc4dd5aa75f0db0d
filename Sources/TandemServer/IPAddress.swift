#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An IP address by its bits. An IPv4 address that is written as an IPv6 one (`::ffff:10.0.0.1`) is IPv4.
struct IPAddress: Hashable, Sendable {
    /// Bits of an address of its version: 32 or 128.
    let length: Int
    /// The address in the highest of them.
    let bits: UInt128

    /// The longest text of an IPv6 address, with an IPv4 address at its end.
    private static let longestText = 45

    /// Fails unless `text` is an address as `inet_pton` reads it.
    init?(_ text: String) {
        guard text.utf8.count <= Self.longestText else { return nil }
        var version4 = in_addr()
        if inet_pton(AF_INET, text, &version4) == 1 {
            length = 32
            bits = UInt128(UInt32(bigEndian: version4.s_addr)) << 96
            return
        }
        var version6 = in6_addr()
        guard inet_pton(AF_INET6, text, &version6) == 1 else { return nil }
        let number = withUnsafeBytes(of: &version6) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
        let isMapped = number >> 32 == 0xFFFF
        length = isMapped ? 32 : 128
        bits = isMapped ? number << 96 : number
    }
}
