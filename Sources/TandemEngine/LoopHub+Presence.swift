import NIOCore
import TandemCore

/// Who is connected: told by every event loop to its own streams, at most once in ``EngineLimits/presenceDelay``.
extension LoopHub {
    /// Makes the room's other event loops, too, tell their streams how many there are.
    func spreadPresence(of replica: RoomReplica) {
        guard !isClosed, !replica.isRetired else { return }
        owePresence(to: replica)
        guard replica.counts.openRound() else { return }
        let code = replica.room.code
        directory.shard(of: code).onLoop { [mailbox] in $0.spreadPresence(of: code, except: mailbox) }
    }

    /// Streams of the room came or went, here or on another event loop.
    func presenceChanged(in code: AccessCode) {
        if let replica = replicas[code] { owePresence(to: replica) }
    }

    private func owePresence(to replica: RoomReplica) {
        guard replica.presenceDue == nil else { return }
        replica.presenceDue = now + limits.presenceDelay
        schedule(replica)
    }

    func deliverPresence(of replica: RoomReplica, at now: MonotonicInstant) {
        guard let due = replica.presenceDue, due <= now else { return }
        replica.presenceDue = nil
        let (counts, version) = replica.counts.closeRound()
        guard version != replica.toldPresence else { return }
        replica.toldPresence = version
        let event = presenceEvent(counts)
        deliver(CollectionOfOne(event), .conflatable(.presence), to: replica, at: now)
    }

    func presenceEvent(_ counts: [TransportName: Int]) -> RoomEvent {
        var named = Dictionary(transports.map { ($0.text, 0) }) { first, _ in first }
        for (transport, count) in counts { named[transport.text] = count }
        return RoomEvent(id: nil, kind: .presence(Presence(counts: named)))
    }
}
