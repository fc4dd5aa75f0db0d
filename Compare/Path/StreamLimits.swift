import NIOHTTP1

/// How much of a peer the bench takes before it gives the stream up: each limit is far above what any server that means
/// well sends, and keeps one that does not from filling the memory.
enum StreamLimits {
    /// Bytes of one line of an event stream.
    static let line = 64 << 10
    /// Bytes of one event of an event stream, over all its lines.
    static let event = 64 << 10
    /// Bytes of a WebSocket's frame, and of a message over all its fragments.
    static let message = 1 << 20
    /// Bytes of all fields of an answer's head.
    static let head = 64 << 10
    /// Bytes of an answer to a request of the control API.
    static let body = 64 << 10
    /// Bytes of an answer that is no stream, of which the beginning is kept as evidence.
    static let refusal = 2000
    /// The latest events that a stream's log keeps.
    static let events = 1024
    /// Bytes of the events that a stream's log keeps, the latest of which may alone have more.
    static let eventBytes = 1 << 20

    static var decoding: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = head
        limits.maxHeaderListSize = head
        return limits
    }
}

/// What a server did that ends the examination of its stream: more than ``StreamLimits``, or no protocol at all.
struct StreamViolation: Error, Equatable, CustomStringConvertible {
    /// A clause whose subject is the server: "sent a line of more than 64 KiB".
    let act: String

    var description: String { "the server \(act)" }

    init(_ act: String) { self.act = act }

    /// - Parameter bytes: a limit of ``StreamLimits``.
    static func tooLong(_ thing: String, _ bytes: Int) -> StreamViolation {
        StreamViolation("sent \(thing) of more than \(bytes >> 10) KiB")
    }
}
