import Foundation
import TandemTesting
import Testing

/// A room as its only client knows it.
private struct KnownRoom: Sendable {
    let code: String
    /// The duration that was acknowledged last, in ms. Every update raises it by 1, so it counts the updates.
    var acknowledged: Int64
    /// The duration that was asked for last; its answer may have been lost in the crash.
    var asked: Int64
    /// Of the newest transition, as far as the client knows.
    var revision: Int

    static let start: Int64 = 600_000
}

@Suite("A crash", .timeLimit(.minutes(5)))
struct CrashTests {
    /// From the environment to repeat a run (`CRASH_SEED=7 swift test --filter Crash`), else another one every time.
    private static let seed =
        ProcessInfo.processInfo.environment["CRASH_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1 << 32)

    @Test("at any moment loses no acknowledged command, applies none twice, and takes no number back")
    func crashes() async throws {
        print("crash test: seed \(Self.seed)")
        var generator = SeededGenerator(seed: Self.seed)
        try await withStorePath { path in
            var rooms: [KnownRoom] = []
            for round in 1...50 {
                let server = try TandemProcess(["--store", "sqlite:\(path)"])
                defer { server.kill() }
                for index in rooms.indices { try await check(&rooms[index], server, round) }
                while rooms.count < 4 || round.isMultiple(of: 10) && rooms.count < 4 + round / 10 {
                    rooms.append(try await create(server))
                }
                // After so many answers, with others under way.
                let answers = Int.random(in: 1...60, using: &generator)
                rooms = try await load(rooms, server, killAfter: answers)
            }
        }
    }

    private func create(_ server: TandemProcess) async throws -> KnownRoom {
        let answer = try await server.request("POST", "/api/rooms", json: #"{"duration":\#(KnownRoom.start)}"#)
        #expect(answer.status == 201)
        return KnownRoom(
            code: try answer.member("code"),
            acknowledged: KnownRoom.start,
            asked: KnownRoom.start,
            revision: 0
        )
    }

    /// Every room holds what was acknowledged, and at most the one command more that was under way.
    private func check(_ room: inout KnownRoom, _ server: TandemProcess, _ round: Int) async throws {
        struct Answer: Decodable {
            struct Timer: Decodable { let duration: Int64 }
            let timer: Timer
            let revision: Int
        }
        let answer = try await server.request("GET", "/api/\(room.code)")
        try #require(answer.status == 200, "seed \(Self.seed), round \(round): room \(room.code) is lost")
        let found = try JSONDecoder().decode(Answer.self, from: Data(answer.body.utf8))
        let comment: Comment = "seed \(Self.seed), round \(round), room \(room.code)"
        #expect((room.acknowledged...room.asked).contains(found.timer.duration), comment)
        // Each update is one transition, so the numbers show whether any was lost or applied twice.
        #expect(found.revision == Int(found.timer.duration - KnownRoom.start), comment)
        #expect(found.revision >= room.revision, comment)
        room.acknowledged = found.timer.duration
        room.asked = found.timer.duration
        room.revision = found.revision
    }

    /// Updates every room over a WebSocket of its own, until the server is killed with the answer number `count`.
    private func load(
        _ rooms: [KnownRoom],
        _ server: TandemProcess,
        killAfter count: Int
    ) async throws -> [KnownRoom] {
        let (answers, answered) = AsyncStream.makeStream(of: Void.self)
        async let missing: Int = {
            var left = count
            for await _ in answers {
                left -= 1
                if left == 0 { break }
            }
            return left
        }()
        let port = server.port
        let updates = Task {
            await withTaskGroup(of: KnownRoom.self) { tasks in
                for room in rooms {
                    tasks.addTask { await update(room, port) { answered.yield() } }
                }
                let rooms = await tasks.reduce(into: []) { $0.append($1) }
                answered.finish()
                return rooms
            }
        }
        let answersMissing = await missing
        #expect(answersMissing == 0, "seed \(Self.seed): the connections broke before the crash")
        server.kill()
        return await updates.value
    }

    /// One update after the other, each acknowledged before the next, until the connection breaks.
    private func update(_ room: KnownRoom, _ port: Int, answered: @Sendable () -> Void) async -> KnownRoom {
        var room = room
        guard let client = try? await RawClient.connect(port: port) else { return room }
        do {
            try await client.send(
                WebSocketClient.handshake("/api/\(room.code)/connect", fields: ["Host: 127.0.0.1:\(port)"])
            )
            _ = try await client.read(until: "\r\n\r\n")
            while true {
                room.asked += 1
                let command = #"{"command":"update","duration":\#(room.asked),"ref":"\#(room.asked)"}"#
                try await client.send(WebSocketClient.frame(1, Array(command.utf8)))
                // The acknowledgement comes with its ref, the event of the same transition without.
                _ = try await client.read(until: #""event":"ack","ref":"\#(room.asked)","id":""#)
                let id = try await client.read(until: "-")
                room.acknowledged = room.asked
                room.revision = Int(id.dropLast()) ?? .max
                answered()
            }
        } catch {
            await client.close()
            return room
        }
    }

    @Test("costs a running timer nothing, and a client that returns gets what it missed")
    func resume() async throws {
        try await withStorePath { path in
            let before = try TandemProcess(["--store", "sqlite:\(path)"])
            defer { before.kill() }
            let room = try await before.request("POST", "/api/rooms", json: #"{"duration":600000}"#)
            let code = try room.member("code")
            for command in ["start", "pause", "start"] {
                #expect(try await before.request("PATCH", "/api/\(code)/timer/\(command)").status == 204)
            }
            before.kill()

            let after = try TandemProcess(["--store", "sqlite:\(path)"])
            defer { after.kill() }
            let client = try await RawClient.connect(port: after.port)
            try await client.send("GET /api/\(code)/connect HTTP/1.0\r\nLast-Event-ID: 1-3\r\n\r\n")
            let text = try await client.read(until: "data: running\n\n")
            await client.close()

            #expect(
                text.contains(
                    """
                    id: 1-3
                    event: connect
                    data: OK

                    id: 2-0
                    event: timer
                    data: pause

                    id: 3-0
                    event: timer
                    data: start

                    id: 3-
                    """
                )
            )
            #expect(try await after.request("PATCH", "/api/\(code)/timer/pause").status == 204)
            #expect(try await after.request("GET", "/api/\(code)").body.contains(#""revision":4"#))
        }
    }

    @Test("of nobody: a second process on the same file is refused in one line")
    func secondProcess() async throws {
        try await withStorePath { path in
            let first = try TandemProcess(["--store", "sqlite:\(path)"])
            defer { first.kill() }

            let refusal = #expect(throws: TandemProcess.Refusal.self) {
                try TandemProcess(["--store", "sqlite:\(path)"])
            }

            #expect(refusal?.status != 0)
            #expect(refusal?.text.hasPrefix("tandem: the room store \(path) is in use by another process (") == true)
            #expect(refusal?.text.filter { $0 == "\n" }.count == 1)
        }
    }
}

@Suite("The file of a running server", .timeLimit(.minutes(5)))
struct LockedStoreTests {
    enum Change: CaseIterable {
        case lockRemoved, lockLinked, storeLinked, lockRemovedStoreLinked
    }

    @Test("lets no second server in, also by a link or without its lock file", arguments: Change.allCases)
    func secondServer(change: Change) async throws {
        try await withStorePath { path in
            let files = FileManager.default
            let first = try TandemProcess(["--store", "sqlite:\(path)"])
            defer { first.kill() }
            let code = try await first.request("POST", "/api/rooms", json: #"{"duration":600000}"#).member("code")
            if change != .storeLinked { try files.removeItem(atPath: path + ".lock") }
            var other = path
            switch change {
            case .lockRemoved: break
            case .lockLinked:
                try files.createSymbolicLink(atPath: path + ".lock", withDestinationPath: "other.lock")
            case .storeLinked, .lockRemovedStoreLinked:
                other += ".link"
                try files.createSymbolicLink(atPath: other, withDestinationPath: path)
            }

            let refusal = #expect(throws: TandemProcess.Refusal.self) {
                try TandemProcess(["--store", "sqlite:\(other)"])
            }

            #expect(refusal?.status == 1)
            let reason = change == .lockLinked ? "is a link, but must be a file" : "is in use by another process"
            #expect(refusal?.text.contains(reason) == true)
            #expect(refusal?.text.filter { $0 == "\n" }.count == 1)
            #expect(try await first.request("PATCH", "/api/\(code)/timer/start").status == 204)
        }
    }
}

@Suite("A store that cannot be one", .timeLimit(.minutes(5)))
struct StoreNameTests {
    @Test(
        "is refused in one line that says what to use",
        arguments: [
            ("sqlite::memory:", "use --store memory"), ("sqlite:file:x?mode=memory", "use --store memory"),
            ("sqlite:/tmp/", "it must be a file, not a folder"), ("sqlite:/tmp", "it is a folder"),
        ]
    )
    func names(store: String, reason: String) {
        let refusal = #expect(throws: TandemProcess.Refusal.self) { try TandemProcess(["--store", store]) }

        #expect(refusal?.status != 0)
        #expect(refusal?.text.hasPrefix("tandem: ") == true)
        #expect(refusal?.text.contains(reason) == true)
        #expect(refusal?.text.filter { $0 == "\n" }.count == 1)
    }
}

@Suite("A disk that is full", .timeLimit(.minutes(5)))
struct FullDiskTests {
    @Test("refuses commands with 503, keeps the ticks going, and is as new when it has room again")
    func fullDisk() async throws {
        try await withStorePath { path in
            let server = try TandemProcess(["--store", "sqlite:\(path)"])
            defer { server.kill() }
            let code = try await server.request("POST", "/api/rooms", json: #"{"duration":600000}"#).member("code")
            #expect(try await server.request("PATCH", "/api/\(code)/timer/start").status == 204)
            let watcher = try await RawClient.connect(port: server.port)
            try await watcher.send("GET /api/\(code)/connect HTTP/1.0\r\n\r\n")
            _ = try await watcher.read(until: "data: running\n\n")

            try server.setDiskFull(true)
            let answer = try await server.request("POST", "/api/rooms", json: #"{"duration":600000}"#)
            #expect(answer.status == 503)
            #expect(try answer.member("code") == "store-unavailable")
            #expect(answer.field("Retry-After") == "5")
            #expect(try await server.request("PATCH", "/api/\(code)/timer/pause").status == 503)
            #expect(try await server.request("GET", "/api/\(code)").body.contains(#""state":"running""#))

            // Two ticks of real time, one after the other.
            var ticks: [Int] = []
            for _ in 0..<2 {
                _ = try await watcher.read(until: "id: 1-")
                ticks.append(Int(try await watcher.read(until: "\n").dropLast()) ?? 0)
            }
            #expect(ticks[1] > ticks[0])

            try server.setDiskFull(false)
            #expect(try await server.request("PATCH", "/api/\(code)/timer/pause").status == 204)
            #expect(try await watcher.read(until: "data: pause\n\n").contains("id: 2-0\nevent: timer\n"))
            await watcher.close()
        }
    }
}

/// Runs `body` with the path of a store in a folder that is removed afterwards.
private func withStorePath(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.appending(path: "rooms.sqlite").path)
}
