import NIOCore

/// What the bench's streams received: counts, and when ticks came. Confined to the client's event loop.
final class StreamRecord {
    /// A tick that came: of which room, and when, less the time that the schedule has for it.
    private struct Arrival {
        let room: Int32
        let origin: Int64
    }

    private let tickInterval: Int64
    private var arrivals: [Arrival] = []
    /// The start of each room's schedule, as its earliest arrival shows it.
    private var origins: [Int64]
    /// Ticks that a stream did not get, although it got a later one.
    private(set) var lost = 0
    private(set) var events = 0
    private(set) var bytes = 0
    private(set) var transitions = 0
    /// Whether ticks are to be kept for ``lateness()``.
    var isMeasuring = false
    /// Called for each `timer` event: the room, the revision, the stream's number in the room, and the time.
    var onTransition: ((Int, Int, Int, NIODeadline) -> Void)?

    /// - Parameter tickInterval: in nanoseconds.
    init(rooms: Int, tickInterval: Int64) {
        self.tickInterval = tickInterval
        origins = Array(repeating: .max, count: rooms)
    }

    func received(_ count: Int) { bytes += count }

    func tick(_ tick: Int, of room: Int, after last: Int, at now: NIODeadline) {
        events += 1
        let origin = Int64(now.uptimeNanoseconds) - Int64(tick) * tickInterval
        origins[room] = min(origins[room], origin)
        if tick > last + 1 { lost += tick - last - 1 }
        if isMeasuring { arrivals.append(Arrival(room: Int32(room), origin: origin)) }
    }

    func transition(_ revision: Int, of room: Int, stream: Int, at now: NIODeadline) {
        events += 1
        transitions += 1
        onTransition?(room, revision, stream, now)
    }

    /// Forgets the schedules, before a new start of all rooms.
    func restart() {
        for room in origins.indices { origins[room] = .max }
        arrivals = []
    }

    /// How late the measured ticks were, in nanoseconds, against the earliest arrival that their room had.
    func lateness() -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for arrival in arrivals { histogram.record(arrival.origin - origins[Int(arrival.room)]) }
        return histogram
    }
}
