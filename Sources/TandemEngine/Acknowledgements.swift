import NIOCore
import TandemCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the peer of a TCP connection has acknowledged, as its system does, whether or not anybody reads there.
///
/// It tells a network that has vanished from a peer that is slow: the first acknowledges nothing, the second does.
struct Acknowledgements: Sendable {
    /// Since the last acknowledgement, one of a keepalive probe included.
    var age: Milliseconds
    /// Whether one is to come: for bytes, or for a probe.
    var isAwaited: Bool
    /// Bytes acknowledged since the connection was opened.
    var bytes: UInt64
}

#if os(Linux)
extension Acknowledgements {
    /// Where `struct tcp_info` of `linux/tcp.h` has what is read here. The C library's copy of it ends before the last.
    private enum Offset {
        static let probes = 3
        static let unacked = 24
        static let lastAckReceived = 56
        static let bytesAcked = 120
        static let end = 128
    }

    /// Nil if `descriptor` is no TCP socket, or the kernel is older than Linux 4.1.
    init?(of descriptor: NIOBSDSocket.Handle) {
        let read = withUnsafeTemporaryAllocation(byteCount: Offset.end, alignment: 8) { info -> Self? in
            var size = socklen_t(info.count)
            guard getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_INFO, info.baseAddress, &size) == 0 else { return nil }
            guard size >= info.count else { return nil }
            let probes = info.load(fromByteOffset: Offset.probes, as: UInt8.self)
            let unacked = info.load(fromByteOffset: Offset.unacked, as: UInt32.self)
            return Self(
                age: Milliseconds(Int64(info.load(fromByteOffset: Offset.lastAckReceived, as: UInt32.self))),
                isAwaited: unacked > 0 || probes > 0,
                bytes: info.load(fromByteOffset: Offset.bytesAcked, as: UInt64.self)
            )
        }
        guard let read else { return nil }
        self = read
    }
}
#else
extension Acknowledgements {
    init?(of descriptor: NIOBSDSocket.Handle) { nil }
}
#endif
