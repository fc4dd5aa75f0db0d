import Dispatch
import InMemoryLogging
import Logging
import NIOCore
import NIOPosix
import Synchronization
import TandemContract
import TandemCore
import TandemStores
import TandemTesting
import Testing

@testable import TandemEngine

@Suite("An engine that drains", .timeLimit(.minutes(5)))
struct DrainTests {
    @Test("refuses whoever comes after that, on every event loop")
    func lateJoin() async throws {
        try await EngineHost.run(loops: 2, wire: EngineHost.Wire(showsAll: true)) { host in
            let client = try await host.join()

            host.engine.drain()

            #expect(try await host.refusals() == [.unavailable, .unavailable])
            #expect(try await host.connect().read(until: "\n") == "unavailable\n")
            #expect(try await client.read(until: "close shutdown\n").hasSuffix("close shutdown\n"))
        }
    }

    @Test("refuses those who wait for the room's writer")
    func waitingJoin() async throws {
        try await EngineHost.run(loops: 2) { host in
            let writer = host.engine.directory.shard(of: host.code)
            let released = DispatchSemaphore(value: 0)
            let reached = DispatchSemaphore(value: 0)
            writer.onLoop { _ in
                reached.signal()
                _ = released.wait(timeout: .now() + 60)
            }
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    reached.wait()
                    continuation.resume()
                }
            }
            let free = host.engine.mailboxes[writer === host.engine.directory.shards[0] ? 1 : 0]
            async let refusal = host.refusal(of: host.code, free.eventLoop)
            // Until the join waits.
            for _ in 0..<20_000 {
                if try await free.eventLoop.submit({ free.hubOnLoop?.isAwaiting(host.code) ?? false }).get() { break }
            }

            host.engine.drain()

            #expect(try await refusal == .unavailable)
            released.signal()
        }
    }
}

@Suite("A room that was deleted", .timeLimit(.minutes(5)))
struct DeletionTests {
    @Test("is found on no event loop, although an old stream is still closing")
    func gone() async throws {
        let wire = EngineHost.Wire(hasClosingHandshake: true, showsAll: true)
        try await EngineHost.run(loops: 2, wire: wire) { host in
            var clients: [RawClient] = []
            for _ in 0..<4 { clients.append(try await host.join()) }

            try await host.engine.deleteRoom(host.code)

            #expect(try await host.refusals() == [.roomNotFound, .roomNotFound])
            #expect(host.engine.streamCount == 4)
            for client in clients {
                #expect(try await client.read(until: "close OK\n").hasSuffix("close OK\n"))
            }
        }
    }

    @Test("lets no stream in that is not told of the end", arguments: [1, 2])
    func race(loops: Int) async throws {
        try await EngineHost.run(loops: loops, wire: EngineHost.Wire(showsAll: true)) { host in
            try await withThrowingTaskGroup { tasks in
                for _ in 0..<40 {
                    tasks.addTask {
                        let client = try await host.connect()
                        let text = String(decoding: try await client.readToEnd(), as: UTF8.self)
                        return text == "room-not-found\n" || text.hasSuffix("close OK\n")
                    }
                }
                try await host.engine.deleteRoom(host.code)
                for try await isTold in tasks { #expect(isTold) }
            }
        }
    }
}

@Suite("A room whose timer runs", .timeLimit(.minutes(5)))
struct RunningRoomTests {
    @Test("does not expire before its end, and then like any other")
    func expiry() async throws {
        var limits = EngineLimits()
        limits.roomExpiry = .minutes(1)
        try await EngineHost.run(limits: limits) { host in
            try await host.engine.perform(.start, in: host.code)

            try await host.clock.advance(by: .minutes(10) + Milliseconds(59_000))
            #expect(host.engine.roomCount == 1)

            try await host.clock.advance(by: .seconds(10))
            #expect(host.engine.roomCount == 0)
        }
    }
}

@Suite("A room that nobody watches", .timeLimit(.minutes(5)))
struct UnwatchedRoomTests {
    private static var limits: EngineLimits {
        var limits = EngineLimits()
        limits.roomExpiry = .minutes(1)
        return limits
    }

    @Test("expires, also after a join that came to nothing")
    func lapsedJoin() async throws {
        try await EngineHost.run(limits: Self.limits) { host in
            #expect(try await host.refusals() == [nil])

            try await host.clock.advance(by: .minutes(3))

            #expect(host.engine.roomCount == 0)
        }
    }

    @Test("does not expire while it is commanded")
    func commanded() async throws {
        try await EngineHost.run(limits: Self.limits) { host in
            for _ in 0..<6 {
                try await host.clock.advance(by: .seconds(30))
                try await host.engine.perform(.update(TimerSetting(duration: .minutes(5))), in: host.code)
            }

            #expect(host.engine.roomCount == 1)
        }
    }
}

@Suite("A stream that its transport ended", .timeLimit(.minutes(5)))
struct StoppedStreamTests {
    @Test("is cut when its peer keeps the connection open past the time of a closing handshake")
    func cut() async throws {
        try await EngineHost.run { host in
            _ = try await host.join()
            try await host.forEachSubscriber { _ = $0.stop() }

            try await host.clock.advance(by: .seconds(6))

            try await host.untilStreamCount(is: 0)
        }
    }
}

@Suite("A closed engine", .timeLimit(.minutes(5)))
struct ClosedEngineTests {
    private static func code(_ body: () async throws -> Void) async -> ProblemCode? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? EngineError)?.code
        }
    }

    @Test("answers everything with unavailable")
    func answers() async throws {
        try await EngineHost.run(loops: 2) { host in
            let (engine, code) = (host.engine, host.code)
            _ = try await host.join()

            await engine.close()
            await engine.close()

            #expect(try await host.refusals() == [.unavailable, .unavailable])
            #expect(await Self.code { try await engine.perform(.start, in: code) } == .unavailable)
            #expect(await Self.code { _ = try await engine.report(of: code) } == .unavailable)
            #expect(await Self.code { try await engine.deleteRoom(code) } == .unavailable)
            #expect(await Self.code { try await engine.endStreams(of: code) } == .unavailable)
            #expect(
                await Self.code {
                    _ = try await engine.createRoom(name: nil, setting: TimerSetting(duration: .minutes(1)))
                } == .unavailable
            )
            try await host.untilStreamCount(is: 0)
        }
    }

    @Test("answers a command of a stream that is still open")
    func inBand() async throws {
        let store = HeldStore()
        try await EngineHost.run(store: store) { host in
            let answer = Mutex<ProblemCode?>(nil)
            let mailbox = host.engine.mailboxes[0]
            let code = host.code
            _ = try await host.join()
            let hub = try await mailbox.eventLoop.submit {
                NIOLoopBound(mailbox.hubOnLoop, eventLoop: mailbox.eventLoop)
            }.get()

            await host.engine.close()
            try await mailbox.eventLoop.submit {
                hub.value?.perform(.start, in: code) { result in
                    if case .failure(let error) = result { answer.withLock { $0 = error.code } }
                }
            }.get()
            try await host.clock.settle()

            let refusal = answer.withLock(\.self)
            #expect(refusal == .unavailable)
        }
    }

    @Test("leaves nothing scheduled, and nothing in memory")
    func nothingLeft() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let eventLoops = Array(group.makeIterator())
        let clock = ManualClock(eventLoops)
        let remains = Mutex<[Remains]>([])

        try await Self.useEngine(eventLoops, clock, remains)

        try await clock.settle()
        #expect(clock.scheduledCount == 0)
        let left = remains.withLock(\.self).filter { $0.object != nil }
        #expect(remains.withLock(\.count) == 5 && left.isEmpty)
        try await group.shutdownGracefully()
    }

    private struct Remains: @unchecked Sendable {
        weak var object: AnyObject?
    }

    private static func useEngine(
        _ eventLoops: [any EventLoop],
        _ clock: ManualClock,
        _ remains: borrowing Mutex<[Remains]>
    ) async throws {
        let engine = Engine(
            eventLoops: eventLoops,
            store: MemoryStore(),
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        for _ in 0..<10 {
            let room = try await engine.createRoom(name: nil, setting: TimerSetting(duration: .minutes(1)))
            try await engine.perform(.start, in: room.code)
        }
        #expect(clock.scheduledCount > 0)
        for shard in engine.directory.shards { remains.withLock { $0.append(Remains(object: shard)) } }
        for mailbox in engine.mailboxes {
            let hub = try await mailbox.eventLoop.submit { Remains(object: mailbox.hubOnLoop) }.get()
            remains.withLock { $0.append(hub) }
        }
        remains.withLock { $0.append(Remains(object: engine)) }
        await engine.close()
    }
}

@Suite("A peer that must answer heartbeats", .timeLimit(.minutes(5)))
struct AnsweredHeartbeatTests {
    @Test("is not dropped for those that were never sent, since earlier bytes are on their way")
    func unsentHeartbeats() async throws {
        var limits = EngineLimits()
        limits.silentHeartbeats = 240
        let wire = EngineHost.Wire(heartbeatRule: .answered, showsAll: true)
        try await EngineHost.run(sendBuffer: 4096, limits: limits, wire: wire) { host in
            let slow = try await host.join(receiveBuffer: 2048)
            try await slow.stopReading()
            try await slow.send(String(repeating: "x", count: 1 << 18) + "\n")
            try await host.untilSubscribersAreBehind()

            for _ in 0..<4 { try await host.clock.advance(by: .seconds(15)) }
            #expect(host.engine.streamCount == 1)

            try await slow.resumeReading()
            _ = try await slow.read(until: "- presence {\"test\":1}\n")
            for _ in 0..<2 {
                try await host.clock.advance(by: .seconds(15))
                _ = try await slow.read(until: "heartbeat\n")
            }
            #expect(host.engine.streamCount == 1)
            try await host.clock.advance(by: .seconds(15))
            try await host.untilStreamCount(is: 0)
        }
    }
}

extension EngineHost {
    fileprivate func untilSubscribersAreBehind() async throws {
        for _ in 0..<20_000 {
            if try await hasSubscriberBehind() { return }
        }
        Issue.record("no subscriber is behind")
    }
}

@Suite("An event loop that missed transitions", .timeLimit(.minutes(5)))
struct GapTests {
    @Test("tells its streams what they missed, once, and logs the gap once")
    func heals() async throws {
        let logs = InMemoryLogHandler()
        let logger = Logger(label: "test") { _ in logs }
        try await EngineHost.run(logger: logger) { host in
            let (engine, code) = (host.engine, host.code)
            let client = try await host.join()
            try await engine.perform(.start, in: code)
            try await host.clock.advance(by: Milliseconds(500))
            try await missTransitions(host)

            try await engine.perform(.pause, in: code)
            try await engine.perform(.start, in: code)

            #expect(
                try await client.read(until: "5-0 remaining-time 599500\n") == """
                    1-0 timer start
                    1-0 remaining-time 600000
                    2-0 timer pause
                    3-0 timer start
                    4-0 timer pause
                    4-0 remaining-time 599500
                    5-0 timer start
                    5-0 remaining-time 599500

                    """
            )
            #expect(logs.entries.filter { $0.level == .warning }.count == 1)
        }
    }

    @Test("tells its streams also what they miss the next time")
    func healsAgain() async throws {
        try await EngineHost.run { host in
            let client = try await host.join()
            try await host.engine.perform(.start, in: host.code)

            for _ in 0..<2 {
                try await missTransitions(host)
                for command in [RoomCommand.pause, .start] { try await host.engine.perform(command, in: host.code) }
            }

            try await client.send("there\n")
            let text = try await client.read(until: "there\n")
            let changes = text.split(separator: "\n").filter { $0.contains(" timer ") }.map { $0.prefix(1) }
            #expect(changes == ["1", "2", "3", "4", "5", "6", "7", "8", "9"])
        }
    }

    /// Pauses and starts the timer without telling the event loop.
    private func missTransitions(_ host: EngineHost) async throws {
        let (code, hub) = (host.code, host.engine.mailboxes[0])
        let shard = host.engine.directory.shard(of: code)
        shard.onLoop { $0.detach(hub, from: code) }
        for command in [RoomCommand.pause, .start] { try await host.engine.perform(command, in: code) }
        shard.onLoop { $0.entries[code]?.hubs.insert(hub) }
    }
}

@Suite("The heap", .timeLimit(.minutes(5)))
struct HeapTrimTests {
    @Test("is trimmed on no event loop, once for all who ask meanwhile, again for others, and not if it does not pay")
    func trim() async {
        let trims = Mutex<[Bool]>([])
        let (started, released) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let trim = HeapTrim {
            let isOnEventLoop = MultiThreadedEventLoopGroup.currentEventLoop != nil
            trims.withLock { $0.append(isOnEventLoop) }
            started.signal()
            _ = released.wait(timeout: .now() + 60)
        }

        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                trim.request { true }
                started.wait()
                trim.request { true }
                released.signal()
                continuation.resume()
            }
        }
        trim.finish()
        trim.request { false }
        trim.finish()
        released.signal()
        trim.request { true }
        trim.finish()

        let seen = trims.withLock(\.self)
        #expect(seen == [false, false])
    }

    @Test("is worth it when two hundred connections and half of all have closed")
    func peak() {
        var peak = ConnectionPeak()

        let answers = [600, 400, 301, 300, 299, 100, 80].map { peak.note($0) }

        #expect(answers == [false, false, false, true, false, true, false])
    }
}
