import NIOCore
import Synchronization

/// How many commands a second one processor of the server takes.
struct SaturationAxis: Axis {
    let definition = AxisDefinition(
        id: "saturation",
        title: "Commands to saturation",
        what:
            "Commands that the server carries out in a second when clients send the next as soon as they see the last.",
        how:
            "Closed loop, one command under way in each of 64 rooms with two subscribers each, server on one processor.",
        notShown:
            "Latency, which is what a closed loop hides; it is measured above. Where the client is at its limit, the "
            + "figure is the client's."
    )

    private static let rooms = 64

    func duration(_ profile: Profile) -> Double { profile.pick(13, 45) }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        let window = bench.profile.pick(0.3, 1)
        let routes = CommandRoute.all(bench.variants)
        var rates: [CommandRoute: [Double]] = [:]
        var costs: [CommandRoute: [Double]] = [:]
        var load = 0.0
        try await bench.withServer { server in
            let rooms = try await CommandRooms.open(routes, rooms: Self.rooms, on: server)
            try await bench.alternate(routes) { route in
                guard let rooms = rooms[route] else { return }
                let counter = Counter()
                try await drive(rooms, counter)
                try await Task.sleep(for: .milliseconds(100))
                let before = counter.count.load(ordering: .relaxed)
                let begin = Usage(server.probe)
                try await Task.sleep(for: .seconds(window))
                let span = begin.until(Usage(server.probe))
                let count = Double(counter.count.load(ordering: .relaxed) - before)
                counter.isStopped.store(true, ordering: .relaxed)
                try await Task.sleep(for: .milliseconds(100))
                load = max(load, span.clientLoad)
                rates[route, default: []].append(count / span.seconds)
                costs[route, default: []].append(span.serverTime / max(1, count) * 1e6)
            }
            for room in rooms.values { try await room.close() }
        }
        func series(_ values: [CommandRoute: [Double]]) -> [Series] {
            routes.compactMap { route in values[route].map { Series(route.label, $0) } }
        }
        result.clientLoad = load
        result.measures = [
            Measure("rate", "Commands a second", unit: "1/s", digits: 0, series(rates)),
            Measure("cpu", "Server CPU per command, two deliveries included", unit: "µs", digits: 1, series(costs)),
        ]
        result.notes = ["Commands are updates of the timer, in a server that keeps rooms in memory."]
    }

    private final class Counter: Sendable {
        let count = Atomic(0)
        let isStopped = Atomic(false)
    }

    /// Sends a command to each room, and the next whenever the other subscriber has seen the last.
    private func drive(_ rooms: CommandRooms, _ counter: Counter) async throws {
        let sender = rooms.sender
        try await rooms.streams.withRecord { record in
            record.onTransition = { room, _, stream, _ in
                guard stream == 1, !counter.isStopped.load(ordering: .relaxed) else { return }
                counter.count.add(1, ordering: .relaxed)
                sender.value.send(to: room)
            }
            for room in 0..<Self.rooms { sender.value.send(to: room) }
        }
    }
}
