import Synchronization
import TandemCore
import TandemTesting
import Testing

@testable import TandemStores

@Suite("Changes that wait for a commit", .timeLimit(.minutes(5)))
struct WaitingChangesTests {
    private func room(_ number: Int, version: Int) throws -> RoomRecord {
        try RoomRecord(
            code: #require(AccessCode("2345678" + "23456789".dropFirst(number).prefix(1) + "AB")),
            name: RoomName("\(version)"),
            duration: .minutes(1),
            timer: .paused(remaining: .minutes(1)),
            rotation: .none,
            revision: 0,
            history: [],
            created: WallTime(milliseconds: 0),
            lastUsed: WallTime(milliseconds: 0)
        )
    }

    @Test("are committed in the order of the calls, room by room, and each is answered once", arguments: 1...50)
    func order(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var limits = StoreLimits()
        limits.changesPerCommit = Int.random(in: 1...3, using: &generator)
        limits.backgroundChangesPerCommit = Int.random(in: 1...2, using: &generator)
        var waiting = WaitingChanges()
        /// By room, the number of its newest call that is committed, and of its newest call.
        var committed: [AccessCode: Int] = [:]
        var called: [AccessCode: Int] = [:]
        var numbers: [RoomChange: Int] = [:]
        let answered = Mutex<[Int]>([])
        func commit() -> Int {
            let batch = waiting.removeBatch(limits)
            #expect(Set(batch.map(\.change.code)).count == batch.count)
            #expect(batch.count <= limits.changesPerCommit + limits.backgroundChangesPerCommit)
            for item in batch {
                let number = numbers[item.change] ?? 0
                #expect(number > committed[item.change.code] ?? 0)
                committed[item.change.code] = number
                for completion in item.completions { completion(.success(())) }
                // Whoever is answered is stored, or was overtaken by what is.
                #expect(answered.withLock(\.last) == number)
            }
            return batch.count
        }
        for number in 1...400 {
            let record = try room(Int.random(in: 0..<8, using: &generator), version: number)
            let isRemoval = Int.random(in: 0..<5, using: &generator) == 0
            let change: RoomChange = isRemoval ? .remove(record.code) : .save(record)
            numbers[change] = number
            called[record.code] = number
            waiting.add(change, Bool.random(using: &generator) ? .awaited : .background) { _ in
                answered.withLock { $0.append(number) }
            }
            if Int.random(in: 0..<4, using: &generator) == 0 { _ = commit() }
        }
        while commit() > 0 {}

        #expect(waiting.isEmpty)
        #expect(committed == called)
        #expect(answered.withLock { $0.sorted() } == Array(1...400))
    }

    @Test("may be followed by more from within their answers")
    func reentrance() async throws {
        try await withTemporaryPath { path in
            let store = try SQLiteStore(path: path)
            let record = try room(0, version: 1)
            await withCheckedContinuation { continuation in
                store.write(.save(record), .awaited) { _ in
                    store.write(.save(record), .background) { _ in
                        store.write(.remove(record.code), .awaited) { _ in continuation.resume() }
                    }
                }
            }
            #expect(try await store.load() == StoredRooms([]))
            await store.close()
        }
    }
}
