public import TandemEngine

/// The bounds of the WebSocket transport.
public struct WebSocketLimits: Sendable {
    /// Bytes of a message, over all its fragments, decompressed; a larger one is answered with close code 1009. Most
    /// commands have less than 200. Sixteen names of 32 characters, all of them escaped, have 6 KiB.
    public var messageSize = 8 * 1024
    /// Values of a message: commas outside of its strings. The largest command has some 20. Reading 8 KiB that are full
    /// of values takes 2 ms, and so few of them 0.2 ms at most.
    public var values = 128
    /// Unicode scalars of a command's `ref`.
    public var refLength = 64
    /// Work on one connection's bytes per turn of the event loop, in bytes, decompressed. A message counts as 1 KiB more
    /// than it has, a ping as 512 bytes, a fragment as 256. A command takes 10 µs to read and some 20 µs to carry out
    /// and answer, so this is 15 commands in half a millisecond.
    public var turn = 16 * 1024

    /// Messages of one connection, refused and unreadable ones too; one more is answered with `too-many-requests`,
    /// unread. Nobody presses buttons as fast.
    public var commands = RateLimit(perSecond: 50, burst: 200)
    /// Frames of one connection, whatever is in them: pings, fragments, answers to pings, and commands past the limit
    /// above. A peer that sends more floods, and is closed with 1008.
    public var frames = RateLimit(perSecond: 200, burst: 2_000)
    /// Bytes that a message must have for compression to be tried, where a client asked for it. The events of the
    /// contract have 40 to 90, which deflate without a context does not make shorter.
    public var compressionThreshold = 128
    /// The base-2 logarithm of the window that a client is told to use, if it accepts a limit: 1 KiB is more than all
    /// the commands of a session.
    ///
    /// What a compressing connection takes: such a client's window and zlib's state, together 8 KiB, from its
    /// first compressed message on. Any other client is told to take no context over, so it takes nothing between its
    /// messages, and during one zlib's state and a window of at most ``messageSize``, together 15 KiB.
    public var clientWindowBits = 10

    public init() {}
}
