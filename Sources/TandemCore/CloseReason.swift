/// Why the server ends a stream: the data of a `close` event.
public enum CloseReason: String, Hashable, Sendable {
    /// The room or its streams were closed by request: do not reconnect.
    case ok = "OK"
    /// The stream reached its longest lifetime: reconnect, and go on by id.
    case lifetime
    /// The server is shutting down: reconnect after the time it names.
    case shutdown
}
