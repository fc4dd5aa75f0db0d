import Foundation
import NIOCore
import NIOPosix
import TandemServer

/// One run: a server, streams, ticks, and what they cost.
struct LoadRun {
    /// What is measured.
    enum Target {
        case tandem
        case floor
    }

    let plan: LoadPlan
    let target: Target
    let progress = ProgressLine()

    func run() async throws -> LoadResult {
        if let cpu = plan.clientCpu { try Processors.pin(to: cpu) }
        _ = DescriptorLimit.raise()
        let child = try plan.url == nil ? start() : nil
        defer { child?.stop() }
        guard let url = plan.url ?? child.map({ "http://127.0.0.1:\($0.port)" }), let port = URL(string: url)?.port,
            let probe = child?.probe ?? plan.pid.map(ProcessProbe.init)
        else { throw BenchError("the URL needs a port: http://127.0.0.1:8080") }

        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let control = ControlClient(group, url: url)
        let result: LoadResult
        do {
            result = try await measure(probe, port, control, group.next())
        } catch {
            try? await control.shutdown()
            throw error
        }
        try await control.shutdown()
        try await group.shutdownGracefully()
        progress.clear()
        return result
    }

    private func start() throws -> ServerChild {
        var arguments = ["--tick-interval", "\(plan.tickInterval)"]
        if let cpu = plan.serverCpu { arguments += ["--cpu", "\(cpu)"] }
        switch target {
        case .tandem:
            if let store = plan.store { arguments += ["--store", String(store.dropFirst("sqlite:".count))] }
            return try ServerChild("server-process", arguments)
        case .floor: return try ServerChild("floor-process", arguments + ["--transport", plan.transport.rawValue])
        }
    }

    private func measure(
        _ server: ProcessProbe,
        _ port: Int,
        _ control: ControlClient,
        _ eventLoop: any EventLoop
    ) async throws -> LoadResult {
        let codes = try await control.createRooms(plan.rooms)
        let streams = try await StreamSet(
            eventLoop: eventLoop,
            codes: codes,
            port: port,
            tickInterval: plan.tickInterval * 1_000_000
        )
        let emptyMemory = server.memory

        let connecting = Usage(server)
        let connect = try await streams.open(plan.streams) { [plan] in
            plan.transport.transport(ofStream: $0 / plan.rooms)
        } progress: { [progress, plan] in
            progress.show("connecting", $0, of: plan.streams)
        }
        let connected = connecting.until(Usage(server))
        try await Task.sleep(for: .seconds(1))
        let memory = server.memory - emptyMemory
        let stalled = try await openStalled(streams)

        try await control.start(codes)
        // The first ticks also warm caches up.
        try await Task.sleep(for: .seconds(max(2, 2 / plan.rate)))
        let before = try await streams.withRecord { record in
            record.isMeasuring = true
            return (record.events, record.bytes)
        }
        let begin = Usage(server)
        try await wait("measuring")
        let ticking = begin.until(Usage(server))
        let after = try await streams.withRecord { record in
            record.isMeasuring = false
            return (record.events, record.bytes)
        }
        let (lateness, lost) = try await streams.withRecord { ($0.lateness().summary, $0.lost) }
        let events = after.0 - before.0

        let commands = try await runCommands(control, codes, streams)
        try await control.pause(codes)
        try await Task.sleep(for: .seconds(1))
        let missing = try await streams.missingAtTheEnd()
        try await streams.closeAll()
        try await stalled?.closeAll()
        return LoadResult(
            transport: plan.transport.rawValue,
            streams: plan.streams,
            rooms: plan.rooms,
            rate: plan.rate,
            seconds: ticking.seconds,
            events: events,
            lost: lost + missing,
            bytesPerEvent: Double(after.1 - before.1) / Double(max(1, events)),
            cpuPerEvent: ticking.serverTime / Double(max(1, events)) * 1e6,
            serverLoad: ticking.serverTime / ticking.seconds,
            clientLoad: ticking.clientTime / ticking.seconds,
            memoryPerStream: Double(memory) / Double(plan.streams),
            lateness: lateness,
            connectsPerSecond: Double(plan.streams) / connected.seconds,
            cpuPerConnect: connected.serverTime / Double(plan.streams) * 1e6,
            connect: connect.summary,
            commands: commands.latency.summary,
            commandCount: commands.latency.count
        )
    }

    private func wait(_ phase: String) async throws {
        let steps = Int((plan.duration * 10).rounded())
        for step in 1...max(1, steps) {
            try await Task.sleep(for: .milliseconds(100))
            progress.show(phase, step, of: steps)
        }
    }

    /// Streams that are asked for and then never read.
    private func openStalled(_ streams: StreamSet) async throws -> StreamSet? {
        guard plan.stalled > 0 else { return nil }
        let stalled = try await StreamSet(beside: streams)
        _ = try await stalled.open(plan.stalled) { [plan] in plan.transport.transport(ofStream: $0) }
        try await stalled.withChannels { channels in
            for channel in channels { channel.setOption(.autoRead, value: false).whenFailure { _ in } }
        }
        return stalled
    }

    private func runCommands(
        _ control: ControlClient,
        _ codes: [String],
        _ streams: StreamSet
    ) async throws -> (latency: LatencyHistogram, unanswered: Int) {
        guard plan.commands > 0 else { return (LatencyHistogram(), 0) }
        let eventLoop = streams.eventLoop
        let probe = try await eventLoop.submit { [plan] in
            NIOLoopBound(CommandProbe(rooms: plan.rooms), eventLoop: eventLoop)
        }.get()
        try await streams.withRecord { record in
            record.onTransition = { room, _, stream, now in
                probe.value.transition(of: room, stream: stream, at: now)
            }
        }
        let count = Int(plan.commands * plan.duration)
        let begin = NIODeadline.now() + .milliseconds(100)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 0..<count {
                let intended = begin + .nanoseconds(Int64(Double(number) / plan.commands * 1e9))
                let room = number % plan.rooms
                let inBand = plan.transport.transport(ofStream: 0).command(#"{"command":"update","duration":36000000}"#)
                if let inBand {
                    streams.schedule(at: intended) { channels in
                        probe.value.willSend(to: room, at: intended)
                        channels[room].channel.writeAndFlush(inBand, promise: nil)
                    }
                } else {
                    tasks.addTask {
                        let delay = intended - .now()
                        try await Task.sleep(for: .nanoseconds(max(0, delay.nanoseconds)))
                        try await eventLoop.submit { probe.value.willSend(to: room, at: intended) }.get()
                        try await control.update(codes[room], duration: 36_000_000)
                    }
                }
            }
            try await tasks.waitForAll()
        }
        try await wait("commands")
        try await Task.sleep(for: .seconds(1))
        return try await eventLoop.submit { (probe.value.latency, probe.value.unanswered) }.get()
    }
}
