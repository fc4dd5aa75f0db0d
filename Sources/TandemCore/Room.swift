/// A room: a code, a name, one timer, and the numbered past of that timer. A pure value, owned by a single writer.
public struct Room: Hashable, Sendable {
    public let code: AccessCode
    public let name: String?
    public private(set) var timer: RoomTimer
    public private(set) var history: RoomHistory

    /// The number of the newest transition, 0 before the first.
    public var revision: Int { history.revision }

    /// - Parameter historyLimit: how many transitions are kept for resume.
    public init(code: AccessCode, name: String?, timer: RoomTimer, historyLimit: Int) {
        self.code = code
        self.name = name
        self.timer = timer
        history = RoomHistory(limit: historyLimit)
    }

    init(code: AccessCode, name: String?, timer: RoomTimer, history: RoomHistory) {
        self.code = code
        self.name = name
        self.timer = timer
        self.history = history
    }

    /// Applies `command` as of `now`.
    ///
    /// The end of a run must have been recorded first, by ``finishIfDue(at:)``.
    /// - Returns: the transition, or nil if the room is already as the command wants it.
    public mutating func apply(_ command: RoomCommand, at now: MonotonicInstant) throws(TimerError) -> Transition? {
        switch command {
        case .start:
            guard timer.start(at: now) else { return nil }
            return record(.start, at: now)
        case .pause:
            try timer.pause(at: now)
            return record(.pause, at: now)
        case .update(let setting):
            timer.update(setting, at: now)
            return record(.update, at: now)
        }
    }

    /// Records the end of a run whose time is up at `now`; nil if there is none.
    public mutating func finishIfDue(at now: MonotonicInstant) -> Transition? {
        timer.finish(at: now) ? record(.stop, at: now) : nil
    }

    /// Takes over a transition that the room's writer made; for read-only replicas.
    public mutating func adopt(_ transition: Transition) {
        timer = transition.timer
        history.append(transition.kind)
    }

    private mutating func record(_ kind: Transition.Kind, at now: MonotonicInstant) -> Transition {
        history.append(kind)
        return Transition(revision: history.revision, kind: kind, timer: timer, instant: now)
    }
}
