import Logging
import NIOPosix
import Synchronization
import TandemContract
import TandemCore
import TandemTesting
import Testing

@testable import TandemEngine

private let full = StoreError(.full, "the disk is full")

@Suite("A command", .timeLimit(.minutes(5)))
struct DurableCommandTests {
    @Test("is answered and published once it is durable, and not before")
    func waits() async throws {
        let store = HeldStore()
        try await EngineHost.run(loops: 2, store: store) { host in
            let client = try await host.join()
            store.hold()
            let answered = Mutex(false)
            async let id = answer(host, .start) { answered.withLock { $0 = true } }
            try await host.untilHeldCount(of: store, is: 1)

            let isAnswered = answered.withLock(\.self)
            #expect(!isAnswered)
            #expect(try await host.engine.report(of: host.code).state == .paused)
            try await host.clock.advance(by: .seconds(3))
            store.release()

            #expect(try await id == EventID(revision: 1, tick: 0))
            #expect(store.rooms[host.code]?.revision == 1)
            // It counts from the command, and not from its commit.
            #expect(
                try await client.read(until: "597000\n").replacing("- presence {\"test\":1}\n", with: "")
                    == "1-0 timer start\n1-0 remaining-time 600000\n1-3 remaining-time 597000\n"
            )
        }
    }

    private func answer(_ host: EngineHost, _ command: RoomCommand, then: @Sendable () -> Void) async throws -> EventID
    {
        let id = try await host.engine.perform(command, in: host.code)
        then()
        return id
    }

    @Test("builds on those that still wait, in order, with two commits for all")
    func pipelining() async throws {
        let store = HeldStore()
        try await EngineHost.run(store: store) { host in
            let client = try await host.join()
            store.hold()
            try await client.send("start\npause\nstart\nstart\nthere\n")
            #expect(try await client.read(until: "there\n") == "there\n")

            store.release()
            let first = try await client.read(until: "ack 1-0\n")
            try await host.untilHeldCount(of: store, is: 1)
            store.release()
            let rest = try await client.read(until: "ack 3-0\nack 3-0\n")

            #expect(first == "1-0 timer start\n1-0 remaining-time 600000\nack 1-0\n")
            #expect(
                rest == """
                    2-0 remaining-time 600000
                    2-0 timer pause
                    ack 2-0
                    3-0 timer start
                    3-0 remaining-time 600000
                    ack 3-0
                    ack 3-0

                    """
            )
            #expect(store.rooms[host.code]?.history.map(\.kind) == [.start, .pause, .start])
        }
    }

    @Test("fails with all that builds on it when the store fails, and leaves the room as it was")
    func failure() async throws {
        let store = HeldStore()
        try await EngineHost.run(store: store) { host in
            let client = try await host.join()
            store.hold()
            try await client.send("start\npause\npause\nthere\n")
            _ = try await client.read(until: "there\n")

            store.release(failure: full)

            let refusals = "store-unavailable\nstore-unavailable\nstore-unavailable\n"
            #expect(try await client.read(until: refusals) == refusals)
            try await client.send("start\n")
            try await host.untilHeldCount(of: store, is: 1)
            store.release()
            let text = try await client.read(until: "ack 1-0\n")
            #expect(text == "1-0 timer start\n1-0 remaining-time 600000\nack 1-0\n")
        }
    }

    private func deletionCode(_ host: EngineHost) async -> ProblemCode? {
        do throws(EngineError) {
            try await host.engine.deleteRoom(host.code)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("after a removal that waits finds no room, and finds it if the removal fails")
    func removal() async throws {
        let store = HeldStore()
        try await EngineHost.run(store: store) { host in
            let client = try await host.join()
            store.hold()
            async let failing = deletionCode(host)
            try await host.untilHeldCount(of: store, is: 1)
            try await client.send("start\nthere\n")
            _ = try await client.read(until: "there\n")
            store.release(failure: full)

            #expect(await failing == .storeUnavailable)
            #expect(try await client.read(until: "\n") == "store-unavailable\n")
            #expect(try await host.engine.report(of: host.code).revision == 0)

            async let deletion = deletionCode(host)
            try await host.untilHeldCount(of: store, is: 1)
            try await client.send("start\nthere\n")
            _ = try await client.read(until: "there\n")
            store.release()

            #expect(await deletion == nil)
            #expect(store.rooms[host.code] == nil)
            #expect(host.engine.roomCount == 0)
        }
    }

    @Test("or a second removal behind a removal that succeeds finds no room")
    func behindRemoval() async throws {
        let store = HeldStore()
        try await EngineHost.run(store: store) { host in
            let code = host.code
            let answers = Mutex<[ProblemCode?]>([])
            let note = { @Sendable (code: ProblemCode?) in answers.withLock { $0.append(code) } }
            store.hold()
            host.engine.directory.shard(of: code).onLoop { shard in
                shard.delete(code) { note($0.refusal) }
                shard.delete(code) { note($0.refusal) }
                shard.perform(.start, in: code) { note($0.refusal) }
            }
            try await host.untilHeldCount(of: store, is: 1)

            store.release()
            try await host.clock.settle()

            let seen = answers.withLock(\.self)
            #expect(seen == [nil, .roomNotFound, .roomNotFound])
        }
    }

    @Test("whose run ends while it waits is published before that end")
    func endOfWaitingRun() async throws {
        let store = HeldStore()
        try await EngineHost.run(store: store) { host in
            let client = try await host.join()
            try await host.engine.perform(.update(TimerSetting(duration: .seconds(1))), in: host.code)
            store.hold()
            try await client.send("start\nthere\n")
            _ = try await client.read(until: "there\n")
            try await host.clock.advance(by: .seconds(2))
            #expect(try await host.engine.report(of: host.code).revision == 1)

            store.release()
            try await host.untilHeldCount(of: store, is: 1)
            store.release()

            let text = try await client.read(until: "3-0 timer stop\n")
            #expect(text.contains("2-0 timer start\n"))
        }
    }
}

extension Result where Failure == EngineError {
    fileprivate var refusal: ProblemCode? {
        if case .failure(let error) = self { error.code } else { nil }
    }
}

@Suite("While the store fails", .timeLimit(.minutes(5)))
struct StoreOutageTests {
    @Test("those who watch miss neither a tick nor the end; commands are refused until it works again")
    func outage() async throws {
        let store = HeldStore()
        try await EngineHost.run(store: store) { host in
            let client = try await host.join()
            try await host.engine.perform(.update(TimerSetting(duration: .seconds(3))), in: host.code)
            try await host.engine.perform(.start, in: host.code)
            store.fail(full)

            try await host.clock.advance(by: .seconds(1))
            await #expect(throws: EngineError.self) { try await host.engine.perform(.pause, in: host.code) }
            await #expect(throws: EngineError.self) {
                try await host.engine.createRoom(name: nil, setting: TimerSetting(duration: .seconds(1)))
            }
            try await host.clock.advance(by: .seconds(3))

            #expect(
                try await client.read(until: "3-0 remaining-time 3000\n").split(separator: "\n")
                    .filter { !$0.contains("presence") }.dropFirst(4) == [
                        "2-1 remaining-time 2000", "2-2 remaining-time 1000", "2-3 remaining-time 0", "3-0 timer stop",
                        "3-0 remaining-time 3000",
                    ]
            )
            #expect(store.rooms[host.code]?.revision == 2)
            #expect(host.engine.roomCount == 1)

            store.fail(nil)
            #expect(try await host.engine.perform(.start, in: host.code).revision == 4)
            #expect(store.rooms[host.code]?.history.map(\.kind) == [.update, .start, .stop, .start])
        }
    }

    @Test("a pause that was refused at the last moment does not keep the end of the run away")
    func refusedPause() async throws {
        let store = HeldStore()
        try await EngineHost.run(store: store) { host in
            let client = try await host.join()
            try await host.engine.perform(.start, in: host.code)
            try await host.clock.advance(by: Milliseconds(599_500))
            store.hold()
            async let pause = Self.isRefused(.pause, host)
            try await host.untilHeldCount(of: store, is: 1)
            try await host.clock.advance(by: .seconds(1))

            store.release(failure: full)

            #expect(await pause)
            #expect(
                try await client.read(until: "2-0 timer stop\n").hasSuffix("1-600 remaining-time 0\n2-0 timer stop\n")
            )
        }
    }

    private static func isRefused(_ command: RoomCommand, _ host: EngineHost) async -> Bool {
        (try? await host.engine.perform(command, in: host.code)) == nil
    }

    @Test("rooms that nobody touched are stored anew when it works again, since it may be another store")
    func recovery() async throws {
        let store = HeldStore()
        try await EngineHost.run(loops: 2, store: store) { host in
            let setting = try TimerSetting(duration: .minutes(1))
            var rooms: [AccessCode] = [host.code]
            for _ in 0..<20 { rooms.append(try await host.engine.createRoom(name: nil, setting: setting).code) }
            store.fail(full)
            await #expect(throws: EngineError.self) { try await host.engine.perform(.start, in: rooms[0]) }
            store.forgetAll()
            store.fail(nil)

            try await host.engine.perform(.start, in: rooms[0])
            try await host.clock.settle()

            #expect(Set(store.rooms.keys) == Set(rooms))
        }
    }

    @Test("a room keeps the time of its last use when it is stored anew after that")
    func lastUsed() async throws {
        let store = HeldStore()
        try await EngineHost.run(store: store) { host in
            let setting = try TimerSetting(duration: .minutes(1))
            try await host.clock.advance(by: .hours(12))
            store.fail(full)
            await #expect(throws: EngineError.self) { try await host.engine.createRoom(name: nil, setting: setting) }
            store.forgetAll()
            store.fail(nil)

            _ = try await host.engine.createRoom(name: nil, setting: setting)
            try await host.clock.settle()

            let lastUsed = try #require(store.rooms[host.code]?.lastUsed)
            #expect(host.clock.wallTime.since(lastUsed) == .hours(12))
        }
    }
}

@Suite("An engine that takes over the rooms of the one before", .timeLimit(.minutes(5)))
struct RestoreTests {
    private func room(_ timer: RoomRecord.TimerState, lastUsed: WallTime, history: [Transition.Kind]) throws
        -> RoomRecord
    {
        RoomRecord(
            code: try #require(AccessCode("ABCDEFGHJK")),
            name: try RoomName("Ours"),
            duration: .minutes(10),
            timer: timer,
            rotation: try Rotation(names: ["a", "b"]),
            revision: 7,
            history: history.map { RoomHistory.Record(kind: $0) },
            created: lastUsed,
            lastUsed: lastUsed
        )
    }

    /// Runs `body` with an engine that found `records`, made for the wall clock's time at its start.
    private func restore(
        _ records: (WallTime) throws -> [RoomRecord],
        body: (EngineHost, HeldStore) async throws -> Void
    ) async throws {
        let clock = ManualClock([])
        let store = HeldStore(rooms: try records(clock.wallTime))
        try await EngineHost.run(store: store) { host in try await body(host, store) }
    }

    @Test("goes on with a running timer as if nothing had happened")
    func running() async throws {
        try await restore { now in
            [try room(.running(remaining: .minutes(9), since: now - .minutes(2)), lastUsed: now, history: [.start])]
        } body: { host, _ in
            let code = try #require(AccessCode("ABCDEFGHJK"))
            let report = try await host.engine.report(of: code)

            #expect(report.remaining == .minutes(7))
            #expect(report.state == .running)
            #expect(report.revision == 7)
            #expect(report.name?.text == "Ours")
            #expect(try await host.engine.perform(.pause, in: code).revision == 8)
        }
    }

    @Test("finds a run that ended meanwhile at its stop, under the number it would have had")
    func finished() async throws {
        try await restore { now in
            [try room(.running(remaining: .minutes(1), since: now - .minutes(2)), lastUsed: now, history: [.start])]
        } body: { host, store in
            let code = try #require(AccessCode("ABCDEFGHJK"))
            let report = try await host.engine.report(of: code)

            #expect(report.remaining == .minutes(10))
            #expect(report.state == .paused)
            #expect(report.revision == 8)
            #expect(report.rotation.turn?.number == 2)
            #expect(store.rooms[code]?.rotation == report.rotation)
            #expect(store.rooms[code]?.history.map(\.kind) == [.start, .stop])
        }
    }

    @Test("is not moved by the wall clock once it runs")
    func wallClock() async throws {
        try await restore { now in
            [try room(.running(remaining: .minutes(9), since: now - .minutes(2)), lastUsed: now, history: [.start])]
        } body: { host, _ in
            let code = try #require(AccessCode("ABCDEFGHJK"))
            host.clock.setWallTime(forwardBy: .hours(30))
            try await host.clock.advance(by: .seconds(1))

            #expect(try await host.engine.report(of: code).remaining == .minutes(7) - .seconds(1))
        }
    }

    @Test("takes a wall clock that was set back for one that stood still")
    func wallClockBack() async throws {
        try await restore { now in
            [try room(.running(remaining: .minutes(9), since: now - (.zero - .hours(1))), lastUsed: now, history: [])]
        } body: { host, _ in
            let code = try #require(AccessCode("ABCDEFGHJK"))
            #expect(try await host.engine.report(of: code).remaining == .minutes(9))

            try await host.clock.advance(by: .seconds(1))

            #expect(try await host.engine.report(of: code).remaining == .minutes(9) - .seconds(1))
        }
    }

    @Test("forgets a room a day after its last use, whichever process saw that, also in the store")
    func expiry() async throws {
        try await restore { now in
            [try room(.paused(remaining: .minutes(1)), lastUsed: now - .hours(23), history: [])]
        } body: { host, store in
            let code = try #require(AccessCode("ABCDEFGHJK"))
            try await host.clock.advance(by: .hours(3))

            await #expect(throws: EngineError.self) { try await host.engine.report(of: code) }
            #expect(store.rooms[code] == nil)
        }
    }

    @Test("has told the store which rooms are used, at a twentieth of the expiry")
    func lastUsed() async throws {
        let store = HeldStore()
        try await EngineHost.run(store: store) { host in
            _ = try await host.join()
            try await host.clock.advance(by: .hours(12))

            let lastUsed = try #require(store.rooms[host.code]?.lastUsed)
            #expect(host.clock.wallTime.since(lastUsed) <= Milliseconds.minutes(72))
        }
    }
}

extension EngineHost {
    /// Waits, by turns of the event loops and not by time, until `store` holds so many changes.
    fileprivate func untilHeldCount(of store: HeldStore, is count: Int) async throws {
        for _ in 0..<20_000 where store.heldCount != count { try await clock.settle() }
        #expect(store.heldCount == count)
    }
}
