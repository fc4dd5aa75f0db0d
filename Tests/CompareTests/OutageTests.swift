import Foundation
import Testing

@testable import compare

@Suite("What an outage did to a client")
struct OutageJudgeTests {
    /// The network is away from second 10 to second 15.
    private static let cut: Int64 = 10
    private static let back: Int64 = 15

    private typealias Event = (at: Double, id: String, name: String, data: String)

    private func log(_ events: [Event], losses: [Double] = []) -> FollowerLog {
        var log = FollowerLog(follower: Follower(code: "ROOM", transport: .sse, conduct: .resumes))
        log.events = events.map { .init(at: Int64($0.at * 1e9), id: $0.id, name: $0.name, data: $0.data) }
        log.losses = losses.map { Int64($0 * 1e9) }
        return log
    }

    private func finding(
        _ seen: [Event],
        losses: [Double] = [],
        beside room: [Event],
        isRunning: Bool = true,
        returns: Bool = true
    ) -> OutageFinding {
        let judge = OutageJudge(
            cutAt: Self.cut * 1_000_000_000,
            backAt: returns ? Self.back * 1_000_000_000 : nil,
            rooms: ["ROOM": log(room)],
            running: isRunning ? ["ROOM"] : []
        )
        return judge.finding(log(seen, losses: losses))
    }

    /// A transition in second 12, and the ticks after it.
    private let room: [Event] =
        [(12, "2-0", "timer", "update"), (12, "2-0", "remaining-time", "60000")]
        + (1...8).map { (12 + Double($0), "2-\($0)", "remaining-time", "\(60_000 - $0 * 1000)") }

    @Test("is over when the newest tick is there")
    func blind() {
        let finding = finding(
            [
                (16.2, "2-0", "timer", "update"), (16.2, "2-0", "remaining-time", "60000"),
                (16.2, "2-4", "remaining-time", "56000"),
            ],
            beside: room
        )

        #expect(finding.blind.map { rounded($0, 1) } == "1.2")
        #expect((finding.made, finding.missed, finding.oldTicks) == (1, 0, 0))
        #expect(finding.noticed == nil)
    }

    @Test("goes on while old ticks come, which are counted")
    func oldTicks() {
        let finding = finding(
            [
                (16.9, "2-0", "timer", "update"), (16.9, "2-1", "remaining-time", "59000"),
                (16.9, "2-2", "remaining-time", "58000"), (17.1, "2-5", "remaining-time", "55000"),
            ],
            beside: room
        )

        #expect(finding.blind.map { rounded($0, 1) } == "2.1")
        #expect(finding.oldTicks == 2)
    }

    @Test("is that events are missed when it starts anew, and that it knew")
    func missed() {
        let finding = finding(
            [
                (16, "2-0", "connect", "OK"), (16, "2-4", "remaining-time", "56000"), (16, "2-4", "timer", "running"),
            ],
            losses: [13.5, 14.5],
            beside: room
        )

        #expect((finding.made, finding.missed) == (1, 1))
        #expect(finding.noticed == 3.5)
        #expect(finding.blind == 1)
    }

    @Test("is over in a paused room when the last revision is there, however old")
    func paused() {
        let paused: [Event] = Array(room.prefix(2))

        #expect(finding([(19, "2-0", "remaining-time", "60000")], beside: paused, isRunning: false).blind == 4)
        #expect(finding([(19, "1-0", "remaining-time", "60000")], beside: paused, isRunning: false).blind == nil)
        #expect(finding([(19, "1.2-0", "remaining-time", "1")], beside: paused, isRunning: false).blind == nil)
    }

    @Test("is that it leaves the room's presence, once others are told of fewer streams")
    func departure() {
        let presence: [Event] = [
            (8, "", "presence", #"{"sse":1,"websocket":0}"#), (9, "", "presence", #"{"sse":1,"websocket":1}"#),
            (12, "", "presence", #"{"sse":1,"websocket":1}"#), (13, "", "presence", #"{"sse":1,"websocket":0}"#),
        ]

        let finding = finding([], losses: [17], beside: presence, returns: false)

        #expect(finding.left == 3)
        #expect(finding.noticed == 7)
        #expect(finding.isComplete)
    }

    @Test("is told in one line for all clients of a kind")
    func text() {
        var right = finding([(16.2, "2-4", "remaining-time", "56000")], losses: [13], beside: room)
        right.oldTicks = 2
        let never = finding([], beside: room)

        #expect(
            OutageAxis.text([right, never])
                == "right again after 1.2 to 1.2 s, 1 of 2 still blind at the end, 2 of 2 events missed, 2 old ticks, "
                + "1 of 2 knew of it"
        )
    }
}

@Suite("A client of an outage", .timeLimit(.minutes(1)))
struct OutageFollowerTests {
    @Test("takes the interval of heartbeats from the server, and comes back with its last id when they stay away")
    func watch() async throws {
        let (requests, asked) = AsyncStream.makeStream(of: String.self)
        let events = "id: 3-1\nevent: remaining-time\ndata: 5\n\nevent: heartbeat\ndata: 100\n\n"
        let answer: @Sendable (String) -> HostileServer.Answer = {
            asked.yield($0)
            return .bytes(Canned.stream + events)
        }
        try await HostileServer.run(answer) { server, group in
            let follower = OutageFollower(
                Follower(code: "ROOM", transport: .sse, conduct: .resumes),
                try StreamEndpoint(server.url(), .sse),
                FollowerPatience(heartbeat: 1000, margin: 0.05, firstWait: 0.01),
                on: group
            )
            let following = Task { await follower.run() }
            var all: [String] = []
            for await request in requests {
                all.append(request.lowercased())
                if all.count == 2 { break }
            }
            following.cancel()
            await following.value

            #expect(!all[0].contains("last-event-id"))
            #expect(all.last?.contains("last-event-id: 3-1\r\n") == true)
        }
    }
}

@Suite("The plan of an outage")
struct OutagePlanTests {
    @Test("has every kind of client in an idle and in a running room, the same number of times")
    func followers() {
        let plan = OutagePlan(
            seconds: 5,
            transports: [.sse, .websocket],
            conducts: Follower.Conduct.allCases,
            repetitions: 3,
            patience: FollowerPatience(heartbeat: 1, margin: 1),
            limit: 1
        )
        let codes = (0..<plan.rooms).map { "\($0)" }
        let running = Set(plan.running(codes))

        var kinds: [String: Int] = [:]
        for follower in plan.followers(codes) {
            kinds["\(follower.transport) \(follower.conduct) \(running.contains(follower.code))", default: 0] += 1
        }

        #expect(kinds.count == 12)
        #expect(kinds.values.allSatisfy { $0 == 3 })
    }
}

/// By the bench's own executable, where the system lets it make network namespaces.
@Suite("The network of an outage", .timeLimit(.minutes(1)))
struct OutageNetworkTests {
    private static func namespaces() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/run/netns").filter { $0.hasPrefix(OutageNetwork.prefix) }
    }

    @Test("is connected in the order in which its parts exist, and touches nothing outside")
    func construction() {
        let network = OutageNetwork(names: .init(owner: 7))
        var made: Set<String> = []

        for command in network.construction {
            let used = network.names.all.filter { command.contains($0) }
            if command.starts(with: ["netns", "add"]) { made.formUnion(used) }
            #expect(!used.isEmpty, "\(command) is about no namespace")
            #expect(made.isSuperset(of: used), "\(command) comes too early")
        }
        #expect(made == Set(network.names.all))
    }

    @Test("is gone with its bench, however that ends", .enabled(if: getuid() == 0))
    func removal() async throws {
        let input = Pipe()
        let output = Pipe()
        let process = try Compare.start(["outage-network"], input: input, output: output)
        try input.fileHandleForWriting.write(contentsOf: Data("{\"make\":{}}\n".utf8))
        let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let prefix = "\(OutageNetwork.prefix)\(process.processIdentifier)-"
        let isMade = answer.hasPrefix("{\"value\"")
        if !isMade { Issue.record("the system makes no network for the bench: \(answer)") }
        let before = isMade ? try Self.namespaces().filter { $0.hasPrefix(prefix) }.count : 0

        // Ctrl-C reaches it as well; it is for the end of its input to end it.
        process.interrupt()
        try input.fileHandleForWriting.close()

        #expect(await Compare.status(process) == 0)
        guard isMade else { return }
        #expect(before == 3)
        #expect(try Self.namespaces().filter { $0.hasPrefix(prefix) } == [])
    }
}
