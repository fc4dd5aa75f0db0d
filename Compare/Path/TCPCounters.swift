import Foundation
import NIOCore

/// What the kernel has counted on one TCP connection (`TCP_INFO`, tcp(7)), seen from the client.
///
/// Its own counters and not an interface's: they count this connection and nothing else that the machine does.
struct TCPCounters: Sendable, Equatable {
    /// Of IPv4 and TCP, and TCP's timestamps where they are in use.
    private let headerBytes: Int
    private let received: (bytes: Int, segments: Int)
    private let sent: (bytes: Int, segments: Int)

    /// Payload bytes both ways.
    var applicationBytes: Int { received.bytes + sent.bytes }
    /// Bytes of IP packets both ways: payload, headers, and the acknowledgements, which have nothing but headers. The
    /// options of the handshake's two packets are not in.
    var wireBytes: Int { applicationBytes + (received.segments + sent.segments) * headerBytes }
    var segments: Int { received.segments + sent.segments }

    init?(of descriptor: NIOBSDSocket.Handle) {
        // Laid out as in linux/tcp.h; the C library's own struct ends before these members.
        var info = [UInt8](repeating: 0, count: 256)
        var length = socklen_t(info.count)
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), 11 /* TCP_INFO */, &info, &length) == 0, length >= 208 else {
            return nil
        }
        self.init(info)
    }

    /// - Parameter info: a `struct tcp_info` of at least 208 bytes.
    init(_ info: [UInt8]) {
        let hasTimestamps = info[5] & 1 != 0
        headerBytes = 20 + 20 + (hasTimestamps ? 12 : 0)
        func number<Value: FixedWidthInteger>(_ offset: Int, _: Value.Type) -> Int {
            info.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: offset, as: Value.self)) }
        }
        received = (number(128, UInt64.self), number(140, UInt32.self))
        sent = (number(200, UInt64.self), number(136, UInt32.self))
    }

    static func == (left: TCPCounters, right: TCPCounters) -> Bool {
        left.received == right.received && left.sent == right.sent && left.headerBytes == right.headerBytes
    }
}
