import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
    /// How many bytes a TCP socket takes beyond what it has sent: past that, `send(2)` says that it would block.
    ///
    /// Unlike the size of the send buffer it leaves to the system what is on its way, and so the throughput.
    static var unsentBytes: Self { .tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)) }
}
