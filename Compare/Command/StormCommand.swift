import ArgumentParser
import Foundation
import NIOCore
import NIOPosix
import TandemServer

/// `compare storm`: all clients come back at once.
struct StormCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storm",
        abstract: "Cut all streams and reconnect them within a second; see whether all are served and memory returns."
    )

    @OptionGroup var plan: LoadPlan

    func run() async throws {
        if let cpu = plan.clientCpu { try Processors.pin(to: cpu) }
        _ = DescriptorLimit.raise()
        let server = try ServerChild("server-process", plan.serverCpu.map { ["--cpu", "\($0)"] } ?? [])
        defer { server.stop() }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let control = ControlClient(group, url: "http://127.0.0.1:\(server.port)")
        let codes = try await control.createRooms(plan.rooms)
        try await control.start(codes)
        let streams = try await StreamSet(
            eventLoop: group.next(),
            codes: codes,
            port: server.port,
            tickInterval: 1_000_000_000
        )
        print("memory \(server.probe.memory >> 10) KiB with \(plan.rooms) rooms and no stream yet")
        for round in 0...3 {
            let begin = ContinuousClock.now
            // The first round is no storm, so that the others are compared with a server that has seen it all.
            let rate = round == 0 ? nil : Double(plan.streams)
            let times = try await streams.open(
                plan.streams,
                transport: { [plan] in
                    plan.transport.transport(ofStream: $0 / plan.rooms)
                },
                rate: rate
            )
            let seconds = (ContinuousClock.now - begin) / .seconds(1)
            let full = server.probe.memory
            try await streams.closeAll()
            try await Task.sleep(for: .seconds(3))
            print(
                "\(times.count) snapshots in \(rounded(seconds, 2)) s, \(times.summary?.description ?? "-"); memory",
                "\(full >> 10) KiB full, \(server.probe.memory >> 10) KiB after all had left"
            )
        }
        try await control.shutdown()
        try await group.shutdownGracefully()
    }
}
