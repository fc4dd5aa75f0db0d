package import NIOCore

/// What a connection's messages mean, and how it is written to: the handler of frames knows nothing of either.
///
/// Confined to the connection's event loop.
package protocol WebSocketApplication: AnyObject {
    /// A frame is here; called before what it means is.
    /// - Throws: if the peer sends too many.
    func admit() throws(Violation)

    /// - Throws: if the connection must be failed.
    func receive(_ message: WebSocketMessage) throws(Violation)

    /// The peer answered a ping.
    func receivePong()

    /// Writes whole frames to the peer.
    func send(_ frames: ByteBuffer)

    /// The connection is at its end: nothing may be written any more.
    /// - Returns: false if a close frame has been sent before.
    func stop() -> Bool

    /// The peer broke a rule, and the connection is failed; for the log.
    func failed(_ violation: Violation)

    /// The connection has closed. The last call.
    func closed()
}
