/// What an idle stream takes of the server's memory.
struct MemoryAxis: Axis {
    let definition = AxisDefinition(
        id: "memory",
        title: "Memory",
        what: "Memory of the server's process for each idle stream.",
        how: "A new server each run; growth of its anonymous resident memory (RssAnon) from before the first stream to "
            + "after the last.",
        notShown: "The kernel's own buffers of a TCP connection, which are the same for all transports."
    )

    func duration(_ profile: Profile) -> Double { profile.pick(12, 75) }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        let count = bench.profile.pick(600, 4_000)
        var values: [StreamTransport: [Double]] = [:]
        try await bench.alternate(bench.variants) { variant in
            try await bench.withServer { server in
                let codes = try await server.control.createRooms(count / 2)
                let streams = try await server.streams(codes)
                let before = server.probe.memory
                _ = try await streams.open(count) { _ in variant }
                try await Task.sleep(for: .milliseconds(150))
                let memory = Double(server.probe.memory - before) / Double(count) / 1024
                values[variant, default: []].append(memory)
                try await streams.closeAll()
            }
        }
        result.measures = [Measure("memory", "Memory per idle stream", unit: "KiB", digits: 2, bench.series(values))]
        result.notes = ["\(count) streams in \(count / 2) rooms."]
    }
}
