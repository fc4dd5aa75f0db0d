public import TandemEngine

/// What one client address may take, so that nobody takes it from the others: default and reason of each bound.
///
/// A client is an IPv4 address or the /64 of an IPv6 address, the forwarded one behind trusted proxies. Behind a NAT that
/// is a whole class or office; the defaults let a hundred people work there.
public struct ClientLimits: Sendable {
    /// Streams at once. One for each tab at worst, a few for each person.
    public var streams = 1_000
    /// New rooms. Everybody in a class opens one in the same minute; a script that fills the server is slowed to a
    /// rate at which rooms expire faster than they come.
    public var newRooms = RateLimit(perMinute: 30, burst: 300)
    /// Codes of no room. A few are typed wrong; past the limit an address may use only the rooms that it has used
    /// before, so that codes cannot be guessed.
    public var unknownCodes = RateLimit(perMinute: 30, burst: 300)
    /// New connections. After a restart everybody returns at once, each browser with a few.
    public var connections = RateLimit(perSecond: 100, burst: 1_000)
    /// Connections at once that are no streams: a browser keeps up to six.
    public var idleConnections = 1_000
    /// Addresses that are told apart, twice as many as streams. Each takes some 200 bytes while it uses any of the
    /// above, and up to 2 KiB with the codes that it used. Addresses past these share one set of limits.
    public var addresses = 400_000
    /// Codes that are remembered for an address that has used them.
    public var knownCodes = 64

    public init() {}

    /// No limits; for a server that only trusted programs reach, such as a bench.
    public static var unlimited: ClientLimits {
        var limits = ClientLimits()
        limits.streams = .max / 2
        limits.idleConnections = .max / 2
        limits.newRooms = .unlimited
        limits.unknownCodes = .unlimited
        limits.connections = .unlimited
        return limits
    }
}
