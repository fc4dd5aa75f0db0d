import Dispatch
import Foundation
import Synchronization
public import TandemCore

/// Rooms in a SQLite file, each change on the disk before it is answered.
///
/// Changes that come while others are being committed are committed together next, so that one sync of the disk serves
/// all that wait for it. A change that fails leaves the file as it was, and the file is tried anew with the next one.
/// One process at a time has a file.
public final class SQLiteStore: RoomStore {
    private struct Item: Sendable {
        let change: RoomChange
        /// Its own, and those of the changes before that it takes the place of.
        var completions: [@Sendable (Result<Void, StoreError>) -> Void]
    }

    private struct Waiting {
        var awaited: [Item] = []
        /// By room, since only the newest change of each matters.
        var background: [AccessCode: Item] = [:]
        var isCommitting = false
        var isClosed = false
    }

    public let path: String
    private let limits: StoreLimits
    private let waiting = Mutex(Waiting())
    /// Where the disk is waited for, so that no event loop is.
    private let queue = DispatchQueue(label: "tandem.store")
    /// Locked by one block of the queue at a time, so nobody ever waits for it.
    private let file: Mutex<RoomFile>
    private let lock: Mutex<FileLock?>

    /// Opens the file at `path`, creating it and its folder if they are not there.
    /// - Throws: `store-in-use`, `store-foreign`, `store-corrupt`, `store-read-only`, `store-full`, `store-unavailable`.
    public init(path: String, limits: StoreLimits = StoreLimits()) throws(StoreError) {
        self.path = path
        self.limits = limits
        let folder = URL(filePath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(
                at: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StoreError(.unavailable, "cannot create \(folder.path): \(error.localizedDescription)")
        }
        lock = Mutex(try FileLock(besides: path))
        file = Mutex(try RoomFile(path: path, limits: limits))
    }

    public func load() async throws(StoreError) -> [RoomRecord] {
        let result = await withCheckedContinuation { continuation in
            queue.async { [self] in
                continuation.resume(
                    returning: file.withLock { file in
                        Result { () throws(StoreError) in try file.rooms() }
                    }
                )
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
            let older = waiting.background.removeValue(forKey: change.code)
            let item = Item(change: change, completions: (older?.completions ?? []) + [completion])
            switch urgency {
            case .awaited: waiting.awaited.append(item)
            case .background: waiting.background[change.code] = item
            }
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

    private func nextBatch() -> [Item]? {
        waiting.withLock { waiting in
            var batch = Array(waiting.awaited.prefix(limits.changesPerCommit))
            waiting.awaited.removeFirst(batch.count)
            for (code, item) in waiting.background.prefix(limits.backgroundChangesPerCommit) {
                waiting.background[code] = nil
                batch.append(item)
            }
            guard batch.isEmpty else { return batch }
            waiting.isCommitting = false
            return nil
        }
    }
}
