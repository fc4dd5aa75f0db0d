import NIOCore
import Synchronization

/// How one event's cost grows with its audience.
struct FanOutAxis: Axis {
    let definition = AxisDefinition(
        id: "fan-out",
        title: "Fan-out growth",
        what: "The time from a command to its event at the last subscriber of the room, for ever larger rooms.",
        how: "A new server each run with a room of each size; commands by request, whatever the transport of the "
            + "subscribers, so that only the fan-out differs.",
        notShown: "Several processors: one event loop serves all here, and rooms spread over loops in the product."
    )

    private static let commands = 5

    func duration(_ profile: Profile) -> Double { profile.pick(8, 75) }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        let sizes = bench.profile.pick([1, 10, 100, 1_000], [1, 10, 100, 1_000, 10_000])
        var times: [StreamTransport: [Int: [Double]]] = [:]
        try await bench.alternate(bench.variants, rounds: 6) { variant in
            try await bench.withServer { server in
                for size in sizes {
                    let code = try await server.control.createRooms(1)[0]
                    let streams = try await server.streams([code])
                    _ = try await streams.open(size) { _ in variant }
                    var run: [Double] = []
                    for _ in 0...Self.commands { run.append(try await time(code, size, streams, server)) }
                    // The first one warms up.
                    times[variant, default: [:]][size, default: []].append(Sample(Array(run.dropFirst())).median)
                    if size == sizes.last { try await streams.closeAll() }
                }
            }
        }
        let largest = sizes.last ?? 1
        result.measures = [
            Measure(
                "last",
                "Time to the last of \(largest) subscribers",
                unit: "ms",
                digits: 2,
                bench.series(times.mapValues { $0[largest] ?? [] })
            )
        ]
        result.growths = [
            Growth(
                title: "Time to the last subscriber",
                xTitle: "subscribers of the room",
                unit: "ms",
                slopeFrom: 100,
                bench.variants.map { variant in
                    let points = sizes.map { size in
                        Growth.Point(x: Double(size), y: Sample(times[variant]?[size] ?? []).median)
                    }
                    return (variant.rawValue, points)
                }
            )
        ]
        for curve in result.growths[0].curves {
            guard let slope = curve.slope else { continue }
            let each =
                Sample(times[StreamTransport(rawValue: curve.label) ?? .sse]?[largest] ?? []).median / Double(largest)
            result.notes.append(
                "\(curve.label): grows as subscribers^\(rounded(slope, 2)) from 100 on (1 is proportional), "
                    + "\(rounded(each * 1000, 2)) µs for each subscriber of \(largest)."
            )
        }
    }

    /// Milliseconds from a command to the last of `size` arrivals of its event.
    private func time(_ code: String, _ size: Int, _ streams: StreamSet, _ server: BenchServer) async throws -> Double {
        let (arrivals, arrival) = AsyncStream.makeStream(of: NIODeadline.self)
        try await streams.withRecord { record in
            var count = 0
            record.onTransition = { _, _, _, now in
                count += 1
                if count == size { arrival.yield(now) }
            }
        }
        let begin = NIODeadline.now()
        try await server.control.update(code, duration: 36_000_000)
        for await last in arrivals { return Double((last - begin).nanoseconds) / 1e6 }
        return 0
    }
}
