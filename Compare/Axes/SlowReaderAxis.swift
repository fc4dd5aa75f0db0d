import NIOCore
import TandemEngine

/// What becomes of a client that does not read, and of the others in its room.
struct SlowReaderAxis: Axis {
    let definition = AxisDefinition(
        id: "slow-reader",
        title: "Slow readers",
        what:
            "What clients that stop reading do to the others of their room and to the server's memory, and when they are "
            + "let go.",
        how: "One room with readers and with clients whose receive buffer is small and never read, under a flood of "
            + "transitions; seen from the readers and from the server's own counts.",
        notShown:
            "A reader that is slow rather than stuck: it misses ticks, which are superseded anyway, but no transition."
    )

    private static let readers = 10
    private static let stuck = 10

    func duration(_ profile: Profile) -> Double { profile.pick(11, 12) }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        for (number, variant) in bench.variants.enumerated() {
            let seconds = bench.profile.pick(4.0, 5)
            let seen = try await bench.withServer { try await flood(variant, $0, bench, seconds) }
            let letGo = seen.letGo.map { "all \(Self.stuck) were let go after \(rounded($0, 1)) s" }
            result.observations += [
                Observation(
                    subject: "The readers",
                    label: variant.rawValue,
                    kind: seen.lost == 0 ? .good : .bad,
                    text: "got all \(seen.transitions) transitions, \(seen.lost) lost"
                ),
                Observation(
                    subject: "Those who do not read",
                    label: variant.rawValue,
                    kind: seen.letGo == nil ? .bad : .good,
                    text: letGo ?? "were still there after \(rounded(seconds, 0)) s"
                ),
                Observation(
                    subject: "Server memory",
                    label: variant.rawValue,
                    kind: .neutral,
                    text: "grew by \(rounded(Double(seen.memory) / 1024, 0)) KiB while they were stuck"
                ),
            ]
            bench.progress(Double(number + 1) / Double(bench.variants.count))
        }
        result.notes = [
            "The server lets a stream go when \(EngineLimits().pendingWrites) writes wait for it, or after 30 s; it resumes "
                + "by its id."
        ]
    }

    private struct Seen {
        let transitions: Int
        let lost: Int
        let letGo: Double?
        let memory: Int
    }

    private func flood(_ variant: StreamTransport, _ server: BenchServer, _ bench: Bench, _ seconds: Double)
        async throws
        -> Seen
    {
        let code = try await server.control.createRooms(1)[0]
        let readers = try await server.streams([code])
        _ = try await readers.open(Self.readers) { _ in variant }
        var stuck: [ObservedStream] = []
        for _ in 0..<Self.stuck {
            let stream = try await ObservedStream.open(
                server.endpoint(code, variant),
                on: bench.group,
                receiveBuffer: 2048
            )
            try await stream.wait(.seconds(5)) { !$0.events.isEmpty }
            try await stream.stopReading()
            stuck.append(stream)
        }
        let memory = server.probe.memory
        var largest = memory
        var letGo: Double?
        let begin = ContinuousClock.now
        var made = 0
        while (ContinuousClock.now - begin) / .seconds(1) < seconds, letGo == nil {
            try await server.control.update([String](repeating: code, count: 200))
            made += 200
            largest = max(largest, server.probe.memory)
            if try await server.control.subscriberCount(code) == Self.readers {
                letGo = (ContinuousClock.now - begin) / .seconds(1)
            }
        }
        try await Task.sleep(for: .milliseconds(200))
        let received = try await readers.withRecord { $0.transitions }
        for stream in stuck { await stream.close() }
        try await readers.closeAll()
        return Seen(
            transitions: made,
            lost: made * Self.readers - received,
            letGo: letGo,
            memory: largest - memory
        )
    }
}
