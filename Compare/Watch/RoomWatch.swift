import NIOCore
import NIOPosix

/// Follows a room over one transport for ever: comes back with the last id, after waits that grow, when its connection
/// ends or goes silent.
struct RoomWatch: Sendable {
    enum News: Sendable {
        case event(StreamLog.Event)
        case status(String)
    }

    let endpoint: StreamEndpoint
    let group: any EventLoopGroup
    var patience = FollowerPatience()

    /// What lasts from one connection to the next.
    private struct Course {
        var lastID: String?
        var hasConnected = false
        var patience: FollowerPatience
        var waits: ReturnWaits
    }

    /// Tells all that comes until the room is over or the task is cancelled.
    /// - Throws: when there is no stream at first, or the server breaks its protocol.
    func run(_ tell: (News) -> Void) async throws {
        var course = Course(patience: patience, waits: ReturnWaits(patience))
        while true {
            do {
                if try await follow(&course, tell) { return }
            } catch let error as StreamViolation {
                throw error
            } catch let error as CancellationError {
                throw error
            } catch {
                guard course.hasConnected else { throw error }
                tell(.status("\(error)"))
            }
            try await Task.sleep(for: course.waits.take())
        }
    }

    /// - Returns: whether the room is over.
    private func follow(_ course: inout Course, _ tell: (News) -> Void) async throws -> Bool {
        let transport = endpoint.transport
        let stream = try await ObservedStream.open(course.lastID.map(endpoint.resuming) ?? endpoint, on: group)
        let answer = try await stream.wait(TimeAmount(seconds: patience.connecting)) { $0.isAnswered(transport) }
        guard answer.isStream(transport) else {
            await stream.close()
            if course.hasConnected, answer.head?.status != .notFound {
                tell(.status("reconnecting"))
                return false
            }
            throw BenchError(Self.refusal(answer))
        }
        course.hasConnected = true
        tell(.status("connected"))
        var reader = StreamReader(stream)
        var isOver = false
        while true {
            let news = try await reader.next(within: course.patience.silence)
            if news.leftOut > 0 { tell(.status("events left out")) }
            for event in news.events {
                course.waits.reset()
                if !event.id.isEmpty { course.lastID = event.id }
                isOver = event.name == "close" && event.data == "OK"
                tell(.event(event))
            }
            if let heartbeat = news.heartbeat { course.patience.heartbeat = heartbeat }
            guard news.isSilent || news.isClosed else { continue }
            await stream.close()
            tell(.status(isOver ? "closed" : news.isClosed ? "reconnecting" : "silent, reconnecting"))
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
