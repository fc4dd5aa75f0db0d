public import TandemCore

/// Every bound of the engine in one place: unit, default and reason.
public struct EngineLimits: Sendable {
    /// Rooms at once. A room without subscribers takes about 1.6 KiB, so the default is some 160 MiB. One with the
    /// longest names and a full history takes up to 30 KiB.
    public var rooms = 100_000
    /// Streams of one room, all transports together. A room is a team or an audience, not a broadcast station.
    public var streamsPerRoom = 10_000
    /// Streams of all rooms together.
    public var streams = 200_000
    /// Transitions kept per room for resume. A handful happen per room and hour.
    public var history = 128
    /// Bytes, as UTF-8, of the names in the transitions kept per room; past them the oldest are dropped first. Enough for
    /// 128 transitions with three names of 20 bytes each. Without it, 128 transitions with the longest names would take
    /// 48 KiB.
    public var historyBytes = 8 * 1024
    /// A room is forgotten this long after it was last used: watched, asked for or commanded.
    public var roomExpiry = Milliseconds.hours(24)
    /// From a change of who is connected to the `presence` that tells it. At most one is sent in this time, so that a
    /// storm of n streams into one room costs each of them a message a second and not n messages.
    public var presenceDelay = Milliseconds.seconds(1)
    /// From one heartbeat to the next on a stream. Below the 60 s after which nginx and load balancers cut idle
    /// connections, with room for one lost in a stall. A client counts on ``usualHeartbeat`` until it is told another, so
    /// any other is told with the snapshot.
    public var heartbeat = EngineLimits.usualHeartbeat
    public static let usualHeartbeat = Milliseconds.seconds(15)
    /// How long a stream of a transport that bounds it lives; zero is for ever. Long enough to be rare, short enough
    /// that connections spread again over instances after a deploy.
    public var streamLifetime = Milliseconds.minutes(20)
    /// The part of a lifetime by which streams are cut short at random, so that a crowd does not return at once.
    public var lifetimeJitter = 0.1
    /// Heartbeats after which a peer that acknowledges nothing, or takes nothing of what waits for it, is gone.
    /// ``silence`` is the time that comes of it.
    public var silentHeartbeats: Int64 = 3
    /// Heartbeats without an answer after which a peer that must answer is gone.
    public var unansweredHeartbeats = 2
    /// Writes that may wait for a subscriber that does not read; past them it is closed and resumes by id. More than
    /// the commands that a client may send at once, so that the answers to all of them find place, and some 30 KiB.
    public var pendingWrites = 256
    /// How long a client may take to finish a message that it began, or to read the answer to a request; after that its
    /// connection is closed. Longer than a phone's change of network, short enough to bound what the dead cost.
    public var stallTime = Milliseconds.seconds(30)
    /// How long a peer has to complete a closing handshake before its connection is closed.
    public var closingHandshake = Milliseconds.seconds(5)
    /// At a shutdown clients are told to reconnect after a time at random up to this.
    public var reconnectSpread = Milliseconds.seconds(5)
    /// Commands to one room, from all its members together, over HTTP and in-band: what a flood costs everybody who
    /// watches. A whole audience may press at once. Over HTTP there is no limit per connection, since behind a proxy
    /// one connection carries the requests of many people.
    public var roomCommands = RateLimit(perSecond: 200, burst: 1_000)
    /// From one `remaining-time` to the next; 1 s in the contract, less only to make a bench shorter.
    public var tickInterval = Milliseconds.seconds(1)

    public init() {}

    /// How long a peer may acknowledge nothing, or take nothing of what waits for it, before its stream is closed and
    /// resumes by id: ``silentHeartbeats``, less the time until the others are told, so that a peer whose network is
    /// gone leaves `presence` within them. A network that is away for two heartbeats, and back, loses no stream. At
    /// least 2 s, since one lost segment may take as long.
    var silence: Milliseconds {
        let untilTold = presenceDelay + Milliseconds(500)
        return max(heartbeat * silentHeartbeats - untilTold, heartbeat * (silentHeartbeats - 1), .seconds(2))
    }

    var historyLimit: RoomHistory.Limit {
        RoomHistory.Limit(transitions: history, nameBytes: historyBytes)
    }
}
