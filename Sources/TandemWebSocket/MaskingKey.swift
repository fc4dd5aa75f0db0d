import NIOCore

/// The four bytes with which a client masks a frame's payload (RFC 6455, section 5.3).
struct MaskingKey: Equatable {
    /// The first byte is the most significant.
    private var word: UInt32

    init(_ word: UInt32) {
        self.word = word
    }

    /// The key for the bytes of the payload from `offset` on.
    func rotated(by offset: Int) -> MaskingKey {
        let bits = UInt32(offset & 3) * 8
        return MaskingKey(word << bits | word >> ((32 - bits) & 31))
    }

    /// Appends to `buffer` the payload that `masked` hides, 32 bytes at a time.
    func unmask(_ masked: ByteBuffer, appendingTo buffer: inout ByteBuffer) {
        let count = masked.readableBytes
        let wide = SIMD8<UInt32>(repeating: word.bigEndian)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            masked.withUnsafeReadableBytes { source in
                var index = 0
                while index &+ 32 <= count {
                    let bytes = source.loadUnaligned(fromByteOffset: index, as: SIMD8<UInt32>.self) ^ wide
                    target.storeBytes(of: bytes, toByteOffset: index, as: SIMD8<UInt32>.self)
                    index &+= 32
                }
                while index < count {
                    target[index] = source[index] ^ UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32(index & 3)))
                    index &+= 1
                }
            }
            return count
        }
    }
}
