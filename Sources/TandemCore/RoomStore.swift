/// Where rooms outlive the process.
///
/// The engine is the single writer of its rooms and keeps them all in memory; from a store it reads once, at the start.
/// A change holds the whole room and not what differs, so a later change makes up for one that failed.
///
/// - When a change is answered with success, it survives a crash of the process and of the machine.
/// - Changes of one room take effect in the order of the calls.
/// - After a failure the next change is tried as if nothing had happened: that is how an outage ends.
public protocol RoomStore: Sendable {
    /// All rooms that make sense, and which do not. The first call.
    func load() async throws(StoreError) -> StoredRooms

    /// Makes `change` durable; never blocks. Between two calls for one room that are ``RoomChangeUrgency/awaited``
    /// the first must have been answered.
    /// - Parameter completion: called once, on any thread, perhaps before this returns.
    func write(
        _ change: RoomChange,
        _ urgency: RoomChangeUrgency,
        completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
    )

    /// Returns when all changes are answered and nothing of the store is in use any more. The last call.
    func close() async
}

/// What a store keeps, as ``RoomStore/load()`` finds it.
public struct StoredRooms: Hashable, Sendable {
    public var rooms: [RoomRecord]
    /// The rooms that make no sense. The store keeps them aside, and does not find them again.
    public var setAside: [RoomSetAside]

    public init(_ rooms: [RoomRecord], setAside: [RoomSetAside] = []) {
        self.rooms = rooms
        self.setAside = setAside
    }
}

/// A room that a store cannot give back.
public struct RoomSetAside: Hashable, Sendable {
    /// The first 4 characters of its code, `?` for those that no code has: a whole code is the permission to use it.
    public let prefix: String
    /// Which value makes no sense, and what is allowed; one line, without any text of the room.
    public let reason: String

    public init(code: String, reason: String) {
        prefix = String(
            code.unicodeScalars.prefix(4).map {
                $0.isASCII && $0.properties.isAlphabetic || $0.isDigit ? Character($0) : "?"
            }
        )
        self.reason = reason
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { (48...57).contains(value) }
}

/// A change of what a store keeps.
public enum RoomChange: Hashable, Sendable {
    /// The room is new, or is now like this.
    case save(RoomRecord)
    case remove(AccessCode)

    public var code: AccessCode {
        switch self {
        case .save(let record): record.code
        case .remove(let code): code
        }
    }
}

public enum RoomChangeUrgency: Hashable, Sendable {
    /// Somebody waits for it.
    case awaited
    /// It can be derived again, or done again; whatever is awaited goes first.
    case background
}
