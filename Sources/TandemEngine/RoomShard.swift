import NIOCore
import TandemCore

/// The single writer of a share of the rooms: it validates, numbers and publishes their transitions, one at a time.
///
/// Runs on an event loop, so that a message to or from a stream of the same loop is a plain call. What a client asked
/// for is published, and answered, once the store has it; see ``RoomEntry``.
actor RoomShard {
    typealias Reply<Value> = @Sendable (Result<Value, EngineError>) -> Void

    private let eventLoop: any EventLoop
    private let executor: any SerialExecutor
    let clock: any EngineClock
    let limits: EngineLimits
    let store: any RoomStore
    let health: StoreHealth
    private let roomCount: BoundedCount
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
        roomCount: BoundedCount
    ) {
        self.eventLoop = eventLoop
        executor = eventLoop.executor
        self.clock = clock
        self.limits = limits
        self.store = store
        self.health = health
        self.roomCount = roomCount
    }

    /// Runs `body` on this shard: at once when already on its event loop, else in the order of the calls.
    nonisolated func onLoop(_ body: @escaping @Sendable (isolated RoomShard) -> Void) {
        if eventLoop.inEventLoop {
            assumeIsolated { body($0) }
        } else {
            eventLoop.execute { self.assumeIsolated { body($0) } }
        }
    }

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
                historyLimit: limits.history
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
        guard entries[code] == nil, creating.insert(code).inserted else { return reply(.success(false)) }
        guard roomCount.add(limit: limits.rooms) else {
            creating.remove(code)
            let message = "this server holds \(limits.rooms) rooms, its limit"
            return reply(.failure(EngineError(.unavailable, message, retryAfter: 60)))
        }
        let timer = RoomTimer(setting, tickInterval: limits.tickInterval)
        let room = Room(code: code, name: name, timer: timer, rotation: rotation, historyLimit: limits.history)
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

    func report(of code: AccessCode) throws(EngineError) -> RoomReport {
        let entry = try use(code)
        return RoomReport(entry.room, at: clock.now, subscribers: entry.counts.byTransport)
    }

    func endStreams(of code: AccessCode) throws(EngineError) {
        for hub in try use(code).hubs {
            hub.onLoop { $0.endStreams(of: code, .ok) }
        }
    }

    /// The room as published, settled and marked as used now.
    func use(_ code: AccessCode) throws(EngineError) -> RoomEntry {
        settle(code)
        entries[code]?.lastUsed = clock.now
        guard let entry = entries[code] else { throw .roomNotFound(code) }
        return entry
    }

    func forget(_ code: AccessCode) {
        if entries.removeValue(forKey: code) != nil { roomCount.remove() }
    }

    // MARK: Event loops

    /// Answers with the room as it is now; all later transitions follow, in order.
    func attach(_ hub: HubMailbox, to code: AccessCode) {
        do throws(EngineError) {
            let entry = try use(code)
            entries[code]?.hubs.insert(hub)
            hub.onLoop { $0.attached(.success((entry.room, entry.counts)), to: code) }
        } catch {
            hub.onLoop { $0.attached(.failure(error), to: code) }
        }
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
        guard sweep == nil, limits.roomExpiry > .zero, !entries.isEmpty else { return }
        sweep = clock.schedule(at: clock.now + sweepPeriod, on: eventLoop) { [self] in
            assumeIsolated { $0.sweepRooms() }
        }
    }

    /// Forgets the rooms that nobody uses any more, and tells the store which of the others are used.
    private func sweepRooms() {
        sweep = nil
        let now = clock.now
        for (code, entry) in entries where !entry.isWaiting {
            if entry.hubs.isEmpty, entry.lastUsed + limits.roomExpiry <= now {
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
