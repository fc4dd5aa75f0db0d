import NIOCore
import TandemContract
import TandemCore

/// The single writer of a share of the rooms: it validates, numbers and publishes their transitions, one at a time.
///
/// Runs on an event loop, so that a message to or from a stream of the same loop is a plain call. What a client asked
/// for is published, and answered, once the store has it; see ``RoomEntry``.
///
/// It does one thing at a time: what it publishes may come back to it as the next command before all event loops have
/// been told. Everything therefore runs by ``onLoop(_:)``.
actor RoomShard {
    typealias Reply<Value> = @Sendable (Result<Value, EngineError>) -> Void

    private let eventLoop: any EventLoop
    private let executor: any SerialExecutor
    let clock: any EngineClock
    let limits: EngineLimits
    let store: any RoomStore
    let health: StoreHealth
    private let roomCount: BoundedCount
    private let phase: EnginePhase
    private var isBusy = false
    /// What came while this shard was busy.
    private var postponed: [@Sendable (isolated RoomShard) -> Void] = []
    var entries: [AccessCode: RoomEntry] = [:]
    /// Codes of rooms that wait for the store.
    private var creating: Set<AccessCode> = []
    private var sweep: ScheduledCall?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        eventLoop: any EventLoop,
        clock: any EngineClock,
        limits: EngineLimits,
        store: any RoomStore,
        health: StoreHealth,
        roomCount: BoundedCount,
        phase: EnginePhase
    ) {
        self.eventLoop = eventLoop
        executor = eventLoop.executor
        self.clock = clock
        self.limits = limits
        self.store = store
        self.health = health
        self.roomCount = roomCount
        self.phase = phase
    }

    /// Runs `body` on this shard, in the order of the calls: at once when already on its event loop, or, while the shard
    /// is busy there, right after what it does.
    nonisolated func onLoop(_ body: @escaping @Sendable (isolated RoomShard) -> Void) {
        if eventLoop.inEventLoop {
            assumeIsolated { $0.inTurn(body) }
        } else {
            eventLoop.execute { self.assumeIsolated { $0.inTurn(body) } }
        }
    }

    private func inTurn(_ body: @escaping @Sendable (isolated RoomShard) -> Void) {
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

    // MARK: The end

    /// From now on nothing is scheduled.
    func stopSweeping() {
        sweep?.cancel()
        sweep = nil
    }

    /// Forgets everything. The store has answered all changes.
    func close() {
        for code in entries.keys { refuseSteps(of: code) }
        entries = [:]
    }

    var isClosed: Bool { phase.isClosed }

    // MARK: Rooms

    /// Takes over the rooms that the process before left.
    func restore(_ records: [RoomRecord]) {
        let (now, wallTime) = (clock.now, clock.wallTime)
        for record in records {
            let room = Room(
                record,
                at: now,
                wallTime: wallTime,
                tickInterval: limits.tickInterval,
                historyLimit: limits.historyLimit
            )
            let lastUsed = now + (.zero - wallTime.since(record.lastUsed))
            if entries.updateValue(
                RoomEntry(room: room, created: record.created, lastUsed: lastUsed),
                forKey: record.code
            ) == nil {
                _ = roomCount.add(limit: .max)
            }
        }
        scheduleSweep()
    }

    /// Adds a room, and replies once it is durable, unless its code is taken (false) or there is no place for another.
    func create(
        _ code: AccessCode,
        name: RoomName?,
        setting: TimerSetting,
        rotation: Rotation,
        reply: @escaping Reply<Bool>
    ) {
        guard !isClosed else { return reply(.failure(.shuttingDown)) }
        guard entries[code] == nil, creating.insert(code).inserted else { return reply(.success(false)) }
        guard roomCount.add(limit: limits.rooms) else {
            creating.remove(code)
            let message = "this server holds \(limits.rooms) rooms, its limit"
            return reply(.failure(EngineError(.unavailable, message, retryAfter: 60)))
        }
        let timer = RoomTimer(setting, tickInterval: limits.tickInterval)
        let room = Room(code: code, name: name, timer: timer, rotation: rotation, historyLimit: limits.historyLimit)
        let entry = RoomEntry(room: room, created: clock.wallTime, lastUsed: clock.now)
        write(.save(record(of: room, entry)), .awaited) { shard, error in
            shard.creating.remove(code)
            if let error {
                shard.roomCount.remove()
                return reply(.failure(error))
            }
            shard.entries[code] = entry
            shard.scheduleSweep()
            reply(.success(true))
        }
    }

    func report(of code: AccessCode, reply: Reply<RoomReport>) {
        reply(use(code).map { RoomReport($0.room, at: clock.now, subscribers: $0.counts.byTransport) })
    }

    func endStreams(of code: AccessCode, expecting expected: Set<Int>?, reply: Reply<Void>) {
        reply(
            use(code).flatMap { entry in
                let revision = entry.room.revision
                guard expected?.contains(revision) != false else { return .failure(.revision(revision, of: code)) }
                for hub in entry.hubs {
                    hub.onLoop { $0.endStreams(of: code, .ok) }
                }
                return .success(())
            }
        )
    }

    /// The room as published, settled and marked as used now.
    func use(_ code: AccessCode) -> Result<RoomEntry, EngineError> {
        guard !isClosed else { return .failure(.shuttingDown) }
        settle(code)
        entries[code]?.lastUsed = clock.now
        return entries[code].map { .success($0) } ?? .failure(.roomNotFound(code))
    }

    /// Forgets the room, and calls `completion` when no event loop has it any more.
    func forget(_ code: AccessCode, completion: @escaping @Sendable () -> Void = {}) {
        let hubs = entries.removeValue(forKey: code)?.hubs
        if hubs != nil { roomCount.remove() }
        let done = Countdown(from: hubs?.count ?? 0, completion)
        for hub in hubs ?? [] {
            hub.onLoop(otherwise: { done.count() }) { hub in
                hub.removeRoom(code)
                done.count()
            }
        }
    }

    // MARK: Event loops

    /// Answers with the room as it is now; all later transitions follow, in order.
    func attach(_ hub: HubMailbox, to code: AccessCode) {
        let answer = use(code).map { ($0.room, $0.counts) }
        entries[code]?.hubs.insert(hub)
        hub.onLoop { $0.attached(answer, to: code) }
    }

    /// For an event loop that missed transitions: the room as it is now; all later ones follow, in order.
    func sendRoom(_ code: AccessCode, to hub: HubMailbox) {
        guard let room = entries[code]?.room else { return }
        hub.onLoop { $0.catchUp(to: room) }
    }

    func detach(_ hub: HubMailbox, from code: AccessCode) {
        entries[code]?.hubs.remove(hub)
        entries[code]?.lastUsed = clock.now
    }

    /// Lets every event loop but `origin` know that the room's streams are more or fewer.
    func spreadPresence(of code: AccessCode, except origin: HubMailbox) {
        for hub in entries[code]?.hubs ?? [] where hub != origin {
            hub.onLoop { $0.presenceChanged(in: code) }
        }
    }

    // MARK: Expiry

    /// From one look at all rooms to the next, a twentieth of the expiry: a room outlives its time by that at most.
    private var sweepPeriod: Milliseconds { Milliseconds(max(1000, limits.roomExpiry.count / 20)) }

    private func scheduleSweep() {
        guard sweep == nil, !isClosed, limits.roomExpiry > .zero, !entries.isEmpty else { return }
        sweep = clock.schedule(at: clock.now + sweepPeriod, on: eventLoop) { [weak self] in
            self?.onLoop { $0.sweepRooms() }
        }
    }

    /// Forgets the rooms that nobody uses any more, and tells the store which of the others are used.
    private func sweepRooms() {
        sweep = nil
        guard !isClosed else { return }
        let now = clock.now
        for (code, entry) in entries where !entry.isWaiting {
            if entry.hubs.isEmpty, entry.neededUntil + limits.roomExpiry <= now {
                forget(code)
                write(.remove(code), .background)
            } else {
                if !entry.hubs.isEmpty { entries[code]?.lastUsed = now }
                if entry.storedLastUsed + sweepPeriod <= entries[code]?.lastUsed ?? now { save(code) }
            }
        }
        scheduleSweep()
    }
}
