import ArgumentParser
import Foundation

/// `compare bench`: server and floor by turns, as a ratio.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Run server and floor by turns and show the ratio of their costs.",
        discussion: """
            Each run starts afresh: floor, server, server, floor, and so on, so that a slow change of the machine \
            weighs on both alike. Without --streams and --rooms both shapes of the README are run: 1,000 streams in one \
            room at 20 Hz, and 10,000 streams in 5,000 rooms at 1 Hz.
            """
    )

    /// A shape of load.
    private struct Shape {
        let streams: Int
        let rooms: Int
        let rate: Double

        static let all = [Shape(streams: 1_000, rooms: 1, rate: 20), Shape(streams: 10_000, rooms: 5_000, rate: 1)]
    }

    @Option(help: "Runs of each.")
    var runs = 3

    @Option(help: ArgumentHelp("Time of measurement of each run.", valueName: "seconds"))
    var duration = 10.0

    @Option(help: ArgumentHelp("Processor for the server.", valueName: "number"))
    var serverCpu = 0

    @Option(help: ArgumentHelp("Processor for the client.", valueName: "number"))
    var clientCpu = 1

    @Option(help: "Streams, if not the two shapes.")
    var streams: Int?

    @Option(help: "Rooms, if not the two shapes.")
    var rooms: Int?

    @Option(help: ArgumentHelp("Ticks a second, if not the two shapes.", valueName: "hertz"))
    var rate = 1.0

    @Option(help: "Transports.")
    var transport: [StreamTransport] = [.sse, .websocket]

    func run() async throws {
        let shapes = streams.map { [Shape(streams: $0, rooms: rooms ?? 1, rate: rate)] } ?? Shape.all
        for shape in shapes {
            for transport in transport { try await bench(shape, transport) }
        }
    }

    private func bench(_ shape: Shape, _ transport: StreamTransport) async throws {
        let plan = try LoadPlan.parse([
            "--transport", transport.rawValue, "--streams", "\(shape.streams)", "--rooms", "\(shape.rooms)",
            "--rate", "\(shape.rate)", "--duration", "\(duration)",
            "--server-cpu", "\(serverCpu)", "--client-cpu", "\(clientCpu)",
        ])
        var costs: [LoadRun.Target: [Double]] = [:]
        var lost = 0
        for run in 0..<runs {
            let order: [LoadRun.Target] = run.isMultiple(of: 2) ? [.floor, .tandem] : [.tandem, .floor]
            for target in order {
                let result = try await LoadRun(plan: plan, target: target).run()
                costs[target, default: []].append(result.cpuPerEvent)
                lost += result.lost
            }
        }
        let (tandem, floor) = (median(costs[.tandem] ?? []), median(costs[.floor] ?? []))
        print(
            """
            \(transport.rawValue), \(shape.streams) streams, \(shape.rooms) rooms, \(rounded(shape.rate, 0)) Hz
              server  \(rounded(tandem, 2)) µs per event   \(list(costs[.tandem] ?? []))
              floor   \(rounded(floor, 2)) µs per event   \(list(costs[.floor] ?? []))
              ratio   \(rounded(tandem / floor, 3))   lost \(lost)

            """
        )
    }

    private func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }

    private func list(_ values: [Double]) -> String {
        values.map { rounded($0, 2) }.joined(separator: ", ")
    }
}
