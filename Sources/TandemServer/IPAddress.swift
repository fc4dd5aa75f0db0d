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
        // In network order.
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            length = 32
            bits = Self.number(bytes[..<4]) << 96
            return
        }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        let number = Self.number(bytes[...])
        let isMapped = number >> 32 == 0xFFFF
        length = isMapped ? 32 : 128
        bits = isMapped ? number << 96 : number
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt128 {
        bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }
}
