public import TandemCore
public import TandemEngine
public import TandemWebSocket

/// All settings of a server, each with its default.
public struct ServerConfiguration: Sendable {
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// The TCP port to listen on; 0 takes a free one.
    public var port = 8080
    /// Under which path the room routes are served, besides the root.
    public var basePath = "/api"
    /// ``basePath`` as it stands before a route: a slash before each segment and none behind, empty for the root.
    public var routePrefix: String { basePath.split(separator: "/").map { "/\($0)" }.joined() }
    public var allowedOrigins = OriginPolicy.sameOrigin
    /// The host names that the server answers to; a request for another gets 421, except for its health.
    public var allowedHosts = HostPolicy.any
    /// With which this instance's codes begin; codes that begin otherwise are another instance's. None by itself.
    public var instancePrefix: InstancePrefix?
    /// Whose word about a client's address is taken.
    public var trustedProxies = TrustedProxies()
    public var http = HTTPLimits()
    public var clients = ClientLimits()
    /// Connections at once; one more is answered with 503. Each is a descriptor, so fewer than the process may have.
    public var connections = Int.max
    public var engine = EngineLimits()
    public var webSocket = WebSocketLimits()
    /// Whether permessage-deflate is agreed to where a client offers it. Off: the contract's events are too short to
    /// become shorter, and every client that compresses its commands takes some 10 KiB.
    public var webSocketCompression = false
    /// Bytes that the system may hold for a peer before it has sent them; what is beyond waits in the engine, which
    /// leaves out ticks and closes a stream that is not read. With 1, one write is taken when all before it has been
    /// sent, whatever its size. After an outage of 30 s there come the two ticks that were on their way when it began; with
    /// 16 KiB there came 54. The system's own bound are megabytes.
    public var unsentBytes = 1
    /// Bytes that the system may hold of what a client sent and the server has not read. A request has at most 32 KiB.
    public var unreadSocketBytes = 32 * 1024
    /// Bytes that may wait for a peer to read before nothing more is read from it, and at which it may go on.
    public var unreadBytes = 1024...4096
    /// How long streams and commands may take to end at a shutdown, before connections are cut.
    public var drainTimeout = Milliseconds.seconds(10)

    public init() {}
}
