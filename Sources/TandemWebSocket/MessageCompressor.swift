import CZlib
package import NIOCore
import Synchronization

/// Compresses a server's messages, each by itself (RFC 7692, section 7.2.1, without context takeover), so that one
/// compressed frame is for every receiver with the same window.
///
/// One for all connections and event loops with that window; its 256 KiB are taken with the first message.
package final class MessageCompressor: Sendable {
    package let windowBits: Int
    private let threshold: Int
    private let deflater = Mutex<Deflater?>(nil)

    /// - Parameters:
    ///   - windowBits: the base-2 logarithm of the window, 9 to 15.
    ///   - threshold: bytes that a message must have to be worth an attempt.
    package init(windowBits: Int, threshold: Int) {
        self.windowBits = windowBits
        self.threshold = threshold
    }

    /// Replaces the frame of a whole message, which begins at `start` and ends `buffer`, by its compressed form, if
    /// that is shorter.
    package func compressFrame(at start: Int, in buffer: inout ByteBuffer) {
        guard let first: UInt8 = buffer.getInteger(at: start), let length: UInt8 = buffer.getInteger(at: start + 1)
        else { return }
        let header = length < 126 ? 2 : length == 126 ? 4 : 10
        let count = buffer.writerIndex - start - header
        guard count >= threshold, let payload = buffer.getSlice(at: start + header, length: count),
            let compressed = deflate(payload)
        else { return }
        buffer.moveWriterIndex(to: start)
        FrameWriter.write(firstByte: first | 0x40, compressed.readableBytesView, into: &buffer)
    }

    private func deflate(_ payload: ByteBuffer) -> ByteBuffer? {
        deflater.withLock { deflater in
            if deflater == nil { deflater = Deflater(windowBits: windowBits) }
            return deflater?.deflate(payload)
        }
    }
}

/// zlib's side of ``MessageCompressor``.
private final class Deflater {
    /// The empty block that ends a flush and that a message leaves out.
    private static let tailLength = 4

    /// zlib finds its state through the address, so the stream has one of its own.
    private let stream: UnsafeMutablePointer<z_stream>

    init?(windowBits: Int) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Negative is raw deflate; 8 is zlib's default of memory.
        let isReady = deflateInit2_(
            stream,
            Z_DEFAULT_COMPRESSION,
            Z_DEFLATED,
            -Int32(windowBits),
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard isReady == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Nil if the result would not be shorter.
    func deflate(_ payload: ByteBuffer) -> ByteBuffer? {
        deflateReset(stream)
        var compressed = ByteBuffer()
        let room = payload.readableBytes + Self.tailLength
        let isWhole = payload.withUnsafeReadableBytes { input in
            var isWhole = false
            compressed.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { output in
                // zlib only reads the input, whatever its pointer's type says.
                let bytes = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes)
                stream.pointee.avail_in = UInt32(clamping: input.count)
                stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(clamping: room)
                let result = CZlib.deflate(stream, Z_SYNC_FLUSH)
                isWhole = result == Z_OK && stream.pointee.avail_in == 0 && stream.pointee.avail_out > 0
                return room - Int(stream.pointee.avail_out)
            }
            return isWhole
        }
        guard isWhole, compressed.readableBytes < room else { return nil }
        return compressed.getSlice(at: compressed.readerIndex, length: compressed.readableBytes - Self.tailLength)
    }
}
