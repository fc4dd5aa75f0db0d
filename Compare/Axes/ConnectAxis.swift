import NIOCore

/// How long a client waits until it sees the timer.
struct ConnectAxis: Axis {
    let definition = AxisDefinition(
        id: "connect",
        title: "Connect",
        what: "The time from the moment a client should connect to the answer's head, and to the first event.",
        how: "Open loop at a fixed rate over new TCP connections; latency counts from the intended moment.",
        notShown: "Distance: on the loopback a round trip is free. Every transport takes two of them (TCP, request), "
            + "and TLS one or two more."
    )

    func duration(_ profile: Profile) -> Double { profile.pick(8, 45) }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        let count = bench.profile.pick(60, 300)
        let rate = 200.0
        var heads: [StreamTransport: Latencies] = [:]
        var firsts: [StreamTransport: Latencies] = [:]
        var load = 0.0
        try await bench.withServer { server in
            let code = try await server.control.createRooms(1)[0]
            // Warms both sides up.
            for variant in bench.variants { _ = try await connect(20, rate, server.endpoint(code, variant), bench) }
            try await bench.alternate(bench.variants) { variant in
                let begin = Usage(server.probe)
                let (head, first) = try await connect(count, rate, server.endpoint(code, variant), bench)
                load = max(load, begin.until(Usage(server.probe)).clientLoad)
                heads[variant, default: Latencies()].add(head)
                firsts[variant, default: Latencies()].add(first)
            }
        }
        result.clientLoad = load
        result.measures = [
            Measure("head", "Time to the answer's head, p50", unit: "ms", digits: 2, bench.series(heads, 50)),
            Measure("first-event", "Time to the first event, p50", unit: "ms", digits: 2, bench.series(firsts, 50)),
            Measure("first-event-p99", "Time to the first event, p99", unit: "ms", digits: 2, bench.series(firsts, 99)),
        ]
    }

    private func connect(
        _ count: Int,
        _ rate: Double,
        _ endpoint: StreamEndpoint,
        _ bench: Bench
    ) async throws -> (head: LatencyHistogram, first: LatencyHistogram) {
        let start = NIODeadline.now() + .milliseconds(20)
        return try await withThrowingTaskGroup(of: (Int64, Int64).self) { tasks in
            for number in 0..<count {
                tasks.addTask {
                    let intended = start + .nanoseconds(Int64(Double(number) / rate * 1e9))
                    try await Task.sleep(for: .nanoseconds((intended - .now()).nanoseconds))
                    let stream = try await ObservedStream.open(endpoint, on: bench.group)
                    let log = try await stream.wait(.seconds(10)) { !$0.events.isEmpty }
                    await stream.close()
                    guard let head = log.headAt, let first = log.events.first?.at else {
                        throw BenchError("a stream was answered with: \(log.answer)")
                    }
                    return ((head - intended).nanoseconds, (first - intended).nanoseconds)
                }
            }
            var histograms = (head: LatencyHistogram(), first: LatencyHistogram())
            for try await (head, first) in tasks {
                histograms.head.record(head)
                histograms.first.record(first)
            }
            return histograms
        }
    }
}
