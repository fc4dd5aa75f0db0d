import TandemContract
import TandemCore

/// How rooms change: applied at once, taken once durable.
extension RoomShard {
    /// Applies `command` and replies once its transition is durable: with its id, or with that of the newest
    /// transition if nothing had to change. Replies come in the order of the calls.
    ///
    /// - Parameter expected: the revisions at which the command may change the room; nil allows any. A command that
    ///   would be refused anyway, or has nothing to change, gets that answer (RFC 9110, section 13.2.1 and 13.1.1).
    func perform(
        _ command: RoomCommand,
        in code: AccessCode,
        expecting expected: Set<Int>? = nil,
        reply: @escaping Reply<EventID>
    ) {
        guard !isClosed else { return reply(.failure(.shuttingDown)) }
        let now = clock.now
        guard entries[code]?.commands.take(limits.roomCommands, at: now) != false else {
            return reply(
                .failure(
                    EngineError(
                        .tooManyRequests,
                        "room \(code) gets more than \(limits.roomCommands.perSecond) commands a second, its limit",
                        retryAfter: 1
                    )
                )
            )
        }
        let ranOut = entries[code]?.newest?.timer.state(at: now) == .finished
        settle(code)
        guard let entry = entries[code] else { return reply(.failure(.roomNotFound(code))) }
        entries[code]?.lastUsed = now
        guard var room = entry.newest else {
            return wait(.none, leaving: entry.room) { reply(.failure($0 ?? .roomNotFound(code))) }
        }
        do throws(RoomError) {
            if ranOut, command.action == .pause { throw .timer(.finished) }
            let before = room
            let transition = try room.apply(command, at: now)
            if transition != nil, expected?.contains(before.revision) == false {
                return wait(.none, leaving: before) { reply(.failure($0 ?? .revision(before.revision, of: code))) }
            }
            let id = EventID(revision: room.revision, tick: 0)
            wait(transition.map { .publish($0) } ?? .none, leaving: room) { error in
                reply(error.map { .failure($0) } ?? .success(id))
            }
        } catch {
            wait(.none, leaving: room) { reply(.failure($0 ?? EngineError(error))) }
        }
    }

    /// Removes the room, and replies once it is gone for good.
    /// - Parameter expected: the revisions at which it may be removed; nil allows any.
    func delete(_ code: AccessCode, expecting expected: Set<Int>? = nil, reply: @escaping Reply<Void>) {
        guard !isClosed else { return reply(.failure(.shuttingDown)) }
        settle(code)
        guard let entry = entries[code] else { return reply(.failure(.roomNotFound(code))) }
        if let room = entry.newest, expected?.contains(room.revision) == false {
            return wait(.none, leaving: room) { reply(.failure($0 ?? .revision(room.revision, of: code))) }
        }
        let isThere = entry.newest != nil
        wait(isThere ? .remove : .none, leaving: entry.newest ?? entry.room) { error in
            if let error = error ?? (isThere ? nil : .roomNotFound(code)) { return reply(.failure(error)) }
            reply(.success(()))
        }
    }

    /// Records the end of a run that ran out. Whoever notices may call this, any number of times.
    ///
    /// The end follows from the start, which is durable: a process that restarts derives it again, with the same
    /// number. So it is published before it is durable, and also while the store fails. Only where it follows from
    /// what still waits for the store, it waits too.
    func settle(_ code: AccessCode) {
        guard !isClosed, let entry = entries[code], var room = entry.newest,
            let transition = room.finishIfDue(at: clock.now)
        else { return }
        if entry.isWaiting {
            wait(.publish(transition), leaving: room) { _ in }
        } else {
            publish(transition, leaving: room)
            save(code)
        }
    }

    // MARK: Waiting for the store

    /// Has `effect` happen once all before it and it itself are durable, at once if nothing has to be.
    private func wait(
        _ effect: RoomEntry.Step.Effect,
        leaving room: Room,
        completion: @escaping @Sendable (EngineError?) -> Void
    ) {
        let step = RoomEntry.Step(effect: effect, room: room, completion: completion)
        entries[room.code]?.append(step)
        advance(room.code)
    }

    private func advance(_ code: AccessCode) {
        while let step = entries[code]?.nextFreeStep() { take(step) }
        guard let entry = entries[code], entry.needsWrite else { return }
        guard !isClosed else { return refuseSteps(of: code) }
        entries[code]?.beginWrite()
        let change: RoomChange = entry.newest.map { .save(record(of: $0, entry)) } ?? .remove(code)
        entries[code]?.storedLastUsed = entry.lastUsed
        write(change, .awaited) { shard, error in
            if let error {
                shard.undo(code, error)
            } else {
                for step in shard.entries[code]?.endWrite() ?? [] { shard.take(step) }
                shard.advance(code)
            }
        }
    }

    private func take(_ step: RoomEntry.Step) {
        let code = step.room.code
        switch step.effect {
        case .none: break
        case .publish(let transition): publish(transition, leaving: step.room)
        case .remove:
            let steps = [step] + (entries[code]?.removeSteps() ?? [])
            forget(code) {
                for step in steps { step.completion(nil) }
            }
            return
        }
        step.completion(nil)
    }

    /// Goes back to the room as published. Its run may have ended while the store was tried.
    private func undo(_ code: AccessCode, _ error: EngineError) {
        let steps = entries[code]?.removeSteps() ?? []
        settle(code)
        for step in steps { step.completion(error) }
    }

    /// Answers what can no longer be done.
    func refuseSteps(of code: AccessCode) {
        for step in entries[code]?.removeSteps() ?? [] { step.completion(.shuttingDown) }
    }

    private func publish(_ transition: Transition, leaving room: Room) {
        let code = room.code
        entries[code]?.room = room
        for hub in entries[code]?.hubs ?? [] {
            hub.onLoop { $0.publish(transition, in: code) }
        }
    }

    // MARK: Writing

    func record(of room: Room, _ entry: RoomEntry) -> RoomRecord {
        let (now, wallTime) = (clock.now, clock.wallTime)
        return room.record(
            created: entry.created,
            lastUsed: wallTime - now.since(entry.lastUsed),
            at: now,
            wallTime: wallTime
        )
    }

    func write(
        _ change: RoomChange,
        _ urgency: RoomChangeUrgency,
        completion: @escaping @Sendable (isolated RoomShard, EngineError?) -> Void = { _, _ in }
    ) {
        store.write(change, urgency) { [self] answer in
            onLoop { shard in
                shard.health.note(answer)
                switch answer {
                case .success: completion(shard, nil)
                case .failure(let error): completion(shard, EngineError(error))
                }
            }
        }
    }

    /// Writes the room as published, which nobody waits for.
    func save(_ code: AccessCode) {
        guard let entry = entries[code] else { return }
        entries[code]?.storedLastUsed = entry.lastUsed
        write(.save(record(of: entry.room, entry)), .background)
    }

    /// After an outage the store may be another one, or have missed the end of a run.
    func saveAll() {
        for (code, entry) in entries where !entry.isWaiting { save(code) }
    }
}
