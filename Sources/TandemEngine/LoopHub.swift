import Logging
import NIOCore
import TandemContract
import TandemCore

/// The fan-out of one event loop: the rooms it has subscribers for, and the one schedule that drives them all.
///
/// Confined to its event loop. Rooms nobody here watches are unknown to it and cost it nothing.
///
/// It does one thing at a time: a write may fail and close a channel, whose handlers then call back, in the middle of a
/// delivery. Whatever changes who is served, or writes to more than one subscriber, therefore runs ``inTurn(_:)``.
final class LoopHub {
    typealias Join = (Result<RoomReplica, EngineError>) -> Void

    /// How this hub is reached from elsewhere.
    let mailbox: HubMailbox
    let transports: [TransportName]
    let limits: EngineLimits
    let logger: Logger
    private let clock: any EngineClock
    let directory: RoomDirectory
    private(set) var replicas: [AccessCode: RoomReplica] = [:]
    /// Joins that wait for the room's writer.
    private var waiting: [AccessCode: [Join]] = [:]
    /// The next tick of every room, or the next telling of who is connected. Those due within 10 ms go in one pass: nobody sees the difference, and a hundred
    /// passes a second cost next to nothing, however many rooms there are.
    private var ticks = DeadlineWheel<RoomReplica>(slot: Milliseconds(10))
    /// The next heartbeat, or end, of every stream; promised in seconds, so a tenth is fine enough.
    private var streams = DeadlineWheel<Subscriber>(slot: Milliseconds(100))
    /// Where events are encoded: one storage for all deliveries, moved out while one uses it.
    private var scratch = ByteBuffer()
    /// During a pass the next wake is not looked for again and again.
    private var isInPass = false
    private var isBusy = false
    /// What came while this hub was busy.
    private var postponed: [(LoopHub) -> Void] = []
    private(set) var isClosed = false
    private var wake: (instant: MonotonicInstant, call: ScheduledCall)?
    private let openSocket: @Sendable (any Channel) -> DirectSocket?

    init(
        mailbox: HubMailbox,
        transports: [TransportName],
        clock: any EngineClock,
        limits: EngineLimits,
        directory: RoomDirectory,
        openSocket: @escaping @Sendable (any Channel) -> DirectSocket?,
        logger: Logger
    ) {
        self.mailbox = mailbox
        self.transports = transports
        self.clock = clock
        self.limits = limits
        self.directory = directory
        self.openSocket = openSocket
        self.logger = logger
    }

    var now: MonotonicInstant { clock.now }

    /// Calls `body` at once, or after all that this hub is busy with and that has waited longer.
    func inTurn(_ body: @escaping (LoopHub) -> Void) {
        guard !isBusy else { return postponed.append(body) }
        isBusy = true
        body(self)
        while !postponed.isEmpty {
            let bodies = postponed
            postponed = []
            for body in bodies { body(self) }
        }
        isBusy = false
    }

    // MARK: Joining and leaving

    /// Calls `join` with the replica of `code`, at once if this loop has it.
    ///
    /// `join` must add a subscriber before it returns, or the replica is dropped again.
    func withReplica(of code: AccessCode, _ join: @escaping Join) {
        guard !directory.phase.isDraining else { return join(.failure(.shuttingDown)) }
        if let replica = replicas[code] {
            settle(replica)
            return join(.success(replica))
        }
        waiting[code, default: []].append(join)
        guard waiting[code]?.count == 1 else { return }
        directory.shard(of: code).onLoop { [mailbox] in $0.attach(mailbox, to: code) }
    }

    /// Whether joins wait for the writer of `code`.
    func isAwaiting(_ code: AccessCode) -> Bool { waiting[code] != nil }

    /// The writer's answer to a join: the room as it is now, published up to here.
    func attached(_ answer: Result<(Room, SubscriberCounts), EngineError>, to code: AccessCode) {
        let joins = waiting.removeValue(forKey: code) ?? []
        switch answer {
        case .failure(let error):
            for join in joins { join(.failure(error)) }
        case .success((let room, let counts)):
            // All who waited were refused meanwhile.
            guard !joins.isEmpty else { return detach(from: room.code) }
            let replica = RoomReplica(room: room, counts: counts)
            replica.deliveredTick = room.timer.tick(at: now).number
            replicas[code] = replica
            for join in joins { join(.success(replica)) }
            if replica.isEmpty { drop(replica) } else { schedule(replica) }
        }
    }

    /// Adds a stream to `replica` and gives it `head` and the snapshot, in one write, before anything else can.
    ///
    /// - Throws: `too-many-requests` past ``EngineLimits/streamsPerRoom``, `unavailable` past ``EngineLimits/streams``;
    ///   the room is unchanged then.
    func admit(
        _ channel: any Channel,
        to replica: RoomReplica,
        encoding: any StreamEncoding,
        lastEventIDs: [EventID],
        head: (Subscriber) -> ByteBuffer
    ) throws(EngineError) {
        let transport = encoding.id.transport
        guard directory.streams.add(limit: limits.streams) else {
            throw EngineError(.unavailable, "this server holds \(limits.streams) streams, its limit", retryAfter: 5)
        }
        guard replica.counts.add(transport, limit: limits.streamsPerRoom) else {
            directory.streams.remove()
            throw EngineError(
                .tooManyRequests,
                "room \(replica.room.code) has \(limits.streamsPerRoom) streams, its limit",
                retryAfter: 5
            )
        }
        let now = now
        let subscriber = Subscriber(
            channel: channel,
            group: replica.group(of: encoding),
            replica: replica,
            hub: self,
            socket: openSocket(channel),
            endOfLife: encoding.hasBoundedLifetime ? endOfLife(from: now) : nil,
            now: now
        )
        var bytes = head(subscriber)
        encoding.encodeBeginning(into: &bytes)
        for event in replica.room.snapshot(at: now, resumingAfter: lastEventIDs) {
            encoding.encode(event, into: &bytes)
        }
        if limits.heartbeat != EngineLimits.usualHeartbeat {
            encoding.encode(RoomEvent(id: nil, kind: .heartbeat(limits.heartbeat)), into: &bytes)
        }
        replica.add(subscriber)
        spreadPresence(of: replica)
        streams.insert(subscriber, at: subscriber.nextDeadline(after: now))
        rescheduleWake()
        // Last: if the connection turns out to be broken, the subscriber leaves at once.
        subscriber.begin(bytes)
    }

    func remove(_ subscriber: Subscriber) {
        let replica = subscriber.replica
        streams.remove(subscriber)
        replica.remove(subscriber)
        replica.counts.remove(subscriber.encoding.id.transport)
        directory.streams.remove()
        spreadPresence(of: replica)
        if replica.isEmpty { drop(replica) }
    }

    private func drop(_ replica: RoomReplica) {
        let code = replica.room.code
        ticks.remove(replica)
        guard replicas[code] === replica else { return }
        replicas[code] = nil
        detach(from: code)
    }

    private func detach(from code: AccessCode) {
        directory.shard(of: code).onLoop { [mailbox] in $0.detach(mailbox, from: code) }
    }

    /// The room is gone. Its streams end, and whoever asks for it from now on is answered by the room's writer.
    func removeRoom(_ code: AccessCode) {
        guard let replica = replicas.removeValue(forKey: code) else { return }
        replica.isRetired = true
        ticks.remove(replica)
        replica.forEachSubscriber { $0.end(.ok) }
    }

    private func endOfLife(from now: MonotonicInstant) -> MonotonicInstant? {
        guard limits.streamLifetime > .zero else { return nil }
        let share = 1 - Double.random(in: 0...limits.lifetimeJitter)
        return now + Milliseconds(Int64(Double(limits.streamLifetime.count) * share))
    }

    // MARK: Commands and transitions

    func perform(
        _ command: RoomCommand,
        in code: AccessCode,
        reply: @escaping @Sendable (Result<EventID, EngineError>) -> Void
    ) {
        directory.shard(of: code).onLoop { [mailbox] shard in
            shard.perform(command, in: code) { result in mailbox.onEventLoop { reply(result) } }
        }
    }

    /// A transition that the room's writer published.
    func publish(_ transition: Transition, in code: AccessCode) {
        guard let replica = replicas[code], transition.revision > replica.room.revision else { return }
        guard transition.revision == replica.room.revision + 1 else {
            return readAgain(replica, before: transition)
        }
        let now = now
        if transition.kind == .stop { deliverTick(of: replica, at: now) }
        replica.room.adopt(transition)
        if transition.kind.changesTimer { replica.deliveredTick = 0 }
        let delivery = transition.kind.changesTimer ? Subscriber.Delivery.timerChange : .ordered
        deliver(transition.events, delivery, to: replica, at: now)
        schedule(replica)
    }

    /// Transitions got lost on their way here: asks the room's writer for the room as it is.
    private func readAgain(_ replica: RoomReplica, before transition: Transition) {
        guard !replica.isBehind else { return }
        replica.isBehind = true
        let code = replica.room.code
        logger.warning(
            "transitions of a room were not received; reading the room again",
            metadata: [
                "room": "\(code.logPrefix)", "known": "\(replica.room.revision)", "received": "\(transition.revision)",
            ]
        )
        directory.shard(of: code).onLoop { [mailbox] in $0.sendRoom(code, to: mailbox) }
    }

    /// The writer's answer: brings the subscribers from what they know to `room`.
    func catchUp(to room: Room) {
        guard let replica = replicas[room.code] else { return }
        replica.isBehind = false
        guard room.revision > replica.room.revision else { return }
        let now = now
        let last = EventID(revision: replica.room.revision, tick: 0)
        replica.room = room
        replica.deliveredTick = room.timer.tick(at: now).number
        // All but `connect`: their streams go on.
        deliver(room.snapshot(at: now, resumingAfter: [last]).dropFirst(), .timerChange, to: replica, at: now)
        schedule(replica)
    }

    /// Writes `events` to every subscriber of `replica`.
    func deliver(
        _ events: some Collection<RoomEvent>,
        _ delivery: Subscriber.Delivery,
        to replica: RoomReplica,
        at now: MonotonicInstant
    ) {
        assert(isBusy, "a delivery must not be interrupted by another")
        var buffer = scratch
        scratch = ByteBuffer()
        replica.deliver(events, delivery, at: now, encodingInto: &buffer)
        scratch = buffer
    }

    /// Ends every stream that this loop has for the room.
    func endStreams(of code: AccessCode, _ reason: CloseReason) {
        replicas[code]?.forEachSubscriber { $0.end(reason) }
    }

    /// Ends every stream, telling each client to come back after a time of its own, and refuses those that wait.
    func drain() {
        refuseWaiting()
        for replica in replicas.values {
            replica.forEachSubscriber { subscriber in
                let spread = Int64.random(in: 0...limits.reconnectSpread.count)
                subscriber.end(.shutdown, reconnectAfter: .seconds(1) + Milliseconds(spread))
            }
        }
    }

    /// Cuts every stream and does nothing any more.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        refuseWaiting()
        wake?.call.cancel()
        wake = nil
        let replicas = replicas.values
        self.replicas = [:]
        for replica in replicas {
            replica.isRetired = true
            replica.forEachSubscriber { $0.cut() }
        }
        mailbox.close()
    }

    private func refuseWaiting() {
        let joins = waiting.values
        waiting = [:]
        for join in joins.joined() { join(.failure(.shuttingDown)) }
    }

    // MARK: The schedule

    /// Lets `subscriber` be closed if its peer does not answer the end of the stream in time.
    func awaitClose(of subscriber: Subscriber) {
        streams.insert(subscriber, at: now + limits.closingHandshake)
        rescheduleWake()
    }

    func heartbeat(of encoding: any StreamEncoding) -> ByteBuffer {
        var bytes = ByteBuffer()
        encoding.encodeHeartbeat(every: limits.heartbeat, into: &bytes)
        return bytes
    }

    func question(of encoding: any StreamEncoding) -> ByteBuffer {
        var bytes = ByteBuffer()
        encoding.encodeQuestion(into: &bytes)
        return bytes
    }

    /// Makes up for what `subscriber` missed while it did not keep up.
    func sendNewest(_ missed: Subscriber.Conflatable, to subscriber: Subscriber) {
        var bytes = ByteBuffer()
        let replica = subscriber.replica
        if missed.contains(.tick) { subscriber.encoding.encode(tickEvent(of: replica, at: now), into: &bytes) }
        if missed.contains(.presence) {
            subscriber.encoding.encode(presenceEvent(replica.counts.byTransport), into: &bytes)
        }
        subscriber.deliver(bytes, .ordered, at: now)
    }

    private func tickEvent(of replica: RoomReplica, at now: MonotonicInstant) -> RoomEvent {
        let tick = replica.room.timer.tick(at: now)
        return RoomEvent(
            id: EventID(revision: replica.room.revision, tick: tick.number),
            kind: .remainingTime(tick.remaining)
        )
    }

    /// Brings a replica that fell behind, in a stall, up to now before someone joins it.
    private func settle(_ replica: RoomReplica) {
        deliverTick(of: replica, at: now)
    }

    /// Delivers the newest tick that is due, if it was not yet; those before it are skipped.
    private func deliverTick(of replica: RoomReplica, at now: MonotonicInstant) {
        let event = tickEvent(of: replica, at: now)
        guard let tick = event.id?.tick, tick > replica.deliveredTick else { return }
        replica.deliveredTick = tick
        deliver(CollectionOfOne(event), .conflatable(.tick), to: replica, at: now)
    }

    /// Puts `replica` where the next of what it owes its subscribers is due.
    func schedule(_ replica: RoomReplica) {
        ticks.remove(replica)
        // A room that is gone has nothing to tell any more.
        guard !replica.isEmpty, !replica.isRetired else { return }
        let nextTick = replica.nextTick
        if let due = nextTick ?? replica.presenceDue {
            ticks.insert(replica, at: min(due, replica.presenceDue ?? due))
            rescheduleWake()
        }
        if nextTick == nil, replica.room.timer.run != nil {
            let code = replica.room.code
            directory.shard(of: code).onLoop { $0.settle(code) }
        }
    }

    /// One pass over all that is due.
    private func wakeUp() {
        wake = nil
        isInPass = true
        let now = now
        for replica in ticks.popDue(at: now) {
            deliverTick(of: replica, at: now)
            deliverPresence(of: replica, at: now)
            schedule(replica)
        }
        for subscriber in streams.popDue(at: now) {
            if let deadline = subscriber.keepAlive(at: now) { streams.insert(subscriber, at: deadline) }
        }
        isInPass = false
        rescheduleWake()
    }

    private func rescheduleWake() {
        guard !isInPass, !isClosed else { return }
        guard let next = [ticks.nextDeadline, streams.nextDeadline].compactMap(\.self).min() else {
            wake?.call.cancel()
            wake = nil
            return
        }
        if let wake, wake.instant <= next { return }
        wake?.call.cancel()
        wake = (next, clock.schedule(at: next, on: mailbox.eventLoop) { [mailbox] in mailbox.onLoop { $0.wakeUp() } })
    }
}
