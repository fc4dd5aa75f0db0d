import NIOCore

/// What a client misses when its connection breaks.
struct ReconnectAxis: Axis {
    let definition = AxisDefinition(
        id: "reconnect",
        title: "Reconnect",
        what: "How long a client that comes back is blind, and which of the transitions made meanwhile it learns of.",
        how: "A stream is cut, three transitions are made, and the client comes back, with and without its last id.",
        notShown:
            "How a client notices: EventSource does all of this by itself when its connection is closed; a WebSocket's page "
            + "has to, see the lines of client code. For a connection that dies silently see the network away."
    )

    private static let missed = 3

    func duration(_ profile: Profile) -> Double { profile.pick(1, 24) }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        let repetitions = bench.profile.pick(4, 60)
        var blind: [StreamTransport: Latencies] = [:]
        var learned: [StreamTransport: (with: Int, without: Int, state: Int)] = [:]
        try await bench.withServer { server in
            try await bench.alternate(bench.variants) { variant in
                var run = LatencyHistogram()
                for _ in 0..<repetitions {
                    let code = try await server.control.createRooms(1)[0]
                    let resumed = try await comeBack(variant, code, server, bench, resumes: true)
                    let plain = try await comeBack(variant, code, server, bench, resumes: false)
                    run.record(resumed.blind)
                    learned[variant, default: (0, 0, 0)].with += resumed.transitions
                    learned[variant, default: (0, 0, 0)].without += plain.transitions
                    learned[variant, default: (0, 0, 0)].state += plain.isStateRight ? 1 : 0
                    try await server.control.delete(code)
                }
                blind[variant, default: Latencies()].add(run)
            }
        }
        result.measures = [
            Measure(
                "blind",
                "From the new connection to a right screen, p50",
                unit: "ms",
                digits: 2,
                bench.series(blind, 50)
            )
        ]
        for variant in bench.variants {
            guard let found = learned[variant] else { continue }
            let comebacks = repetitions * bench.profile.rounds
            let all = comebacks * Self.missed
            result.observations += [
                Observation(
                    subject: "With the last id",
                    label: variant.rawValue,
                    kind: found.with == all ? .good : .bad,
                    text: "learns of \(found.with) of \(all) transitions made meanwhile"
                ),
                Observation(
                    subject: "Without an id",
                    label: variant.rawValue,
                    kind: found.state == comebacks ? .neutral : .bad,
                    text:
                        "learns of \(found.without) of \(all), but the state was right \(found.state) of \(comebacks) times"
                ),
            ]
        }
        result.notes = [
            "On top comes the client's own wait: 1 s, as the server's `retry` tells EventSource, and as our WebSocket page does."
        ]
    }

    private func comeBack(
        _ variant: StreamTransport,
        _ code: String,
        _ server: BenchServer,
        _ bench: Bench,
        resumes: Bool
    ) async throws -> (blind: Int64, transitions: Int, isStateRight: Bool) {
        var endpoint = try server.endpoint(code, variant)
        let first = try await ObservedStream.open(endpoint, on: bench.group)
        let seen = try await first.wait(.seconds(5)) { $0.events.latest.contains { $0.name == "remaining-time" } }
        await first.close()
        try await server.control.start(code)
        try await server.control.pause([code])
        try await server.control.start(code)
        if resumes, let id = seen.events.latest.last(where: { !$0.id.isEmpty })?.id {
            endpoint = endpoint.resuming(after: id)
        }
        let second = try await ObservedStream.open(endpoint, on: bench.group)
        // The snapshot of a running timer ends with `timer running`.
        let log = try await second.wait(.seconds(5)) {
            $0.events.latest.contains { $0.name == "timer" && $0.data == "running" }
        }
        await second.close()
        try await server.control.pause([code])
        let running = log.events.latest.first { $0.name == "timer" && $0.data == "running" }
        let transitions = log.events.latest.count { $0.name == "timer" && $0.data != "running" }
        let blind = ((running?.at ?? .now()) - second.openedAt).nanoseconds
        return (blind, transitions, running != nil)
    }
}
