import CZlib
package import NIOCore

/// Decompresses the messages of one client (RFC 7692, section 7.2.2), piece by piece.
///
/// Takes some 8 KiB and the window, from the first byte of a compressed message to its end; from then on, too, if the
/// client refers to earlier messages.
package final class Inflater {
    /// What a sender leaves out at the end of a message: an empty block.
    static let tail = ByteBuffer(bytes: [0x00, 0x00, 0xFF, 0xFF])
    /// Bytes of room made at a time; so much more than a message's own size may be in memory for it. Making them takes
    /// some 50 µs.
    static let step = 16 * 1024

    /// zlib finds its state through the address, so the stream has one of its own.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil if there is no memory for it.
    package init?(windowBits: Int) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Negative is raw deflate. A window larger than the sender's does no harm.
        let bits = -Int32(max(windowBits, 9))
        guard inflateInit2_(stream, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Appends to `message` at most ``step`` bytes of what `piece` decompresses to, and takes what that used of `piece`.
    /// - Returns: whether there is more to come of `piece`.
    /// - Throws: 1009 as soon as `message` has more than `limit` bytes, 1007 if `piece` is no deflate.
    func step(_ piece: inout ByteBuffer, into message: inout ByteBuffer, limit: Int) throws(Violation) -> Bool {
        let result = step(&piece, &message, most: min(Self.step, limit - message.readableBytes + 1))
        guard message.readableBytes <= limit else {
            throw Violation(.messageTooBig, "a message has at most \(limit) bytes")
        }
        switch result {
        // A full window of output may have more behind it, even where all input is taken.
        case Z_OK: return stream.pointee.avail_out == 0 || piece.readableBytes > 0
        case Z_BUF_ERROR: return false
        // A sender may end a block for good; the next one goes on with the same window.
        case Z_STREAM_END:
            inflateResetKeep(stream)
            return piece.readableBytes > 0
        default: throw Violation(.invalidPayload, "a compressed message that is not deflate")
        }
    }

    /// Appends to `message` what the whole of a compressed message decompresses to.
    package func inflateMessage(
        _ compressed: ByteBuffer,
        into message: inout ByteBuffer,
        limit: Int
    ) throws(Violation) {
        var rest = compressed
        rest.writeImmutableBuffer(Self.tail)
        while try step(&rest, into: &message, limit: limit) {}
    }

    private func step(_ piece: inout ByteBuffer, _ message: inout ByteBuffer, most: Int) -> Int32 {
        var result = Z_OK
        piece.readWithUnsafeReadableBytes { input in
            message.writeWithUnsafeMutableBytes(minimumWritableBytes: most) { output in
                // zlib only reads the input, whatever its pointer's type says.
                let bytes = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes)
                stream.pointee.avail_in = UInt32(clamping: input.count)
                stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(most)
                result = CZlib.inflate(stream, Z_SYNC_FLUSH)
                return most - Int(stream.pointee.avail_out)
            }
            return min(input.count, Int(UInt32.max)) - Int(stream.pointee.avail_in)
        }
        return result
    }
}
