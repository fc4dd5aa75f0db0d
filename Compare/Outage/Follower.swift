/// A client of an outage: how it follows a room.
struct Follower: Codable, Sendable, Hashable {
    enum Conduct: String, Codable, CaseIterable, Sendable {
        /// Watches the heartbeat, comes back by itself and names its last id.
        case resumes
        /// The same, without its last id.
        case startsAnew = "starts-anew"
        /// Comes back, with its last id, only when it is told that the connection has ended: what a page without a watch
        /// does.
        case unwatched
    }

    let code: String
    let transport: StreamTransport
    let conduct: Conduct
}

/// What a follower saw. All times are nanoseconds of the machine's monotonic clock, which all its processes share.
struct FollowerLog: Codable, Sendable {
    struct Event: Codable, Sendable {
        let at: Int64
        let id: String
        let name: String
        let data: String
    }

    /// The most events of one log: an outage of a minute brings some two hundred.
    static let limit = 4096

    let follower: Follower
    var events: [Event] = []
    /// When it knew that its connection was dead, or was told that it had ended.
    var losses: [Int64] = []

    /// Whether its first stream has shown it a whole snapshot.
    var hasSnapshot: Bool { events.contains { $0.name == "remaining-time" } }
}
