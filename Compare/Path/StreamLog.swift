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
    var events: [Event] = []
    /// Comments of SSE, pings and pongs of a WebSocket.
    var heartbeats: [NIODeadline] = []
    var pongs = 0
    /// Replies to commands on a WebSocket.
    var replies = 0
    var lastByteAt: NIODeadline
    var closedAt: NIODeadline?
    /// The peer said on purpose that this is the end.
    var wasClosedOnPurpose = false
    /// The beginning of a body that is no stream.
    var refusal = ""

    /// Whether a stream has begun.
    func isStream(_ transport: StreamTransport) -> Bool {
        switch transport {
        case .sse:
            head?.status == .ok && head?.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true
        default: head?.status == .switchingProtocols
        }
    }

    /// The answer in a few words, for evidence.
    var answer: String {
        guard let head else { return closedAt == nil ? "no answer" : "closed without an answer" }
        let type = head.headers.first(name: "content-type").map { " \($0)" } ?? ""
        return "\(head.status.code) \(head.status.reasonPhrase)\(type)"
    }
}
