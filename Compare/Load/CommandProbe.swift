import NIOCore

/// From the moment a command should be sent to the `timer` event on another subscriber of the room.
///
/// Open loop: commands are sent by the clock, whatever became of those before, and a late sending counts as latency.
/// Confined to the client's event loop.
final class CommandProbe {
    private var intended: [[NIODeadline]]
    private(set) var latency = LatencyHistogram()
    private(set) var sent = 0

    init(rooms: Int) {
        intended = Array(repeating: [], count: rooms)
    }

    func willSend(to room: Int, at instant: NIODeadline) {
        sent += 1
        intended[room].append(instant)
    }

    /// - Parameter stream: the number in its room; 0 is the sender.
    func transition(of room: Int, stream: Int, at now: NIODeadline) {
        guard stream == 1, !intended[room].isEmpty else { return }
        latency.record((now - intended[room].removeFirst()).nanoseconds)
    }

    /// Commands whose event never came.
    var unanswered: Int { intended.reduce(0) { $0 + $1.count } }
}
