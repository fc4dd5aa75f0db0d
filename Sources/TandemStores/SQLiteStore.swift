import Dispatch
import Synchronization
public import TandemCore

/// Rooms in a SQLite file, each change on the disk before it is answered.
///
/// Changes that come while others are being committed are committed together next, so that one sync of the disk serves
/// all that wait for it. A change that fails leaves the file as it was, and the file is tried anew with the next one.
/// One process at a time has a file.
public final class SQLiteStore: RoomStore {
    private struct Waiting {
        var changes = WaitingChanges()
        var isCommitting = false
        var isClosed = false
    }

    /// As given.
    public let path: String
    private let limits: StoreLimits
    private let waiting = Mutex(Waiting())
    /// Where the disk is waited for, so that no event loop is.
    private let queue = DispatchQueue(label: "tandem.store")
    /// Locked by one block of the queue at a time, so nobody ever waits for it.
    private let file: Mutex<RoomFile>
    private let lock: Mutex<FileLock?>

    /// Opens the file at `path`, creating it and its folder if they are not there. A file that others can read is for
    /// its owner alone from then on.
    /// - Throws: `store-in-use`, `store-foreign`, `store-corrupt`, `store-read-only`, `store-full`, `store-unavailable`.
    public init(path: String, limits: StoreLimits = StoreLimits()) throws(StoreError) {
        self.path = path
        self.limits = limits
        let resolved = try StorePath(path).text
        lock = Mutex(try FileLock(.note, at: resolved + ".lock", of: path))
        file = Mutex(try RoomFile(path: resolved, limits: limits))
    }

    public func load() async throws(StoreError) -> StoredRooms {
        let result = await withCheckedContinuation { continuation in
            queue.async { [self] in
                let result = file.withLock { file in
                    Result { () throws(StoreError) in try file.rooms() }
                }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    public func write(
        _ change: RoomChange,
        _ urgency: RoomChangeUrgency,
        completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        let (isClosed, starts) = waiting.withLock { waiting in
            guard !waiting.isClosed else { return (true, false) }
            waiting.changes.add(change, urgency, completion)
            defer { waiting.isCommitting = true }
            return (false, !waiting.isCommitting)
        }
        if isClosed { return completion(.failure(StoreError(.unavailable, "the room store \(path) is closed"))) }
        if starts { queue.async { [self] in commitAll() } }
    }

    public func close() async {
        waiting.withLock { $0.isClosed = true }
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                commitAll()
                file.withLock { $0.close() }
                lock.withLock { $0 = nil }
                continuation.resume()
            }
        }
    }

    /// Completions are called with nothing locked: they may do anything, more changes included.
    private func commitAll() {
        while let batch = nextBatch() {
            let answer = file.withLock { file in
                Result { () throws(StoreError) in try file.apply(batch.map(\.change)) }
            }
            for item in batch {
                for completion in item.completions { completion(answer) }
            }
        }
    }

    private func nextBatch() -> [WaitingChanges.Item]? {
        waiting.withLock { waiting in
            let batch = waiting.changes.removeBatch(limits)
            guard batch.isEmpty else { return batch }
            waiting.isCommitting = false
            return nil
        }
    }
}
