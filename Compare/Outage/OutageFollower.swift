import Foundation
import NIOCore

/// Follows a room as the clients do whose lines are counted: sees events, not comments or pings, which scripts cannot.
actor OutageFollower {
    private(set) var log: FollowerLog
    private let endpoint: StreamEndpoint
    private var patience: FollowerPatience
    private let group: any EventLoopGroup
    private var lastID: String?
    private var waits: ReturnWaits

    init(_ follower: Follower, _ endpoint: StreamEndpoint, _ patience: FollowerPatience, on group: any EventLoopGroup) {
        log = FollowerLog(follower: follower)
        self.endpoint = endpoint
        self.patience = patience
        self.group = group
        waits = ReturnWaits(patience)
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
            try? await Task.sleep(for: waits.take())
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
            connectTimeout: isWatching ? TimeAmount(seconds: patience.connecting) : .minutes(5)
        )
        var reader = StreamReader(stream)
        while !Task.isCancelled {
            // The first bytes belong to the connecting still.
            let limit = reader.hasBegun ? patience.silence : patience.connecting
            let news = try await reader.next(within: isWatching ? limit : 3600)
            for event in news.events { take(event) }
            if let heartbeat = news.heartbeat { patience.heartbeat = heartbeat }
            if news.isSilent || news.isClosed { break }
        }
        await stream.close()
    }

    private func take(_ event: StreamLog.Event) {
        waits.reset()
        if !event.id.isEmpty { lastID = event.id }
        guard log.events.count < FollowerLog.limit else { return }
        log.events.append(
            .init(at: Int64(event.at.uptimeNanoseconds), id: event.id, name: event.name, data: event.data)
        )
    }

    private static var now: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }
}
