package import TandemCore

/// A handler of a stream's inbound bytes that may hold on to what its peer does not finish.
package protocol InboundProgress: AnyObject {
    /// Closes the connection if something that the peer began is unfinished for longer than `stallTime`. Called with
    /// every heartbeat, so that a peer is given up to a heartbeat interval more.
    func checkProgress(at now: MonotonicInstant, stallTime: Milliseconds)
}
