import NIOCore
import NIOPosix

/// Follows a room over one transport for ever: comes back after a second, with the last id, as browsers do.
struct RoomWatch: Sendable {
    enum News: Sendable {
        case event(StreamLog.Event)
        case status(String)
    }

    let endpoint: StreamEndpoint
    let group: any EventLoopGroup

    /// Tells all that comes until the room is gone or the task is cancelled.
    func run(_ tell: (News) -> Void) async throws {
        var lastID: String?
        while !Task.isCancelled {
            do {
                let target = lastID.map(endpoint.resuming) ?? endpoint
                if try await follow(target, &lastID, tell) { return }
            } catch {
                tell(.status("\(error)"))
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// - Returns: whether the room is gone.
    private func follow(_ target: StreamEndpoint, _ lastID: inout String?, _ tell: (News) -> Void) async throws -> Bool
    {
        let stream = try await ObservedStream.open(target, on: group)
        var seen = 0
        while true {
            let log = try await stream.wait(.hours(1)) { [seen] in $0.events.count > seen }
            for event in log.events[seen...] {
                if !event.id.isEmpty { lastID = event.id }
                tell(.event(event))
            }
            seen = log.events.count
            guard log.closedAt != nil else { continue }
            await stream.close()
            if log.head?.status == .notFound {
                tell(.status("no such room"))
                return true
            }
            let isOver = log.events.last.map { $0.name == "close" && $0.data == "OK" } ?? false
            tell(.status(isOver ? "closed" : "reconnecting"))
            return isOver
        }
    }
}
