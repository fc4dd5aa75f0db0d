import Foundation

/// What an outage did to one follower.
struct OutageFinding: Sendable, Equatable {
    let follower: Follower
    let isRunning: Bool
    /// Whether the network came back.
    let hasReturned: Bool
    /// Seconds from the network's return until the follower showed the right state; nil if it never did.
    var blind: Double?
    /// Seconds from the cut until the follower knew; nil if it never did.
    var noticed: Double?
    /// Seconds from the cut until the server told the others that the follower had gone; nil if it never did.
    var left: Double?
    /// Transitions that were made during the outage.
    var made = 0
    /// Those of them that never reached the follower as events.
    var missed = 0
    /// Ticks that came after the return although they were past.
    var oldTicks = 0

    /// Whether nothing more is to be waited for.
    var isComplete: Bool { hasReturned ? blind != nil : noticed != nil && left != nil }
}

/// Compares what a follower saw with what somebody beside the server saw in the same room.
struct OutageJudge {
    /// A tick is past when the next but a half is due.
    private static let freshness: Int64 = 1_500_000_000

    /// Nanoseconds of the machine's monotonic clock, as in ``FollowerLog``.
    let cutAt: Int64
    /// Nil if the network did not return.
    let backAt: Int64?
    /// By code, what somebody saw whom the outage did not touch.
    let rooms: [String: FollowerLog]
    /// Codes of the rooms whose timers run.
    let running: Set<String>

    func finding(_ log: FollowerLog) -> OutageFinding {
        let code = log.follower.code
        let isRunning = running.contains(code)
        var finding = OutageFinding(follower: log.follower, isRunning: isRunning, hasReturned: backAt != nil)
        finding.noticed = log.losses.first { $0 > cutAt }.map(sinceCut)
        guard let room = rooms[code] else { return finding }
        finding.left = departure(room.events).map(sinceCut)

        guard let backAt else { return finding }
        let born = Dictionary(
            room.events.filter { $0.name == "remaining-time" }.map { ($0.id, $0.at) }
        ) { first, _ in first }
        let made = Set(room.events.filter { Self.isTransition($0) && (cutAt..<backAt).contains($0.at) }.map(\.id))
        finding.made = made.count
        finding.missed = made.subtracting(log.events.filter(Self.isTransition).map(\.id)).count
        let last = room.events.last(where: Self.isTransition).flatMap { Self.revision($0.id) }
        func isPast(_ event: FollowerLog.Event) -> Bool { event.at - (born[event.id] ?? event.at) > Self.freshness }
        let late = log.events.filter { $0.at >= backAt && $0.name == "remaining-time" }
        finding.oldTicks = late.count { !$0.id.hasSuffix("-0") && isPast($0) }
        let right = late.first { Self.revision($0.id) == last && !(isRunning && isPast($0)) }
        finding.blind = right.map { Double($0.at - backAt) / 1e9 }
        return finding
    }

    private func sinceCut(_ time: Int64) -> Double { Double(time - cutAt) / 1e9 }

    /// When the room was first told, after the cut, of fewer streams than before.
    private func departure(_ events: [FollowerLog.Event]) -> Int64? {
        var before: Int?
        for event in events where event.name == "presence" {
            let counts = try? JSONDecoder().decode([String: Int].self, from: Data(event.data.utf8))
            guard let total = counts?.values.reduce(0, +) else { continue }
            if event.at > cutAt, let before, total < before { return event.at }
            before = total
        }
        return nil
    }

    private static func isTransition(_ event: FollowerLog.Event) -> Bool {
        event.name == "timer" && event.data != "running"
    }

    /// Of `12-3`, or of `1.12-3`, which has an epoch before it.
    private static func revision(_ id: String) -> Substring? { id.split(separator: "-").first }
}
