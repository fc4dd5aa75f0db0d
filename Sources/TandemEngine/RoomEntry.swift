import TandemCore

/// A room as its writer has it: as published, and ahead of that what was applied and waits for the store.
///
/// Commands are applied to ``newest`` as they come and need not wait for each other. One change at a time is with the
/// store; what comes meanwhile is covered by the next one, so that a room that gets many commands costs few commits.
/// All of it is undone if the store fails.
struct RoomEntry: Sendable {
    /// One thing that happens to the room once all before it is durable.
    struct Step: Sendable {
        enum Effect: Sendable {
            /// Nothing; its answer builds on what waits.
            case none
            case publish(Transition)
            case remove
        }

        let effect: Effect
        /// The room from this step on.
        let room: Room
        /// Called in either case: with nil when the step has been taken, with the error when it is undone.
        let completion: @Sendable (EngineError?) -> Void
    }

    /// As published: durable, or to be derived from what is durable.
    var room: Room
    let created: WallTime
    let counts = SubscriberCounts()
    /// The event loops that have subscribers for the room.
    var hubs: Set<HubMailbox> = []
    var lastUsed: MonotonicInstant
    /// The ``lastUsed`` that the store knows of.
    var storedLastUsed: MonotonicInstant
    var commands = TokenBucket()

    private var steps: [Step] = []
    /// How many of the steps the change that is with the store covers.
    private var stepsInStore = 0

    init(room: Room, created: WallTime, lastUsed: MonotonicInstant) {
        self.room = room
        self.created = created
        self.lastUsed = lastUsed
        storedLastUsed = lastUsed
    }

    /// On this the next command builds; nil if the room is about to be removed.
    var newest: Room? {
        guard let last = steps.last else { return room }
        return isBeingRemoved ? nil : last.room
    }

    /// When the room was last used, or is: a run is waited for, also while nobody watches it.
    var neededUntil: MonotonicInstant {
        max(lastUsed, room.timer.run?.endsAt ?? lastUsed)
    }

    var isWaiting: Bool { !steps.isEmpty }

    private var isBeingRemoved: Bool {
        steps.contains { if case .remove = $0.effect { true } else { false } }
    }

    mutating func append(_ step: Step) {
        steps.append(step)
    }

    /// Removes and returns the next step if it need not wait.
    mutating func nextFreeStep() -> Step? {
        guard stepsInStore == 0, case .none? = steps.first?.effect else { return nil }
        return steps.removeFirst()
    }

    /// Whether there are steps for which a change must be written now.
    var needsWrite: Bool { stepsInStore == 0 && !steps.isEmpty }

    /// Marks all steps as covered by a change that is with the store from now on.
    mutating func beginWrite() {
        stepsInStore = steps.count
    }

    /// The steps that are durable now.
    mutating func endWrite() -> [Step] {
        let durable = Array(steps.prefix(stepsInStore))
        steps.removeFirst(stepsInStore)
        stepsInStore = 0
        return durable
    }

    /// All steps, none of which will be taken here.
    mutating func removeSteps() -> [Step] {
        stepsInStore = 0
        defer { steps = [] }
        return steps
    }
}
