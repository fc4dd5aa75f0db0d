import Foundation
import NIOCore

/// Follows a room as the clients do whose lines are counted: sees events, not comments or pings, which scripts cannot.
actor OutageFollower {
    private(set) var log: FollowerLog
    private let endpoint: StreamEndpoint
    private var patience: FollowerPatience
    private let group: any EventLoopGroup
    private var lastID: String?
    private var wait: Double

    init(_ follower: Follower, _ endpoint: StreamEndpoint, _ patience: FollowerPatience, on group: any EventLoopGroup) {
        log = FollowerLog(follower: follower)
        self.endpoint = endpoint
        self.patience = patience
        self.group = group
        wait = patience.firstWait
    }

    /// Ends when its task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                try await followOnce()
            } catch {
                // What went wrong is of no matter: it comes back.
            }
            log.losses.append(Self.now)
            try? await Task.sleep(for: .seconds(wait * Double.random(in: 0.5...1.5)))
            wait = min(wait * 2, patience.longestWait)
        }
    }

    /// Until the connection has ended, or must be dead.
    private func followOnce() async throws {
        var endpoint = endpoint
        if log.follower.conduct != .startsAnew, let lastID { endpoint = endpoint.resuming(after: lastID) }
        let isWatching = log.follower.conduct != .unwatched
        let stream = try await ObservedStream.open(
            endpoint,
            on: group,
            // Without a watch of its own, a client waits for as long as the system does.
            connectTimeout: isWatching ? Self.time(patience.connecting) : .minutes(5)
        )
        var seen = 0
        var beats = 0
        while !Task.isCancelled {
            let known = (events: seen, beats: beats)
            // The first bytes belong to the connecting still.
            let limit = seen == 0 ? patience.connecting : 2 * patience.heartbeat + patience.margin
            let current = try await stream.wait(isWatching ? Self.time(limit) : .hours(1)) {
                $0.events.count > known.events || $0.beats.count > known.beats
            }
            for event in current.events.after(seen) { take(event) }
            if let interval = current.beats.interval { patience.heartbeat = interval / 1000 }
            (seen, beats) = (current.events.count, current.beats.count)
            guard (seen, beats) != (known.events, known.beats), current.closedAt == nil else { break }
        }
        await stream.close()
    }

    private func take(_ event: StreamLog.Event) {
        wait = patience.firstWait
        if !event.id.isEmpty { lastID = event.id }
        guard log.events.count < FollowerLog.limit else { return }
        log.events.append(
            .init(at: Int64(event.at.uptimeNanoseconds), id: event.id, name: event.name, data: event.data)
        )
    }

    private static func time(_ seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }

    private static var now: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }
}
