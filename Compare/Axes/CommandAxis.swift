import NIOCore

/// How soon others see what one does.
struct CommandAxis: Axis {
    let definition = AxisDefinition(
        id: "command",
        title: "Command round trip",
        what: "The time from the moment a command should be sent to its event at another subscriber of the room.",
        how:
            "Open loop over many rooms, latency from the intended moment; by request on a new and on a kept connection "
            + "where the stream is one-way, in-band where it is not.",
        notShown:
            "Distance: a new connection costs one round trip more over TCP and two or three over TLS. A browser keeps "
            + "connections for a minute or more."
    )

    private static let rooms = 50

    func duration(_ profile: Profile) -> Double { profile.pick(15, 165) }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        let rate = bench.profile.pick(200.0, 400)
        let count = bench.profile.pick(80, 2000)
        let routes = CommandRoute.all(bench.variants)
        var latencies: [CommandRoute: Latencies] = [:]
        var load = 0.0
        var unanswered = 0
        try await bench.withServer { server in
            let rooms = try await CommandRooms.open(routes, rooms: Self.rooms, on: server)
            for route in routes { _ = try await run(rooms[route], 20, rate) }
            try await bench.alternate(routes) { route in
                let begin = Usage(server.probe)
                let (latency, missing) = try await run(rooms[route], count, rate)
                load = max(load, begin.until(Usage(server.probe)).clientLoad)
                latencies[route, default: Latencies()].add(latency)
                unanswered += missing
            }
            for room in rooms.values { try await room.close() }
        }
        func series(_ percentile: Double) -> [Series] {
            routes.compactMap { route in
                latencies[route].map { Series(route.label, $0.values(percentile), $0.all) }
            }
        }
        result.clientLoad = load
        result.measures = [
            Measure("p50", "Command to event, p50", unit: "ms", digits: 2, series(50)),
            Measure("p99", "Command to event, p99", unit: "ms", digits: 2, series(99)),
        ]
        result.notes = ["\(rounded(rate, 0)) commands a second over \(Self.rooms) rooms; \(unanswered) never arrived."]
    }

    private func run(_ rooms: CommandRooms?, _ count: Int, _ rate: Double) async throws -> (LatencyHistogram, Int) {
        guard let rooms else { return (LatencyHistogram(), 0) }
        let probe = try await rooms.probe()
        let begin = NIODeadline.now() + .milliseconds(10)
        for number in 0..<count {
            let intended = begin + .nanoseconds(Int64(Double(number) / rate * 1e9))
            let room = number % Self.rooms
            rooms.streams.schedule(at: intended) { [sender = rooms.sender] _ in
                probe.value.willSend(to: room, at: intended)
                sender.value.send(to: room)
            }
        }
        let end = begin + .nanoseconds(Int64(Double(count) / rate * 1e9)) + .milliseconds(100)
        try await Task.sleep(for: .nanoseconds((end - .now()).nanoseconds))
        return try await rooms.streams.eventLoop.submit { (probe.value.latency, probe.value.unanswered) }.get()
    }
}

/// Rooms with two streams each, and the means to command them by one route.
struct CommandRooms: Sendable {
    let codes: [String]
    let streams: StreamSet
    let sender: NIOLoopBound<CommandSender>

    static func open(_ routes: [CommandRoute], rooms: Int, on server: BenchServer) async throws
        -> [CommandRoute: CommandRooms]
    {
        var all: [CommandRoute: CommandRooms] = [:]
        for route in routes {
            let codes = try await server.control.createRooms(rooms)
            let streams = try await server.streams(codes)
            _ = try await streams.open(rooms * 2) { _ in route.transport }
            let sender = try await CommandSender.make(route, codes: codes, port: server.port, streams: streams)
            all[route] = CommandRooms(codes: codes, streams: streams, sender: sender)
        }
        return all
    }

    /// A new probe that is told of all transitions.
    func probe() async throws -> NIOLoopBound<CommandProbe> {
        let (eventLoop, count) = (streams.eventLoop, codes.count)
        let probe = try await eventLoop.submit {
            NIOLoopBound(CommandProbe(rooms: count), eventLoop: eventLoop)
        }.get()
        try await streams.withRecord { record in
            record.onTransition = { room, _, stream, now in probe.value.transition(of: room, stream: stream, at: now) }
        }
        return probe
    }

    func close() async throws {
        try await streams.eventLoop.submit { [sender] in sender.value.close() }.get()
        try await streams.closeAll()
    }
}
