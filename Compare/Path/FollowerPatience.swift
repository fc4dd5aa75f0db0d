/// What a client that follows a room assumes of heartbeats, and how long it waits.
struct FollowerPatience: Codable, Sendable {
    /// Seconds from one heartbeat to the next, until one says otherwise.
    var heartbeat = 15.0
    /// Seconds beyond two heartbeats without an event, after which the connection is dead.
    var margin = 5.0
    /// Seconds for a connection to be opened.
    var connecting = 10.0
    /// Seconds before the first attempt to come back; doubled for each further one up to ``longestWait``, and each
    /// between half of it and half as much again.
    var firstWait = 1.0
    var longestWait = 30.0

    /// Seconds without an event or a heartbeat, after which the connection is dead.
    var silence: Double { 2 * heartbeat + margin }
}
