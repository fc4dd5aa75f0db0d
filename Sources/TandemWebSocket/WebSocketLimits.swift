public import TandemEngine

/// The bounds of the WebSocket transport.
public struct WebSocketLimits: Sendable {
    /// Bytes of a message, over all its fragments; a larger one is answered with close code 1009. A command takes
    /// less than 200.
    public var messageSize = 64 * 1024
    /// Unicode scalars of a command's `ref`.
    public var refLength = 64
    /// Work on one connection's bytes per turn of the event loop, in bytes; a message counts as 1 KiB more than it has,
    /// a ping as 512 bytes. Some 100 commands, which take well below a millisecond.
    public var turn = 128 * 1024

    /// Commands of one connection; one more is answered with `too-many-requests`. Nobody presses buttons as fast.
    public var commands = RateLimit(perSecond: 50, burst: 200)
    /// Frames of one connection, whatever is in them: pings, fragments, answers to pings, and commands past the limit
    /// above. A peer that sends more floods, and is closed with 1008.
    public var frames = RateLimit(perSecond: 200, burst: 2_000)
    /// Bytes that a message must have for compression to be tried, where a client asked for it. The events of the
    /// contract have 40 to 90, which deflate without a context does not make shorter.
    public var compressionThreshold = 128
    /// The base-2 logarithm of the window that a client is told to use, if it lets itself be told: 1 KiB is more than
    /// all the commands of a session, and bounds what a connection that compresses takes to some 10 KiB.
    public var clientWindowBits = 10

    public init() {}
}
