import NIOCore
import TandemCore
import TandemEngine

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The socket options by which a network that vanished without a word is noticed, all derived from the heartbeat.
///
/// Linux's own defaults hide that for a quarter of an hour, and after a return of the network they may wait two minutes
/// before they send anything. Set on the listening socket; accepted ones inherit them.
struct SilentPeerOptions {
    /// How long bytes may stay unacknowledged (RFC 5482). The engine closes a stream a little sooner; this bounds what is
    /// left in the kernel after that, and every connection that is no stream. Milliseconds, from 3,000 on, since one lost
    /// segment may take a second.
    let userTimeout: Int
    /// From the last acknowledgement to a probe while there is nothing to send: twice within a heartbeat somebody is
    /// asked, so that an idle stream's end, too, is known closely enough. Whole seconds.
    let probeInterval: Int
    /// From one retransmission to the next: after an outage the first bytes come within this. Milliseconds, from 1,000 on.
    let retransmission: Int

    init(_ limits: EngineLimits) {
        let heartbeat = max(limits.heartbeat, Milliseconds(1))
        let span = max(heartbeat * limits.silentHeartbeats, .seconds(3))
        userTimeout = Int(min(span.count, Int64(Int32.max)))
        probeInterval = Int(min((heartbeat.count + 1_999) / 2_000, 32_767))
        retransmission = Int(min(max(heartbeat.count / 5, 1_000), 3_000))
    }

    /// Sets them; to be called on the channel's event loop.
    /// - Returns: whether ``retransmission`` is bounded, too, which Linux can since 6.15. Before, the retransmissions of a
    ///   long outage are up to twice its length apart.
    func set(on channel: any Channel) throws -> Bool {
        #if os(Linux)
        guard let options = channel.syncOptions else { return false }
        func set(_ option: CInt, _ value: Int) throws {
            try options.setOption(.tcpOption(.init(rawValue: option)), value: value)
        }
        try set(TCP_USER_TIMEOUT, userTimeout)
        try options.setOption(.socketOption(.so_keepalive), value: 1)
        try set(TCP_KEEPIDLE, probeInterval)
        try set(TCP_KEEPINTVL, probeInterval)
        return (try? set(Self.retransmissionOption, retransmission)) != nil
        #else
        return false
        #endif
    }

    /// `TCP_RTO_MAX_MS` of `linux/tcp.h`, which the C library's headers do not have.
    private static let retransmissionOption: CInt = 44
}
