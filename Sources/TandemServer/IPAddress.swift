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
        if let bytes = Self.bytes(AF_INET, text) {
            length = 32
            bits = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } << 96
            return
        }
        guard let bytes = Self.bytes(AF_INET6, text) else { return nil }
        let number = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        let isMapped = number >> 32 == 0xFFFF
        length = isMapped ? 32 : 128
        bits = isMapped ? number << 96 : number
    }

    /// The system's spelling of an IPv6 address, which has many; nil if `text` is none.
    static func version6Spelling(of text: String) -> String? {
        guard let bytes = bytes(AF_INET6, text) else { return nil }
        var spelling = [CChar](repeating: 0, count: longestText + 1)
        guard inet_ntop(AF_INET6, bytes, &spelling, socklen_t(spelling.count)) != nil else { return nil }
        return String(decoding: spelling.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func bytes(_ family: CInt, _ text: String) -> [UInt8]? {
        guard text.utf8.count <= longestText else { return nil }
        var bytes = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }
}
