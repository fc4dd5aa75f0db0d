package import NIOCore

/// A whole message (RFC 6455, section 5.6).
package struct WebSocketMessage: Equatable {
    package enum Kind {
        /// Valid UTF-8.
        case text
        case binary
    }

    package let kind: Kind
    package let bytes: ByteBuffer

    package init(kind: Kind, bytes: ByteBuffer) {
        self.kind = kind
        self.bytes = bytes
    }

    /// The message as a server's frame.
    package var frame: ByteBuffer {
        var buffer = ByteBuffer()
        FrameWriter.write(kind == .text ? .text : .binary, bytes.readableBytesView, into: &buffer)
        return buffer
    }
}
