public import TandemCore

/// Rooms that end with the process: nothing has to be kept beside what the engine itself has.
public struct MemoryStore: RoomStore {
    public init() {}

    public func load() -> StoredRooms { StoredRooms([]) }

    public func write(
        _ change: RoomChange,
        _ urgency: RoomChangeUrgency,
        completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        completion(.success(()))
    }

    public func close() {}
}
