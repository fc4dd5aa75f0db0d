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
        /// Must arrive, in order, and makes up for ticks that were missed: it says what remains.
        case timerChange
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
    /// When this subscriber was last written an event, other than together with all of its group.
    private var lastOwnWrite: MonotonicInstant
    /// When the peer was last asked for an answer.
    private var lastQuestion: MonotonicInstant
    /// When a peer that is behind last took something, or fell behind; nil while it keeps up.
    private var lastProgress: MonotonicInstant?
    /// As seen when it was last looked for.
    private var acknowledgedBytes: UInt64 = 0
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
        lastQuestion = now
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

    /// Writes bytes that are for this peer's protocol alone. No script sees them, so they count as no event: a peer that
    /// asks all the time gets its heartbeats all the same.
    package func sendUnseen(_ bytes: ByteBuffer) {
        let last = lastOwnWrite
        deliver(bytes, .ordered, at: hub.now)
        lastOwnWrite = last
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

    /// Where bytes may go at once: nil at the end of the stream, and while its peer is behind.
    ///
    /// That the descriptor is still the channel's is known without asking the channel: ``closed()`` is called while it
    /// closes, before anything else can happen on this event loop.
    var outlet: DirectSocket? { state == .open && !isBehind ? socket : nil }

    /// Whether something waits for the peer, or was left out for it.
    private var isBehind: Bool { queuedWrites > 0 || !missed.isEmpty }

    /// Writes the beginning of the stream, behind whatever the channel has still to write.
    func begin(_ bytes: ByteBuffer) {
        enqueue(bytes, at: lastOwnWrite)
    }

    /// Writes `bytes` at once if the peer keeps up. If it does not, ticks and counts are left out, of which the newest is
    /// made up for later, and all else waits for it, up to ``EngineLimits/pendingWrites``.
    func deliver(_ bytes: ByteBuffer, _ delivery: Delivery, at now: MonotonicInstant) {
        guard state == .open else { return }
        if case .timerChange = delivery { missed.remove(.tick) }
        if queuedWrites == 0 {
            write(bytes, delivery, at: now)
        } else if case .conflatable(let kind) = delivery {
            missed.insert(kind)
        } else if queuedWrites < hub.limits.pendingWrites {
            enqueue(bytes, at: now)
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
        let acknowledgements = channel.isActive ? socket?.acknowledgements() : nil
        let patienceEnd = patienceEnd(acknowledgements, at: now)
        if let patienceEnd, patienceEnd <= now {
            dropSlowPeer("it has taken nothing for \(hub.limits.silence)")
            return nil
        }
        inbound?.checkProgress(at: now, stallTime: hub.limits.stallTime)
        guard state == .open else { return nil }
        let interval = hub.limits.heartbeat
        let isSilent = lastWrite + interval <= now
        switch encoding.heartbeatRule {
        case .whenSilent:
            if isSilent { sendHeartbeat(at: now) }
        case .answered:
            let isAsked = lastQuestion + interval > now
            // One that did not arrive cannot be answered.
            if let acknowledgements, acknowledgements.isAwaited, acknowledgements.age * 2 >= interval {
                unansweredHeartbeats = 0
            }
            guard isAsked || unansweredHeartbeats < hub.limits.unansweredHeartbeats else {
                cut()
                return nil
            }
            // Nor can one that was not sent.
            if !isBehind, isSilent || !isAsked {
                if !isAsked { unansweredHeartbeats += 1 }
                lastQuestion = now
                if isSilent { sendHeartbeat(at: now) } else { sendUnseen(hub.question(of: encoding)) }
            }
        }
        let deadline = nextDeadline(after: now)
        return patienceEnd.map { min($0, deadline) } ?? deadline
    }

    /// When the peer is given up unless it acknowledges, or takes, something; nil if nothing is expected of it.
    private func patienceEnd(_ acknowledgements: Acknowledgements?, at now: MonotonicInstant) -> MonotonicInstant? {
        let silence = hub.limits.silence
        if let acknowledgements, acknowledgements.bytes != acknowledgedBytes {
            acknowledgedBytes = acknowledgements.bytes
            if lastProgress != nil { lastProgress = now }
        }
        let untilTaken = lastProgress.map { $0 + silence }
        guard let acknowledgements, acknowledgements.isAwaited else { return untilTaken }
        let untilAcknowledged = now + (silence - acknowledgements.age)
        return untilTaken.map { min($0, untilAcknowledged) } ?? untilAcknowledged
    }

    private var lastWrite: MonotonicInstant {
        guard !isBehind, let lastDelivery = group.lastDelivery else { return lastOwnWrite }
        return max(lastOwnWrite, lastDelivery)
    }

    /// When ``keepAlive(at:)`` is due next.
    func nextDeadline(after now: MonotonicInstant) -> MonotonicInstant {
        let interval = hub.limits.heartbeat
        var deadline = max(lastWrite + interval, now)
        if encoding.heartbeatRule == .answered { deadline = min(deadline, max(lastQuestion + interval, now)) }
        // What was due by now is done, or could not be.
        if deadline == now { deadline = now + interval }
        return endOfLife.map { min($0, deadline) } ?? deadline
    }

    // MARK: Writing

    private func write(_ bytes: ByteBuffer, _ delivery: Delivery, at now: MonotonicInstant) {
        // A channel that is being closed may have given its descriptor back already.
        guard let socket, channel.isActive else {
            lastOwnWrite = now
            return enqueue(bytes, at: now)
        }
        sent(bytes, delivery, bytes.withUnsafeReadableBytes(socket.send), at: now)
    }

    /// Sees to what a direct write of `bytes` left undone.
    ///
    /// A tick of which nothing was taken is left out if another will come: in the channel's queue it would wait, perhaps
    /// for a network to return, and be old by then.
    func sent(_ bytes: ByteBuffer, _ delivery: Delivery, _ outcome: DirectSocket.Outcome, at now: MonotonicInstant) {
        guard state == .open else { return }
        switch (outcome, delivery) {
        case (.broken, _):
            cut()
        case (.taken(0), .conflatable(.tick)) where replica.nextTick != nil:
            missed.insert(.tick)
            lastProgress = lastProgress ?? now
            group.update(self)
        case (.taken(let count), _):
            lastOwnWrite = now
            if case .conflatable(let kind) = delivery { missed.subtract(kind) }
            if count < bytes.readableBytes {
                enqueue(bytes.dropFirst(count), at: now)
            } else if lastProgress != nil {
                catchUp()
            }
        }
    }

    /// Nothing waits any more.
    private func catchUp() {
        let kinds = missed
        missed = []
        lastProgress = nil
        group.update(self)
        if !kinds.isEmpty { hub.sendNewest(kinds, to: self) }
    }

    /// Writes nothing any more and closes the channel in a later turn of the event loop, when everybody else has been
    /// served: a channel that closes calls its handlers, and these may call anything.
    func cut() {
        if state == .open { state = .ending }
        let channel = channel
        channel.eventLoop.execute { channel.close(promise: nil) }
    }

    private func enqueue(_ bytes: ByteBuffer, at now: MonotonicInstant) {
        queuedWrites += 1
        lastProgress = lastProgress ?? now
        group.update(self)
        let subscriber = NIOLoopBound(self, eventLoop: channel.eventLoop)
        channel.writeAndFlush(bytes).whenComplete { _ in subscriber.value.dequeued() }
    }

    private func dequeued() {
        queuedWrites -= 1
        // A channel that closes gives its writes up before it says so.
        guard channel.isActive else { return }
        if queuedWrites == 0 { catchUp() } else { lastProgress = hub.now }
    }

    /// A peer with bytes on their way to it needs none to know that the stream lives.
    private func sendHeartbeat(at now: MonotonicInstant) {
        guard !isBehind else { return }
        deliver(hub.heartbeat(of: encoding), .ordered, at: now)
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
