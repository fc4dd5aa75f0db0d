/// All clients come back at once.
struct StormAxis: Axis {
    let definition = AxisDefinition(
        id: "storm",
        title: "A storm of reconnects",
        what: "How long it takes until everybody sees the timer again when all streams were cut at once.",
        how:
            "All streams are cut together and come back as fast as the client can, at most 256 under way; the server has "
            + "one processor.",
        notShown:
            "TLS handshakes, which cost a server more than all the rest together. A client of the product comes back "
            + "after a second, more or less, so that real storms are flatter."
    )

    func duration(_ profile: Profile) -> Double { profile.pick(3, 50) }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        let count = bench.profile.pick(500, 4_000)
        var times: [StreamTransport: [Double]] = [:]
        var costs: [StreamTransport: [Double]] = [:]
        var single: [StreamTransport: Latencies] = [:]
        var load = 0.0
        try await bench.withServer { server in
            let codes = try await server.control.createRooms(count / 2)
            try await server.control.start(codes)
            let streams = try await server.streams(codes)
            for variant in bench.variants {
                _ = try await streams.open(count) { _ in variant }
                try await streams.closeAll()
            }
            try await bench.alternate(bench.variants) { variant in
                let begin = Usage(server.probe)
                let latency = try await streams.open(count) { _ in variant }
                let span = begin.until(Usage(server.probe))
                try await streams.closeAll()
                try await Task.sleep(for: .milliseconds(50))
                load = max(load, span.clientLoad)
                times[variant, default: []].append(span.seconds * 1000)
                costs[variant, default: []].append(span.serverTime / Double(count) * 1e6)
                single[variant, default: Latencies()].add(latency)
            }
        }
        result.clientLoad = load
        result.measures = [
            Measure("all", "Until all \(count) see the timer", unit: "ms", digits: 0, bench.series(times)),
            Measure("p99", "Until one of them does, p99", unit: "ms", digits: 1, bench.series(single, 99)),
            Measure("cpu", "Server CPU per reconnect", unit: "µs", digits: 1, bench.series(costs)),
        ]
        result.notes = ["\(count) streams in \(count / 2) rooms whose timers run."]
    }
}
