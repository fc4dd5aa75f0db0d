import ArgumentParser

/// What a run of the bench does.
struct LoadPlan: ParsableArguments {
    @Option(help: "Transport of the streams: sse, websocket, websocket-deflate, or mixed.")
    var transport = TransportMix.sse

    @Option(help: "Streams, spread evenly over the rooms.")
    var streams = 1_000

    @Option(help: "Rooms.")
    var rooms = 1

    @Option(help: ArgumentHelp("Time of measurement.", valueName: "seconds"))
    var duration = 10.0

    @Option(help: ArgumentHelp("Ticks a second; 1 in the product, more to get figures sooner.", valueName: "hertz"))
    var rate = 1.0

    @Option(
        help: ArgumentHelp("Commands a second while ticks go on, spread over the rooms; 0 is none.", valueName: "count")
    )
    var commands = 0.0

    @Option(
        help: ArgumentHelp(
            "Keep the rooms in this SQLite file, so that a command is durable.",
            valueName: "sqlite:path"
        )
    )
    var store: String?

    @Option(help: ArgumentHelp("Streams besides, whose client never reads.", valueName: "count"))
    var stalled = 0

    @Option(help: ArgumentHelp("Processor for the server; none is any.", valueName: "number"))
    var serverCpu: Int?

    @Option(help: ArgumentHelp("Processor for the client; none is any.", valueName: "number"))
    var clientCpu: Int?

    @Option(
        help: ArgumentHelp("Measure a running server instead of one of the bench's own.", valueName: "http://host:port")
    )
    var url: String?

    @Option(help: ArgumentHelp("Process id of the server at --url.", valueName: "number"))
    var pid: Int32?

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    /// Milliseconds from one tick to the next.
    var tickInterval: Int64 { Int64((1000 / rate).rounded()) }

    mutating func validate() throws {
        guard streams > 0, rooms > 0, duration > 0, (0.1...100).contains(rate) else {
            throw ValidationError("streams, rooms and duration are at least 1, the rate from 0.1 to 100")
        }
        guard (url == nil) == (pid == nil) else { throw ValidationError("--url and --pid go together") }
        guard store.map({ $0.hasPrefix("sqlite:") && url == nil }) ?? true else {
            throw ValidationError("--store is sqlite: and a path, for a server of the bench's own")
        }
        guard url == nil || rate == 1 else { throw ValidationError("a running server ticks once a second") }
        guard commands == 0 || streams >= 2 * rooms else {
            throw ValidationError("commands are measured between two streams of a room; there are too few streams")
        }
    }
}

/// Which transport each stream has.
enum TransportMix: String, CaseIterable, ExpressibleByArgument {
    case sse
    case websocket
    case websocketDeflate = "websocket-deflate"
    case mixed

    /// - Parameter number: of the stream in its room.
    func transport(ofStream number: Int) -> StreamTransport {
        switch self {
        case .sse: .sse
        case .websocket: .websocket
        case .websocketDeflate: .websocketDeflate
        case .mixed: number.isMultiple(of: 2) ? .websocket : .sse
        }
    }
}
