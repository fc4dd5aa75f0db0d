/// A room: a code, a name, one timer, the people's turns, and a numbered past. A pure value, owned by a single writer.
public struct Room: Hashable, Sendable {
    public let code: AccessCode
    public let name: RoomName?
    public private(set) var timer: RoomTimer
    public private(set) var rotation: Rotation
    public private(set) var history: RoomHistory

    /// The number of the newest transition, 0 before the first.
    public var revision: Int { history.revision }

    /// - Parameter historyLimit: how much of its past is kept for resume.
    public init(
        code: AccessCode,
        name: RoomName?,
        timer: RoomTimer,
        rotation: Rotation = .none,
        historyLimit: RoomHistory.Limit
    ) {
        self.init(
            code: code,
            name: name,
            timer: timer,
            rotation: rotation,
            history: RoomHistory(limit: historyLimit)
        )
    }

    init(code: AccessCode, name: RoomName?, timer: RoomTimer, rotation: Rotation, history: RoomHistory) {
        self.code = code
        self.name = name
        self.timer = timer
        self.rotation = rotation
        self.history = history
    }

    /// Applies `command` as of `now`.
    ///
    /// The end of a run must have been recorded first, by ``finishIfDue(at:)``.
    /// - Returns: the transition, or nil if the room is already as the command wants it.
    public mutating func apply(_ command: RoomCommand, at now: MonotonicInstant) throws(RoomError) -> Transition? {
        switch command.action {
        case .start:
            guard timer.start(at: now) else { return nil }
            return record(.start, by: command.by, at: now)
        case .pause:
            do { try timer.pause(at: now) } catch { throw .timer(error) }
            return record(.pause, by: command.by, at: now)
        case .update(let setting):
            timer.update(setting, at: now)
            return record(.update, by: command.by, at: now)
        case .swap(let turn):
            guard let current = rotation.turn else { throw .noNames }
            guard turn ?? current.number == current.number, rotation.advance() else { return nil }
            return record(.swap, by: command.by, at: now)
        case .setNames(let rotation):
            guard self.rotation.names != rotation.names else { return nil }
            self.rotation = rotation
            return record(.names, by: command.by, at: now)
        }
    }

    /// Records the end of a run whose time is up at `now`, and with it begins the next turn; nil if there is none.
    public mutating func finishIfDue(at now: MonotonicInstant) -> Transition? {
        guard timer.finish(at: now) else { return nil }
        _ = rotation.advance()
        return record(.stop, by: nil, at: now)
    }

    /// Takes over a transition that the room's writer made; for read-only replicas.
    public mutating func adopt(_ transition: Transition) {
        timer = transition.timer
        rotation = transition.rotation
        history.append(transition.record)
    }

    private mutating func record(_ kind: Transition.Kind, by: PersonName?, at now: MonotonicInstant) -> Transition {
        let transition = Transition(
            revision: revision + 1,
            kind: kind,
            by: by,
            timer: timer,
            rotation: rotation,
            instant: now
        )
        history.append(transition.record)
        return transition
    }
}
