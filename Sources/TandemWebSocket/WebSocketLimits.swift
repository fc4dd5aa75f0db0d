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

    public init() {}
}
