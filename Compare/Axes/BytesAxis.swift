import NIOCore

/// What goes over the wire.
struct BytesAxis: Axis {
    let definition = AxisDefinition(
        id: "bytes",
        title: "Bytes on the wire",
        what:
            "Bytes of the handshake with its snapshot, of an event, and of a minute in which nothing happens, both ways.",
        how:
            "The kernel's own counters of the client's connection (TCP_INFO): payload, and packets with their IPv4 and "
            + "TCP headers, acknowledgements included.",
        notShown:
            "TLS adds some 22 bytes a record, the link layer its own; a browser's request has 300 to 800 bytes of "
            + "fields more than ours, cookies not counted."
    )

    func duration(_ profile: Profile) -> Double { profile.pick(14, 16) }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        let events = bench.profile.pick(12, 20)
        var values: [String: [StreamTransport: [Double]]] = [:]
        func note(_ id: String, _ variant: StreamTransport, _ value: Double) {
            values[id, default: [:]][variant, default: []].append(value)
        }
        // Heartbeats come 150 times as often as in the product from the one server, and not at all from the other.
        try await bench.withServer(["--heartbeat", "100"]) { idle in
            try await bench.withServer(["--tick-interval", "50"]) { busy in
                try await bench.alternate(bench.variants, rounds: 6) { variant in
                    let beats = try await heartbeats(variant, idle, bench)
                    note("idle", variant, Double(beats.applicationBytes))
                    note("idle-wire", variant, Double(beats.wireBytes))

                    let code = try await busy.control.createRooms(1)[0]
                    let stream = try await ObservedStream.open(try busy.endpoint(code, variant), on: bench.group)
                    try await stream.wait(.seconds(5)) { $0.events.count >= 2 }
                    let handshake = try await settled(stream)
                    note("handshake", variant, Double(handshake.applicationBytes))
                    note("handshake-wire", variant, Double(handshake.wireBytes))

                    try await busy.control.start(code)
                    let begin = try await stream.wait(.seconds(5)) { $0.events.count >= 6 }
                    let start = try await stream.counters()
                    let end = try await stream.wait(.seconds(5)) { $0.events.count >= begin.events.count + events }
                    let stop = try await stream.counters()
                    let count = Double(max(1, end.events.count - begin.events.count))
                    note("event", variant, Double(stop.applicationBytes - start.applicationBytes) / count)
                    note("event-wire", variant, Double(stop.wireBytes - start.wireBytes) / count)
                    await stream.close()
                    try await busy.control.delete(code)
                }
            }
        }
        let titles = [
            ("event", "An event: payload"), ("event-wire", "An event: IP packets, with acknowledgement"),
            ("idle", "An idle minute: payload"), ("idle-wire", "An idle minute: IP packets"),
            ("handshake", "Handshake and snapshot: payload"), ("handshake-wire", "Handshake and snapshot: IP packets"),
        ]
        result.measures = titles.map { id, title in
            Measure(id, title, unit: "bytes", digits: 0, isExact: true, bench.series(values[id] ?? [:]))
        }
        result.notes = [
            "An idle minute has four heartbeats; they are measured at ten a second.",
            "Compression is negotiated, but the server leaves messages below 128 bytes as they are, which all these events "
                + "are: deflated one by one they would not become shorter.",
        ]
    }

    /// What four heartbeats take.
    private func heartbeats(_ variant: StreamTransport, _ server: BenchServer, _ bench: Bench) async throws
        -> (applicationBytes: Int, wireBytes: Int)
    {
        let code = try await server.control.createRooms(1)[0]
        let stream = try await ObservedStream.open(try server.endpoint(code, variant), on: bench.group)
        // The acknowledgement of a heartbeat has come with the next one at the latest.
        let first = try await stream.wait(.seconds(5)) { $0.heartbeats >= 2 }.heartbeats
        let before = try await settled(stream)
        try await stream.wait(.seconds(5)) { $0.heartbeats >= first + 4 }
        let after = try await settled(stream)
        await stream.close()
        try await server.control.delete(code)
        return (after.applicationBytes - before.applicationBytes, after.wireBytes - before.wireBytes)
    }

    /// The counters after the last acknowledgement, which the kernel may hold back for 40 ms.
    private func settled(_ stream: ObservedStream) async throws -> TCPCounters {
        try await Task.sleep(for: .milliseconds(60))
        return try await stream.counters()
    }
}
