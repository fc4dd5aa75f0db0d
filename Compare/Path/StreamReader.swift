import NIOCore

/// Reads a stream piece by piece, and notices when nothing comes: as a script does, by events and `heartbeat` events.
struct StreamReader: Sendable {
    /// What came since the last look.
    struct News: Sendable {
        let events: [StreamLog.Event]
        /// Events that came, but are no longer kept.
        let leftOut: Int
        /// Seconds from one heartbeat to the next, if one has said so.
        let heartbeat: Double?
        /// Neither an event nor a heartbeat came in time.
        let isSilent: Bool
        /// The connection has ended.
        let isClosed: Bool
    }

    /// Milliseconds from one heartbeat to the next that are taken at a server's word.
    private static let intervals = 1.0...3_600_000

    private let stream: ObservedStream
    /// Events, and heartbeats, that were looked at.
    private var seen = 0
    private var beats = 0

    init(_ stream: ObservedStream) { self.stream = stream }

    /// Whether an event has come.
    var hasBegun: Bool { seen > 0 }

    /// Waits for an event or a heartbeat, for at most `seconds`; throws as ``ObservedStream/wait(_:until:)`` does.
    mutating func next(within seconds: Double) async throws -> News {
        let known = (events: seen, beats: beats)
        let log = try await stream.wait(TimeAmount(seconds: seconds)) {
            $0.events.count > known.events || $0.beats.count > known.beats
        }
        (seen, beats) = (log.events.count, log.beats.count)
        let events = Array(log.events.after(known.events))
        return News(
            events: events,
            leftOut: seen - known.events - events.count,
            heartbeat: log.beats.interval.flatMap { Self.intervals.contains($0) ? $0 / 1000 : nil },
            isSilent: (seen, beats) == (known.events, known.beats),
            isClosed: log.closedAt != nil
        )
    }
}
