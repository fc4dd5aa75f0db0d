/// The waits before a client's attempts to come back.
struct ReturnWaits: Sendable {
    private let first: Double
    private let longest: Double
    private var next: Double

    init(_ patience: FollowerPatience) {
        first = patience.firstWait
        longest = patience.longestWait
        next = patience.firstWait
    }

    /// The wait before the next attempt; the one after it is twice as long.
    mutating func take() -> Duration {
        let wait = next * Double.random(in: 0.5...1.5)
        next = min(next * 2, longest)
        return .seconds(wait)
    }

    /// An event has come.
    mutating func reset() { next = first }
}
