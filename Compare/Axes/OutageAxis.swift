import Foundation

/// What becomes of streams when the network is away for a while and nobody is told.
struct OutageAxis: Axis {
    let definition = AxisDefinition(
        id: "outage",
        title: "The network away",
        what:
            "Packets vanish for a while, as in a lift, a tunnel or behind a router that restarts; nobody is told. How long "
            + "clients stay blind after its return, what they miss, and how long each end takes for the other to be alive.",
        how:
            "Client, router and server in a network namespace each (iproute2); the router drops everything, both ways. "
            + "While the network is away, others change the room three times. A client that *watches* takes the "
            + "connection for dead after two heartbeats and a margin without an event, and comes back after 0.5 to 1.5 s, "
            + "then twice that, and so on; it *resumes* by its last id or *starts anew*. One that is *unwatched* waits to "
            + "be told. Compared with what somebody beside the server sees. Each dot is one client in a room of its own.",
        notShown:
            "Links that are known to be down, of which browsers tell pages by `offline` and `online`; loss of some packets; "
            + "a change of address; what proxies add."
    )

    private struct Setting {
        /// Seconds; nil is for good.
        let outages: [Double?]
        let patience: FollowerPatience
        let repetitions: Int
        /// Seconds after the return.
        let limit: Double
        /// Seconds after a cut for good.
        let limitForGood: Double
    }

    private static let transports: [StreamTransport] = [.sse, .websocket]

    /// Quick: all times shortened alike, so that an outage of 5 s is one of a minute.
    private func setting(_ profile: Profile) -> Setting {
        profile.pick(
            Setting(
                outages: [5, nil],
                patience: FollowerPatience(heartbeat: 1, margin: 1, connecting: 2, firstWait: 0.25, longestWait: 2),
                repetitions: 4,
                limit: 10,
                limitForGood: 15
            ),
            Setting(
                outages: [5, 30, 60, nil],
                patience: FollowerPatience(heartbeat: 15, margin: 5),
                repetitions: 6,
                limit: 60,
                limitForGood: 120
            )
        )
    }

    func duration(_ profile: Profile) -> Double { profile.pick(20, 145) }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        let setting = setting(bench.profile)
        let begin = ContinuousClock.now
        let total = duration(bench.profile)
        let clock = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(500))
                bench.progress(min(1, (ContinuousClock.now - begin) / .seconds(total)))
            }
        }
        defer { clock.cancel() }
        // Each in a network of its own, at the same time: they wait more than they work.
        let findings = try await withThrowingTaskGroup(of: (Int, [OutageFinding]).self) { tasks in
            for (number, seconds) in setting.outages.enumerated() {
                let plan = OutagePlan(
                    seconds: seconds,
                    transports: Self.transports,
                    conducts: seconds == nil ? [.resumes] : Follower.Conduct.allCases,
                    repetitions: setting.repetitions,
                    patience: setting.patience,
                    limit: seconds == nil ? setting.limitForGood : setting.limit
                )
                tasks.addTask { (number, try await OutageRun(plan: plan, serverCpu: bench.serverCpu).run()) }
            }
            return try await tasks.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for (number, seconds) in setting.outages.enumerated() {
            guard let findings = findings[number] else { continue }
            if let seconds {
                result.measures += Self.measures(seconds, findings, limit: setting.limit)
                result.observations += Self.observations(seconds, findings)
            } else {
                result.measures += Self.knowledge(findings, limit: setting.limitForGood)
            }
        }
        let patience = setting.patience
        result.notes = [
            "Heartbeats every \(rounded(patience.heartbeat, 0)) s; a client that watches waits for two of them and "
                + "\(rounded(patience.margin, 0)) s."
                + bench.profile.pick(" All times are shortened here; the full profile has the product's own.", ""),
            "Who was still blind after \(rounded(setting.limit, 0)) s, or not known to be gone after "
                + "\(rounded(setting.limitForGood, 0)) s, is shown with that time.",
            "The server tells a room who is in it at most once a second.",
            "All clients of a length share one network and one cut of it, so their dots are not independent runs.",
        ]
    }

    // MARK: From findings to the report

    /// A series for each transport.
    private static func series(_ findings: [OutageFinding], _ value: (OutageFinding) -> Double) -> [Series] {
        transports.map { transport in
            Series(transport.rawValue, findings.filter { $0.follower.transport == transport }.map(value))
        }
    }

    private static func measures(_ seconds: Double, _ findings: [OutageFinding], limit: Double) -> [Measure] {
        let conducts: [(Follower.Conduct, id: String, who: String)] = [
            (.resumes, "blind", "a client that watches"), (.unwatched, "unwatched", "an unwatched one"),
        ]
        return conducts.map { conduct, id, who in
            Measure(
                "\(id)-\(rounded(seconds, 0))",
                "Away for \(rounded(seconds, 0)) s: from its return until \(who) is right again",
                unit: "s",
                digits: 1,
                series(findings.filter { $0.follower.conduct == conduct }) { $0.blind ?? limit }
            )
        }
    }

    private static func knowledge(_ findings: [OutageFinding], limit: Double) -> [Measure] {
        [
            Measure(
                "client-knows",
                "Away for good: until the client knows",
                unit: "s",
                digits: 1,
                series(findings) { $0.noticed ?? limit }
            ),
            Measure(
                "server-knows",
                "Away for good: until the server tells the others",
                unit: "s",
                digits: 1,
                series(findings) { $0.left ?? limit }
            ),
        ]
    }

    private static func observations(_ seconds: Double, _ findings: [OutageFinding]) -> [Observation] {
        var observations: [Observation] = []
        for isRunning in [false, true] {
            for conduct in Follower.Conduct.allCases {
                for transport in transports {
                    let those = findings.filter {
                        $0.isRunning == isRunning && $0.follower.conduct == conduct
                            && $0.follower.transport == transport
                    }
                    guard !those.isEmpty else { continue }
                    let state = isRunning ? "running" : "paused"
                    observations.append(
                        Observation(
                            subject: "\(rounded(seconds, 0)) s, \(state), \(conduct.text)",
                            label: transport.rawValue,
                            kind: kind(those, conduct),
                            text: text(those)
                        )
                    )
                }
            }
        }
        return observations
    }

    private static func kind(_ findings: [OutageFinding], _ conduct: Follower.Conduct) -> Observation.Kind {
        if findings.contains(where: { $0.blind == nil || $0.oldTicks > 0 }) { return .bad }
        if findings.contains(where: { $0.missed > 0 }) { return conduct == .startsAnew ? .neutral : .bad }
        return .good
    }

    static func text(_ findings: [OutageFinding]) -> String {
        let times = findings.compactMap(\.blind)
        let blind = findings.count - times.count
        let made = findings.map(\.made).reduce(0, +)
        let missed = findings.map(\.missed).reduce(0, +)
        let oldTicks = findings.map(\.oldTicks).reduce(0, +)
        var parts: [String] = []
        if let least = times.min(), let most = times.max() {
            parts.append("right again after \(rounded(least, 1)) to \(rounded(most, 1)) s")
        }
        if blind > 0 { parts.append("\(blind) of \(findings.count) still blind at the end") }
        parts.append("\(missed) of \(made) events missed")
        parts.append("\(oldTicks) old ticks")
        let noticed = findings.count { $0.noticed != nil }
        parts.append("\(noticed) of \(findings.count) knew of it")
        return parts.joined(separator: ", ")
    }
}

extension Follower.Conduct {
    fileprivate var text: String {
        switch self {
        case .resumes: "resumes"
        case .startsAnew: "starts anew"
        case .unwatched: "unwatched"
        }
    }
}
