import NIOCore
import TandemCore

/// The single writer of a share of the rooms: it validates, numbers and publishes their transitions, one at a time.
///
/// Runs on an event loop, so that a message to or from a stream of the same loop is a plain call.
actor RoomShard {
    private struct Entry {
        var room: Room
        let counts = SubscriberCounts()
        /// The event loops that have subscribers for the room.
        var hubs: Set<HubMailbox> = []
        var lastUsed: MonotonicInstant
    }

    private let eventLoop: any EventLoop
    private let executor: any SerialExecutor
    private let clock: any EngineClock
    private let limits: EngineLimits
    private let roomCount: BoundedCount
    private var entries: [AccessCode: Entry] = [:]
    private var sweep: ScheduledCall?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(eventLoop: any EventLoop, clock: any EngineClock, limits: EngineLimits, roomCount: BoundedCount) {
        self.eventLoop = eventLoop
        executor = eventLoop.executor
        self.clock = clock
        self.limits = limits
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

    /// Adds a room, unless its code is taken (false) or there is no place for another.
    func create(
        _ code: AccessCode,
        name: String?,
        setting: TimerSetting,
        rotation: Rotation
    ) throws(EngineError) -> Bool {
        guard entries[code] == nil else { return false }
        guard roomCount.add(limit: limits.rooms) else {
            throw EngineError(.unavailable, "this server holds \(limits.rooms) rooms, its limit", retryAfter: 60)
        }
        let timer = RoomTimer(setting, tickInterval: limits.tickInterval)
        let room = Room(code: code, name: name, timer: timer, rotation: rotation, historyLimit: limits.history)
        entries[code] = Entry(room: room, lastUsed: clock.now)
        scheduleSweep()
        return true
    }

    func report(of code: AccessCode) throws(EngineError) -> RoomReport {
        let entry = try use(code)
        return RoomReport(entry.room, at: clock.now, subscribers: entry.counts.byTransport)
    }

    func delete(_ code: AccessCode) throws(EngineError) {
        try endStreams(of: code)
        forget(code)
    }

    func endStreams(of code: AccessCode) throws(EngineError) {
        for hub in try use(code).hubs {
            hub.onLoop { $0.endStreams(of: code, .ok) }
        }
    }

    // MARK: Transitions

    /// Applies `command` and replies once its transition is durable: with its id, or with that of the newest
    /// transition if nothing had to change.
    func perform(
        _ command: RoomCommand,
        in code: AccessCode,
        reply: (Result<EventID, EngineError>) -> Void
    ) {
        do throws(EngineError) {
            let now = clock.now
            let ranOut = entries[code]?.room.timer.state(at: now) == .finished
            var room = try use(code).room
            if ranOut, command.action == .pause { throw EngineError(TimerError.finished) }
            do throws(RoomError) {
                if let transition = try room.apply(command, at: now) { commit(transition, leaving: room) }
            } catch {
                throw EngineError(error)
            }
            reply(.success(EventID(revision: room.revision, tick: 0)))
        } catch {
            reply(.failure(error))
        }
    }

    /// Records the end of a run that ran out. Whoever notices may call this, any number of times.
    func settle(_ code: AccessCode) {
        guard var room = entries[code]?.room, let transition = room.finishIfDue(at: clock.now) else { return }
        commit(transition, leaving: room)
    }

    /// The one place where a room changes. A durable store has its turn here, before anything is published.
    private func commit(_ transition: Transition, leaving room: Room) {
        let code = room.code
        entries[code]?.room = room
        for hub in entries[code]?.hubs ?? [] {
            hub.onLoop { $0.publish(transition, in: code) }
        }
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

    /// The room, settled and marked as used now.
    private func use(_ code: AccessCode) throws(EngineError) -> Entry {
        settle(code)
        entries[code]?.lastUsed = clock.now
        guard let entry = entries[code] else { throw .roomNotFound(code) }
        return entry
    }

    private func forget(_ code: AccessCode) {
        if entries.removeValue(forKey: code) != nil { roomCount.remove() }
    }

    /// One sweep for all rooms at a twentieth of the expiry: a room outlives its time by that at most.
    private func scheduleSweep() {
        guard sweep == nil, limits.roomExpiry > .zero, !entries.isEmpty else { return }
        let period = Milliseconds(max(1000, limits.roomExpiry.count / 20))
        sweep = clock.schedule(at: clock.now + period, on: eventLoop) { [self] in
            assumeIsolated { $0.forgetExpired() }
        }
    }

    private func forgetExpired() {
        sweep = nil
        let now = clock.now
        for (code, entry) in entries where entry.hubs.isEmpty && entry.lastUsed + limits.roomExpiry <= now {
            forget(code)
        }
        scheduleSweep()
    }
}
