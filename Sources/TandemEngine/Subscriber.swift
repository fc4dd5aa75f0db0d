import Logging
public import NIOCore
public import TandemCore

/// One stream of one room: the connection, its encoding, and how far its peer keeps up.
///
/// Confined to the event loop of its channel. It stays with its room until the channel closes.
public final class Subscriber {
    /// How urgent bytes are when the peer does not keep up.
    enum Delivery {
        /// May be left out: only the newest matters.
        case conflatable(Conflatable)
        /// Must arrive, in order.
        case ordered
    }

    /// What a peer that does not keep up gets the newest of, once it does.
    struct Conflatable: OptionSet {
        let rawValue: UInt8

        static let tick = Conflatable(rawValue: 1)
        static let presence = Conflatable(rawValue: 2)
    }

    private enum State {
        case open
        /// The end is written; the peer's answer, or the close of the connection, is awaited.
        case ending
        case closed
    }

    public let channel: any Channel
    let group: SubscriberGroup
    let replica: RoomReplica
    private let hub: LoopHub
    private let socket: DirectSocket?

    private var state = State.open {
        didSet { group.update(self) }
    }
    /// Writes that the channel has not finished. While there are any, nothing may overtake them.
    private var queuedWrites = 0
    private var missed: Conflatable = []
    /// When this subscriber was last written to, other than together with all of its group.
    private var lastOwnWrite: MonotonicInstant
    private let endOfLife: MonotonicInstant?
    private var unansweredHeartbeats = 0

    /// What reads the connection, if it may hold on to something unfinished.
    package weak var inbound: (any InboundProgress)?

    /// This subscriber's place in its group, for removal in constant time.
    var groupIndex: Int?
    var wheelPlace: DeadlineWheelPlace<Subscriber>?

    init(
        channel: any Channel,
        group: SubscriberGroup,
        replica: RoomReplica,
        hub: LoopHub,
        socket: DirectSocket?,
        endOfLife: MonotonicInstant?,
        now: MonotonicInstant
    ) {
        self.channel = channel
        self.group = group
        self.replica = replica
        self.hub = hub
        self.endOfLife = endOfLife
        self.socket = socket
        lastOwnWrite = now
    }

    public var room: AccessCode { replica.room.code }

    // MARK: For the transport's inbound handler

    /// Applies `command` to the room. `reply` comes on this event loop, once the transition is durable, with its id
    /// or, if nothing had to change, that of the newest one. Commands of one subscriber are applied in order.
    public func perform(
        _ command: RoomCommand,
        reply: @escaping @Sendable (Result<EventID, EngineError>) -> Void
    ) {
        hub.perform(command, in: room, reply: reply)
    }

    /// The id of the room's newest transition.
    public var newestTransition: EventID { EventID(revision: replica.room.revision, tick: 0) }

    /// What now is, by the engine's clock.
    package var now: MonotonicInstant { hub.now }

    /// Logs that something the peer sent was refused.
    package func logRefusal(_ code: String, _ reason: String) {
        hub.logger.debug(
            "refusing what a client sent",
            metadata: [
                "room": "\(room.logPrefix)", "transport": "\(encoding.id.transport)", "code": "\(code)",
                "reason": "\(LogText.redacted(text: reason))",
            ]
        )
    }

    /// Writes bytes that are for this peer alone, such as a reply.
    public func send(_ bytes: ByteBuffer) {
        deliver(bytes, .ordered, at: hub.now)
    }

    /// The peer answered a heartbeat.
    public func heartbeatAnswered() {
        unansweredHeartbeats = 0
    }

    /// Ends the stream from the transport's side: nothing is delivered any more, the handler closes the channel.
    /// - Returns: false if the stream was at its end already, and the peer has been told.
    public func stop() -> Bool {
        guard state == .open else { return false }
        state = .ending
        hub.awaitClose(of: self)
        return true
    }

    /// The channel has closed. The last call.
    public func closed() {
        guard state != .closed else { return }
        state = .closed
        hub.inTurn { $0.remove(self) }
    }

    // MARK: For the hub

    var encoding: any StreamEncoding { group.encoding }

    /// Where bytes may go at once: nil at the end of the stream, and while something is queued.
    ///
    /// That the descriptor is still the channel's is known without asking the channel: ``closed()`` is called while it
    /// closes, before anything else can happen on this event loop.
    var outlet: DirectSocket? { state == .open && queuedWrites == 0 ? socket : nil }

    /// Writes the beginning of the stream, behind whatever the channel has still to write.
    func begin(_ bytes: ByteBuffer) {
        enqueue(bytes)
    }

    /// Writes `bytes` at once if the peer keeps up. If it does not, ticks and counts are left out, of which the newest is
    /// made up for later, and all else waits for it, up to ``EngineLimits/pendingWrites``.
    func deliver(_ bytes: ByteBuffer, _ delivery: Delivery, at now: MonotonicInstant) {
        guard state == .open else { return }
        if queuedWrites == 0 {
            write(bytes, at: now)
        } else if case .conflatable(let kind) = delivery {
            missed.insert(kind)
        } else if queuedWrites < hub.limits.pendingWrites {
            enqueue(bytes)
        } else {
            dropSlowPeer("\(queuedWrites) writes wait for it")
        }
    }

    /// Writes the end of the stream and sees to it that the connection closes.
    func end(_ reason: CloseReason, reconnectAfter: Milliseconds? = nil) {
        guard state == .open else { return }
        state = .ending
        var buffer = channel.allocator.buffer(capacity: 128)
        encoding.encodeEnd(reason, reconnectAfter: reconnectAfter, into: &buffer)
        hub.awaitClose(of: self)
        if encoding.hasClosingHandshake {
            channel.writeAndFlush(buffer, promise: nil)
        } else {
            let channel = channel
            channel.writeAndFlush(buffer).whenComplete { _ in channel.close(promise: nil) }
        }
    }

    /// Does what is due at `now` and returns when to look again; nil if there is nothing left to wait for.
    func keepAlive(at now: MonotonicInstant) -> MonotonicInstant? {
        guard state == .open else {
            cut()
            return nil
        }
        if let endOfLife, endOfLife <= now {
            end(.lifetime)
            return nil
        }
        if queuedWrites > 0, lastOwnWrite + hub.limits.stallTime <= now {
            dropSlowPeer("it has not read for \(hub.limits.stallTime)")
            return nil
        }
        inbound?.checkProgress(at: now, stallTime: hub.limits.stallTime)
        guard state == .open else { return nil }
        switch encoding.heartbeatRule {
        case .whenSilent:
            if lastWrite + hub.limits.heartbeat <= now { _ = sendHeartbeat(at: now) }
        case .answered:
            guard unansweredHeartbeats < hub.limits.unansweredHeartbeats else {
                cut()
                return nil
            }
            // One that was not sent cannot be answered.
            if sendHeartbeat(at: now) { unansweredHeartbeats += 1 }
        }
        return nextDeadline(after: now)
    }

    private var lastWrite: MonotonicInstant {
        guard queuedWrites == 0, let lastDelivery = group.lastDelivery else { return lastOwnWrite }
        return max(lastOwnWrite, lastDelivery)
    }

    /// When ``keepAlive(at:)`` is due next.
    func nextDeadline(after now: MonotonicInstant) -> MonotonicInstant {
        let isSilent = encoding.heartbeatRule == .whenSilent && lastWrite + hub.limits.heartbeat > now
        let heartbeat = (isSilent ? lastWrite : now) + hub.limits.heartbeat
        return endOfLife.map { min($0, heartbeat) } ?? heartbeat
    }

    // MARK: Writing

    private func write(_ bytes: ByteBuffer, at now: MonotonicInstant) {
        lastOwnWrite = now
        // A channel that is being closed may have given its descriptor back already.
        guard let socket, channel.isActive else { return enqueue(bytes) }
        sent(bytes, bytes.withUnsafeReadableBytes(socket.send), at: now)
    }

    /// Sees to what a direct write of `bytes` left undone.
    func sent(_ bytes: ByteBuffer, _ outcome: DirectSocket.Outcome, at now: MonotonicInstant) {
        guard state == .open else { return }
        switch outcome {
        case .taken(bytes.readableBytes): break
        case .taken(let count):
            lastOwnWrite = now
            enqueue(bytes.dropFirst(count))
        case .broken: cut()
        }
    }

    /// Writes nothing any more and closes the channel in a later turn of the event loop, when everybody else has been
    /// served: a channel that closes calls its handlers, and these may call anything.
    func cut() {
        if state == .open { state = .ending }
        let channel = channel
        channel.eventLoop.execute { channel.close(promise: nil) }
    }

    private func enqueue(_ bytes: ByteBuffer) {
        queuedWrites += 1
        group.update(self)
        let subscriber = NIOLoopBound(self, eventLoop: channel.eventLoop)
        channel.writeAndFlush(bytes).whenComplete { _ in subscriber.value.dequeued() }
    }

    private func dequeued() {
        queuedWrites -= 1
        // A channel that closes gives its writes up before it says so.
        guard queuedWrites == 0, channel.isActive else { return }
        group.update(self)
        if !missed.isEmpty {
            let kinds = missed
            missed = []
            hub.sendNewest(kinds, to: self)
        }
    }

    /// A peer with bytes on their way to it needs none to know that the stream lives.
    /// - Returns: whether it was written.
    private func sendHeartbeat(at now: MonotonicInstant) -> Bool {
        guard queuedWrites == 0 else { return false }
        deliver(hub.heartbeat(of: encoding), .ordered, at: now)
        return true
    }

    private func dropSlowPeer(_ reason: @autoclosure () -> String) {
        hub.logger.debug(
            "closing a subscriber that does not read",
            metadata: ["room": "\(room.logPrefix)", "reason": "\(reason())"]
        )
        cut()
    }
}

extension Subscriber: DeadlineWheelItem {}

extension ByteBuffer {
    fileprivate func dropFirst(_ count: Int) -> ByteBuffer {
        var rest = self
        rest.moveReaderIndex(forwardBy: count)
        return rest
    }
}
