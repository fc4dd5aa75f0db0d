import NIOCore
import NIOHTTP1

/// What came over one connection so far, and when.
struct StreamLog: Sendable {
    struct Event: Sendable, Equatable {
        let at: NIODeadline
        let id: String
        let name: String
        let data: String
    }

    var head: HTTPResponseHead?
    var headAt: NIODeadline?
    var events = RecentEvents()
    /// Comments and `heartbeat` events of SSE, pings of a WebSocket.
    var heartbeats = 0
    var pongs = 0
    /// Replies to commands on a WebSocket.
    var replies = 0
    var lastByteAt: NIODeadline
    var closedAt: NIODeadline?
    /// The peer said on purpose that this is the end.
    var wasClosedOnPurpose = false
    /// The beginning of a body that is no stream.
    var refusal = ""
    /// What is wrong with a `101` that should have opened a WebSocket.
    var handshakeFaults: [String] = []
    /// Why the stream was given up.
    var violation: StreamViolation?
    /// `heartbeat` events, the heartbeats that scripts see, and the interval in the last one, in milliseconds.
    private(set) var beats: (count: Int, interval: Double?) = (0, nil)

    mutating func hear(beat interval: String) {
        beats.count += 1
        beats.interval = Double(interval) ?? beats.interval
    }

    /// Whether a stream has begun.
    func isStream(_ transport: StreamTransport) -> Bool {
        switch transport {
        case .sse:
            head?.status == .ok
                && head?.headers.first(name: "content-type")?.lowercased().hasPrefix("text/event-stream") == true
        default: head?.status == .switchingProtocols && handshakeFaults.isEmpty
        }
    }

    /// Whether the answer is known as far as it will be: that a stream has begun, or what came in its place.
    func isAnswered(_ transport: StreamTransport) -> Bool {
        head != nil && (isStream(transport) || closedAt != nil)
    }

    /// Where the server sends the client instead of answering, if it does.
    var redirect: String? {
        guard let head, (300..<400).contains(head.status.code) else { return nil }
        return head.headers.first(name: "location")
    }

    /// The answer in a few words, for evidence.
    var answer: String {
        guard let head else { return closedAt == nil ? "no answer" : "closed without an answer" }
        let type = head.headers.first(name: "content-type").map { " \($0)" } ?? ""
        return "\(head.status.code) \(head.status.reasonPhrase)\(type)"
    }
}
