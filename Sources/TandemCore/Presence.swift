/// How many streams a room has, by the name of the transport.
public struct Presence: Hashable, Sendable {
    public let counts: [String: Int]

    public init(counts: [String: Int]) {
        self.counts = counts
    }

    /// `{"sse":2,"websocket":1}`, in alphabetical order.
    var json: String {
        JSONText.object(counts.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })
    }
}
