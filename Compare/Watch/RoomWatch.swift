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
    /// How long the first answer may take.
    var patience = TimeAmount.seconds(10)

    /// Tells all that comes until the room is over or the task is cancelled.
    /// - Throws: when there is no stream at first, or the server breaks its protocol.
    func run(_ tell: (News) -> Void) async throws {
        var lastID: String?
        var hasConnected = false
        while true {
            do {
                let target = lastID.map(endpoint.resuming) ?? endpoint
                if try await follow(target, &lastID, &hasConnected, tell) { return }
            } catch let error as StreamViolation {
                throw error
            } catch let error as CancellationError {
                throw error
            } catch {
                guard hasConnected else { throw error }
                tell(.status("\(error)"))
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// - Returns: whether the room is over.
    private func follow(
        _ target: StreamEndpoint,
        _ lastID: inout String?,
        _ hasConnected: inout Bool,
        _ tell: (News) -> Void
    ) async throws -> Bool {
        let transport = target.transport
        let stream = try await ObservedStream.open(target, on: group)
        let answer = try await stream.wait(patience) { $0.isAnswered(transport) }
        guard answer.isStream(transport) else {
            await stream.close()
            if hasConnected, answer.head?.status != .notFound {
                tell(.status("reconnecting"))
                return false
            }
            throw BenchError(Self.refusal(answer))
        }
        hasConnected = true
        tell(.status("connected"))
        var seen = 0
        while true {
            let log = try await stream.wait(.hours(1)) { [seen] in $0.events.count > seen }
            let news = log.events.after(seen)
            if log.events.count - seen > news.count { tell(.status("events left out")) }
            for event in news {
                if !event.id.isEmpty { lastID = event.id }
                tell(.event(event))
            }
            seen = log.events.count
            guard log.closedAt != nil else { continue }
            await stream.close()
            let isOver = log.events.last.map { $0.name == "close" && $0.data == "OK" } ?? false
            tell(.status(isOver ? "closed" : "reconnecting"))
            return isOver
        }
    }

    private static func refusal(_ log: StreamLog) -> String {
        if log.head?.status == .notFound { return "no such room" }
        if let location = log.redirect { return "redirected to \(location); pass the address that does not redirect" }
        let faults = log.handshakeFaults.isEmpty ? "" : ": \(log.handshakeFaults.joined(separator: "; "))"
        return "no stream, but \(log.answer)\(faults)"
    }
}
