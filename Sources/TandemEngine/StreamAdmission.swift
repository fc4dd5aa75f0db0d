public import NIOCore
public import TandemCore

/// A place among a room's subscribers, to be taken at once or let go.
public struct StreamAdmission {
    let hub: LoopHub
    let replica: RoomReplica

    /// Makes `channel` a subscriber.
    ///
    /// `head` readies the channel, which from then on is written raw bytes, and returns what goes before the snapshot.
    /// All of it is one write; nothing can come before or between.
    /// - Throws: `too-many-requests` or `unavailable` where a limit is reached, before `head` is called.
    public func admit(
        _ channel: any Channel,
        encoding: any StreamEncoding,
        lastEventIDs: [EventID],
        head: (Subscriber) -> ByteBuffer
    ) throws(EngineError) {
        try hub.admit(channel, to: replica, encoding: encoding, lastEventIDs: lastEventIDs, head: head)
    }
}
