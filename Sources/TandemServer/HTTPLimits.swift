public import TandemCore

/// The bounds of the HTTP side: unit, default and reason.
public struct HTTPLimits: Sendable {
    /// Bytes of a request body. The largest the contract knows has some 300.
    public var bodySize = 16 * 1024
    /// Bytes of a request's target. RFC 9112, section 3, wants 8,000 of the whole line at least; the longest of the
    /// contract has some 60.
    public var targetSize = 8 * 1024
    /// Bytes of request line and header fields together.
    public var headSize = 16 * 1024
    /// From a request's first byte (on a new connection: from its opening) to its last. A slow sender is cut off.
    public var requestTime = Milliseconds.seconds(10)
    /// How long a kept-alive connection may wait for its next request. Longer than what a proxy or balancer before it
    /// has, so that it closes first and never sends into a connection that is closing: nginx and most balancers have
    /// 60 s, Google's has 600 s.
    public var idleTime = Milliseconds.seconds(75)
    /// How long a client may go on sending a request that is refused already. To close on it would reset the connection,
    /// and take the answer from it (RFC 9112, section 9.6).
    public var lingerTime = Milliseconds.seconds(3)
    /// Bytes that such a client may still send.
    public var lingerSize = 8 * 1024 * 1024
    /// Bytes of what a client sent ahead that the parser gets at once: a few requests, since parsed they take a hundred
    /// times as much.
    public var pieceSize = 2 * 1024
    /// Bytes that a client may send ahead. More than the system holds for a socket, which is read whole when the client
    /// closes its half.
    public var heldSize = 256 * 1024

    public init() {}
}
