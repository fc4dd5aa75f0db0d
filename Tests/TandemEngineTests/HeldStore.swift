import Synchronization
import TandemCore

/// A store that answers a change when the test says so, and that can be made to fail.
final class HeldStore: RoomStore {
    typealias Completion = @Sendable (Result<Void, StoreError>) -> Void

    private struct State {
        var rooms: [AccessCode: RoomRecord] = [:]
        var isHolding = false
        var failure: StoreError?
        var held: [(RoomChange, Completion)] = []
    }

    private let state = Mutex(State())

    init(rooms: [RoomRecord] = []) {
        state.withLock { state in
            for room in rooms { state.rooms[room.code] = room }
        }
    }

    /// What is durable.
    var rooms: [AccessCode: RoomRecord] { state.withLock(\.rooms) }
    var heldCount: Int { state.withLock(\.held.count) }

    /// From now on changes wait for ``release(_:)``.
    func hold() { state.withLock { $0.isHolding = true } }

    /// Answers all changes that wait, as `failure` or by making them durable.
    func release(failure: StoreError? = nil) {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for (change, completion) in held { answer(change, failure, completion) }
    }

    /// From now on every change fails at once; nil ends the outage.
    func fail(_ failure: StoreError?) { state.withLock { $0.failure = failure } }

    /// Loses everything, as a file does that is replaced.
    func forgetAll() { state.withLock { $0.rooms = [:] } }

    func load() -> StoredRooms { StoredRooms(Array(rooms.values)) }

    func write(_ change: RoomChange, _ urgency: RoomChangeUrgency, completion: @escaping Completion) {
        let (isHeld, failure) = state.withLock { state in
            if state.isHolding { state.held.append((change, completion)) }
            return (state.isHolding, state.failure)
        }
        if !isHeld { answer(change, failure, completion) }
    }

    func close() {}

    private func answer(_ change: RoomChange, _ failure: StoreError?, _ completion: Completion) {
        if let failure { return completion(.failure(failure)) }
        state.withLock { state in
            switch change {
            case .save(let record): state.rooms[record.code] = record
            case .remove(let code): state.rooms[code] = nil
            }
        }
        completion(.success(()))
    }
}
