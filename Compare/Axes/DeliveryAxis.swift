import NIOCore

/// What a delivered event costs the server, and how late it comes.
struct DeliveryAxis: Axis {
    let definition = AxisDefinition(
        id: "delivery",
        title: "Delivery",
        what: "The server's processor time for each event delivered to a subscriber, and how late ticks come.",
        how: "One room with many subscribers at 20 ticks a second, by turns for each variant on the same server; "
            + "lateness counts from the earliest arrival that the schedule shows.",
        notShown: "Networks: the kernel's loopback is in the figure, a driver and a wire are not."
    )

    func duration(_ profile: Profile) -> Double { profile.pick(16, 70) }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        let subscribers = bench.profile.pick(500, 1_000)
        let window = bench.profile.pick(0.4, 2)
        var cpu: [StreamTransport: [Double]] = [:]
        var lateness: [StreamTransport: Latencies] = [:]
        var lost: [StreamTransport: [Double]] = [:]
        var load = 0.0
        try await bench.withServer(["--tick-interval", "50"]) { server in
            var rooms: [StreamTransport: (code: String, streams: StreamSet)] = [:]
            for variant in bench.variants {
                let code = try await server.control.createRooms(1)[0]
                let streams = try await server.streams([code], tickInterval: 50)
                _ = try await streams.open(subscribers) { _ in variant }
                rooms[variant] = (code, streams)
            }
            try await bench.alternate(bench.variants) { variant in
                guard let room = rooms[variant] else { return }
                try await room.streams.withRecord { $0.restart() }
                try await server.control.start(room.code)
                try await Task.sleep(for: .milliseconds(200))
                let before = try await room.streams.withRecord { record in
                    record.isMeasuring = true
                    return (record.events, record.lost)
                }
                let begin = Usage(server.probe)
                try await Task.sleep(for: .seconds(window))
                let span = begin.until(Usage(server.probe))
                let after = try await room.streams.withRecord { record in
                    record.isMeasuring = false
                    return (record.events, record.lost, record.lateness())
                }
                try await server.control.pause([room.code])
                load = max(load, span.clientLoad)
                cpu[variant, default: []].append(span.serverTime / Double(max(1, after.0 - before.0)) * 1e6)
                lost[variant, default: []].append(Double(after.1 - before.1))
                lateness[variant, default: Latencies()].add(after.2)
            }
            for room in rooms.values { try await room.streams.closeAll() }
        }
        result.clientLoad = load
        result.measures = [
            Measure("cpu", "Server CPU per delivered event", unit: "µs", digits: 2, bench.series(cpu)),
            Measure(
                "lateness",
                "Lateness over all subscribers, p50",
                unit: "ms",
                digits: 2,
                bench.series(lateness, 50)
            ),
            Measure(
                "lateness-p99",
                "Lateness over all subscribers, p99",
                unit: "ms",
                digits: 2,
                bench.series(lateness, 99)
            ),
            Measure(
                "lost",
                "Ticks skipped (the next one supersedes them)",
                unit: "events",
                digits: 0,
                bench.series(lost)
            ),
        ]
        result.notes = ["\(subscribers) subscribers in one room; the last of them is served when all others have been."]
    }
}
