/// The bounds of the WebSocket transport.
public struct WebSocketLimits: Sendable {
    /// Bytes of a message, over all its fragments; a larger one is answered with close code 1009. A command takes
    /// less than 200.
    public var messageSize = 64 * 1024
    /// Unicode scalars of a command's `ref`.
    public var refLength = 64

    public init() {}
}
