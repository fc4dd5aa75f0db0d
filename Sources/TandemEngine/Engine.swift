public import Logging
public import NIOCore
public import TandemCore

/// The rooms, their timers, and the fan-out of their events to the streams of any transport.
///
/// Every room has a single writer, which numbers and publishes its transitions. Every event loop keeps a replica of
/// the rooms that it has streams for and derives their ticks; no tick ever crosses a thread.
///
/// ```swift
/// let engine = Engine(eventLoops: group.makeIterator().map(\.self), store: MemoryStore(), logger: logger)
/// let room = try await engine.createRoom(name: nil, setting: TimerSetting(duration: .minutes(10)))
/// try await engine.perform(.start, in: room.code)
/// ```
public final class Engine: Sendable {
    public let limits: EngineLimits
    let directory: RoomDirectory
    let mailboxes: [HubMailbox]
    private let store: any RoomStore
    private let prefix: InstancePrefix?
    private let logger: Logger

    /// - Parameters:
    ///   - eventLoops: all loops on which streams may be opened; at least one.
    ///   - transports: those that `presence` counts also where a room has no stream of theirs.
    ///   - prefix: with which the codes of new rooms begin.
    ///   - store: where rooms outlive the process; its rooms are there after ``restore()``.
    public convenience init(
        eventLoops: [any EventLoop],
        transports: [TransportName] = [],
        prefix: InstancePrefix? = nil,
        store: any RoomStore,
        clock: any EngineClock = SystemClock(),
        limits: EngineLimits = EngineLimits(),
        logger: Logger
    ) {
        self.init(
            eventLoops: eventLoops,
            transports: transports,
            prefix: prefix,
            store: store,
            clock: clock,
            limits: limits,
            logger: logger,
            openSocket: { DirectSocket($0) }
        )
    }

    /// - Parameter openSocket: the direct way to a channel's peer, if there is one.
    init(
        eventLoops: [any EventLoop],
        transports: [TransportName],
        prefix: InstancePrefix?,
        store: any RoomStore,
        clock: any EngineClock,
        limits: EngineLimits,
        logger: Logger,
        openSocket: @escaping @Sendable (any Channel) -> DirectSocket?
    ) {
        precondition(!eventLoops.isEmpty, "an engine needs an event loop")
        let rooms = BoundedCount()
        let phase = EnginePhase()
        let health = StoreHealth(logger: logger)
        let shards = eventLoops.map {
            RoomShard(
                eventLoop: $0,
                clock: clock,
                limits: limits,
                store: store,
                health: health,
                roomCount: rooms,
                phase: phase
            )
        }
        for shard in shards {
            health.onRecovery { [weak shard] in shard?.onLoop { $0.saveAll() } }
        }
        let directory = RoomDirectory(shards: shards, rooms: rooms, phase: phase)
        self.limits = limits
        self.directory = directory
        self.store = store
        self.prefix = prefix
        self.logger = logger
        mailboxes = eventLoops.map { HubMailbox(eventLoop: $0) }
        for mailbox in mailboxes {
            mailbox.open {
                LoopHub(
                    mailbox: mailbox,
                    transports: transports,
                    clock: clock,
                    limits: limits,
                    directory: directory,
                    openSocket: openSocket,
                    logger: logger
                )
            }
        }
    }

    /// All streams at this moment.
    public var streamCount: Int { directory.streams.value }

    /// All rooms at this moment.
    public var roomCount: Int { directory.rooms.value }

    /// Takes over the rooms that the store kept, running timers included. Before anything else is asked of the engine.
    /// Those that make no sense are an error in the log each.
    public func restore() async throws(StoreError) {
        let stored = try await store.load()
        for room in stored.setAside {
            logger.error(
                "a stored room makes no sense; the store keeps it aside, and the other rooms are served",
                metadata: [
                    "code": "\(StoreError.Code.corrupt.rawValue)", "room": "\(room.prefix)", "reason": "\(room.reason)",
                ]
            )
        }
        let records = Dictionary(grouping: stored.rooms) { ObjectIdentifier(directory.shard(of: $0.code)) }
        for shard in directory.shards {
            await shard.restore(records[ObjectIdentifier(shard)] ?? [])
        }
    }

    /// Cuts the streams that are left, and returns when all changes are with the store and the store is closed.
    ///
    /// From then on nothing is scheduled any more. Every join, command and question is answered with `unavailable`. Call
    /// before the event loops are shut down.
    public func close() async {
        guard directory.phase.close() else { return }
        for mailbox in mailboxes {
            await withCheckedContinuation { continuation in
                mailbox.onLoop(otherwise: { continuation.resume() }) { hub in
                    hub.close()
                    continuation.resume()
                }
            }
        }
        for shard in directory.shards { await shard.stopSweeping() }
        await store.close()
        for shard in directory.shards { await shard.close() }
    }

    /// Opens a room under a fresh, unguessable code; when this returns, it is durable.
    /// - Throws: `unavailable` past ``EngineLimits/rooms``, `store-unavailable`.
    public func createRoom(
        name: RoomName?,
        setting: TimerSetting,
        rotation: Rotation = .none
    ) async throws(EngineError) -> RoomReport {
        var generator = SystemRandomNumberGenerator()
        while true {
            let code = AccessCode.random(prefix: prefix, using: &generator)
            let isCreated = try await onShard(of: code) { shard, reply in
                shard.create(code, name: name, setting: setting, rotation: rotation, reply: reply)
            }
            if isCreated { return try await report(of: code) }
        }
    }

    /// - Throws: `room-not-found`.
    public func report(of code: AccessCode) async throws(EngineError) -> RoomReport {
        try await onShard(of: code) { shard, reply in shard.report(of: code, reply: reply) }
    }

    /// Ends every stream of the room and forgets it. When this returns, that is durable, and no event loop admits anyone
    /// to the room any more.
    /// - Throws: `room-not-found`, `store-unavailable`.
    public func deleteRoom(_ code: AccessCode, expecting expected: Set<Int>? = nil) async throws(EngineError) {
        try await onShard(of: code) { shard, reply in shard.delete(code, expecting: expected, reply: reply) }
    }

    /// Ends every stream of the room, which stays.
    /// - Throws: `room-not-found`.
    public func endStreams(of code: AccessCode, expecting expected: Set<Int>? = nil) async throws(EngineError) {
        try await onShard(of: code) { shard, reply in shard.endStreams(of: code, expecting: expected, reply: reply) }
    }

    /// Applies `command`; when this returns, its transition is durable.
    /// - Parameter expected: the revisions at which the command may change the room; nil allows any. The room's writer
    ///   checks it, so that nothing comes between the check and the change.
    /// - Returns: the id of the transition, or of the newest one if nothing had to change, whatever was expected.
    /// - Throws: `room-not-found`, `timer-not-running`, `timer-finished`, `no-names`, `precondition-failed`,
    ///   `store-unavailable`.
    @discardableResult
    public func perform(
        _ command: RoomCommand,
        in code: AccessCode,
        expecting expected: Set<Int>? = nil
    ) async throws(EngineError) -> EventID {
        try await onShard(of: code) { shard, reply in
            shard.perform(command, in: code, expecting: expected, reply: reply)
        }
    }

    private func onShard<Value: Sendable>(
        of code: AccessCode,
        _ body: @escaping @Sendable (isolated RoomShard, @escaping RoomShard.Reply<Value>) -> Void
    ) async throws(EngineError) -> Value {
        guard !directory.phase.isClosed else { throw .shuttingDown }
        let result = await withCheckedContinuation { continuation in
            directory.shard(of: code).onLoop { shard in
                body(shard) { continuation.resume(returning: $0) }
            }
        }
        return try result.get()
    }

    /// Asks for a place among the subscribers of `code`, for a stream on `channel`.
    ///
    /// Call on the channel's event loop; `admission` is called there too, at once if the loop knows the room. On
    /// success it must either call ``StreamAdmission/admit(_:encoding:lastEventIDs:head:)`` before it returns or let the
    /// place go.
    public func join(
        _ code: AccessCode,
        on channel: any Channel,
        _ admission: @escaping (Result<StreamAdmission, EngineError>) -> Void
    ) {
        channel.eventLoop.preconditionInEventLoop()
        guard let mailbox = mailboxes.first(where: { $0.eventLoop === channel.eventLoop }) else {
            preconditionFailure("a stream was opened on an event loop that is not the engine's")
        }
        guard let hub = mailbox.hubOnLoop else { return admission(.failure(.shuttingDown)) }
        hub.inTurn { hub in
            hub.withReplica(of: code) { result in
                admission(result.map { StreamAdmission(hub: hub, replica: $0) })
            }
        }
    }

    /// Ends every stream with `shutdown`, telling the clients when to reconnect, and from now on admits no other: joins
    /// are refused with `unavailable`.
    public func drain() {
        directory.phase.drain()
        for mailbox in mailboxes { mailbox.onLoop { $0.drain() } }
    }
}
