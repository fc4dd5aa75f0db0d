import CZlib
package import NIOCore

/// Decompresses the messages of one client (RFC 7692, section 7.2.2), piece by piece.
///
/// Takes some 10 KiB and the client's window, from the first compressed message on.
package final class Inflater {
    /// What a sender leaves out at the end of a message: an empty block.
    private static let tail = ByteBuffer(bytes: [0x00, 0x00, 0xFF, 0xFF])
    /// Bytes of room made at a time; so much more than a message's own size may be in memory for it.
    private static let step = 16 * 1024

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

    /// Appends to `message` what `piece` decompresses to.
    /// - Throws: 1009 as soon as `message` has more than `limit` bytes, 1007 if `piece` is no deflate.
    func inflate(_ piece: ByteBuffer, into message: inout ByteBuffer, limit: Int) throws(Violation) {
        var piece = piece
        while true {
            let result = step(&piece, &message, most: min(Self.step, limit - message.readableBytes + 1))
            guard message.readableBytes <= limit else {
                throw Violation(.messageTooBig, "a message has at most \(limit) bytes")
            }
            switch result {
            // A full window of output may have more behind it, even where all input is taken.
            case Z_OK where stream.pointee.avail_out == 0 || piece.readableBytes > 0: continue
            case Z_OK, Z_BUF_ERROR: return
            // A sender may end a block for good; the next one goes on with the same window.
            case Z_STREAM_END:
                inflateResetKeep(stream)
                if piece.readableBytes == 0 { return }
            default: throw Violation(.invalidPayload, "a compressed message that is not deflate")
            }
        }
    }

    /// Appends to `message` what the whole of a compressed message decompresses to.
    package func inflateMessage(
        _ compressed: ByteBuffer,
        into message: inout ByteBuffer,
        limit: Int
    ) throws(Violation) {
        try inflate(compressed, into: &message, limit: limit)
        try finishMessage(into: &message, limit: limit)
    }

    func finishMessage(into message: inout ByteBuffer, limit: Int) throws(Violation) {
        try inflate(Self.tail, into: &message, limit: limit)
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
