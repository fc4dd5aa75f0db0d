import Foundation
import NIOCore

/// Makes a network, cuts it, and sees what becomes of the streams through it.
struct OutageRun {
    let plan: OutagePlan
    /// The server's processor.
    let serverCpu: Int?

    func run() async throws -> [OutageFinding] {
        let network = try ConversationChild("outage-network")
        let result: Result<[OutageFinding], any Error>
        do {
            result = .success(try await run(network))
        } catch {
            result = .failure(error)
        }
        await network.stop()
        return try result.get()
    }

    private func run(_ network: ConversationChild) async throws -> [OutageFinding] {
        let names: OutageNetwork.Names = try await network.request(OutageNetworkCommand.Request.make)
        let server = try ServerChild(
            "server-process",
            ["--host", "0.0.0.0", "--heartbeat", "\(Int(plan.patience.heartbeat * 1000))"]
                + (serverCpu.map { ["--cpu", "\($0)"] } ?? []),
            launcher: try OutageNetwork.launcher(in: names.server)
        )
        defer { server.stop() }
        let near = try ConversationChild("outage-end", launcher: try OutageNetwork.launcher(in: names.server))
        let far = try ConversationChild("outage-end", launcher: try OutageNetwork.launcher(in: names.client))
        let result: Result<[OutageFinding], any Error>
        do {
            result = .success(try await run(network, server.port, near: near, far: far))
        } catch {
            result = .failure(error)
        }
        await near.stop()
        await far.stop()
        return try result.get()
    }

    private func run(_ network: ConversationChild, _ port: Int, near: ConversationChild, far: ConversationChild)
        async throws -> [OutageFinding]
    {
        typealias Request = OutageEndCommand.Request
        @discardableResult
        func ask(_ end: ConversationChild, _ request: Request) async throws -> OutageEndCommand.Answer {
            try await end.request(request)
        }
        let local = "http://127.0.0.1:\(port)"
        let codes = try await ask(near, .rooms(count: plan.rooms, url: local)).codes
        let running = Set(plan.running(codes))
        let followers = plan.followers(codes)
        let witnesses = codes.map { Follower(code: $0, transport: .sse, conduct: .unwatched) }
        try await ask(near, .start(codes: Array(running)))
        try await ask(near, .follow(witnesses, url: local, plan.patience, over: 0))
        // Opened over a heartbeat's time, so that the cut meets them at all moments between two of them.
        let remote = "http://\(OutageNetwork.serverAddress):\(port)"
        try await ask(far, .follow(followers, url: remote, plan.patience, over: plan.patience.heartbeat))
        // The last presence, which comes within a second.
        try await Task.sleep(for: .seconds(1.5))

        // Taken before each change, which takes a while: no time that a client is blind is left out.
        let cutAt = Self.now
        let _: OutageNetwork.Names = try await network.request(OutageNetworkCommand.Request.cut)
        var backAt: Int64?
        if let seconds = plan.seconds {
            let pause = seconds / Double(plan.transitions + 1)
            for number in 1...plan.transitions {
                try await Self.sleep(until: cutAt, plus: pause * Double(number))
                try await ask(near, .update(codes: codes, duration: 36_000_000 - Int64(number) * 60_000))
            }
            try await Self.sleep(until: cutAt, plus: seconds)
            backAt = Self.now
            let _: OutageNetwork.Names = try await network.request(OutageNetworkCommand.Request.restore)
        }
        let deadline = ContinuousClock.now + .seconds(plan.limit)
        var isSettled = false
        while true {
            try await Task.sleep(for: .seconds(min(2, plan.limit / 5)))
            let seen = try await ask(near, .report).logs
            let judge = OutageJudge(
                cutAt: cutAt,
                backAt: backAt,
                rooms: Dictionary(seen.map { ($0.follower.code, $0) }) { first, _ in first },
                running: running
            )
            let findings = try await ask(far, .report).logs.map(judge.finding)
            // One look more, for what comes late.
            if isSettled || ContinuousClock.now > deadline { return findings }
            isSettled = findings.allSatisfy(\.isComplete)
        }
    }

    private static var now: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }

    private static func sleep(until begin: Int64, plus seconds: Double) async throws {
        try await Task.sleep(for: .nanoseconds(max(0, begin + Int64(seconds * 1e9) - now)))
    }
}
