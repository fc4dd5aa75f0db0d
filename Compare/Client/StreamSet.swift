import Foundation
import NIOCore
import NIOPosix

/// All streams of a run, and what they received, on one event loop.
final class StreamSet: Sendable {
    /// Streams opened at once, so that no listen queue overflows.
    private static let window = 256
    /// Streams from one source address: each has its own port, of which the system gives out some 28,000.
    private static let streamsPerAddress = 20_000

    /// IP_BIND_ADDRESS_NO_PORT: leaves the choice of the port to `connect`, which need not search for one that is free
    /// for all destinations.
    private static let bindWithoutPort = ChannelOptions.Types.SocketOption(level: .ip, name: .init(rawValue: 24))

    let eventLoop: any EventLoop
    let record: NIOLoopBound<StreamRecord>
    private let codes: [String]
    private let port: Int
    private let channels: NIOLoopBoundBox<[(number: Int, channel: any Channel)]>

    init(eventLoop: any EventLoop, codes: [String], port: Int, tickInterval: Int64) async throws {
        self.eventLoop = eventLoop
        self.codes = codes
        self.port = port
        let rooms = codes.count
        record = try await eventLoop.submit {
            NIOLoopBound(StreamRecord(rooms: rooms, tickInterval: tickInterval), eventLoop: eventLoop)
        }.get()
        channels = NIOLoopBoundBox.makeBoxSendingValue([], eventLoop: eventLoop)
    }

    /// Another set for the same rooms, with a record of its own.
    convenience init(beside other: StreamSet) async throws {
        try await self.init(eventLoop: other.eventLoop, codes: other.codes, port: other.port, tickInterval: 1)
    }

    /// Opens `count` streams, spread evenly over the rooms, at most `rate` a second.
    /// - Returns: how long each took from its TCP handshake to the end of its snapshot.
    func open(
        _ count: Int,
        transport: @escaping @Sendable (Int) -> StreamTransport,
        rate: Double? = nil,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> LatencyHistogram {
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Int64.self) { tasks in
            var histogram = LatencyHistogram()
            var opened = 0
            for number in 0..<count {
                if let rate { try await Task.sleep(until: start + .seconds(Double(number) / rate), clock: .continuous) }
                if number - opened >= Self.window, let duration = try await tasks.next() {
                    histogram.record(duration)
                    opened += 1
                    progress(opened)
                }
                tasks.addTask { try await self.open(number, transport(number)) }
            }
            for try await duration in tasks {
                histogram.record(duration)
                opened += 1
                progress(opened)
            }
            // They come in the order in which their handshakes ended.
            try await eventLoop.submit { [channels] in channels.value.sort { $0.number < $1.number } }.get()
            return histogram
        }
    }

    private func open(_ number: Int, _ transport: StreamTransport) async throws -> Int64 {
        let begin = NIODeadline.now()
        let ready = eventLoop.makePromise(of: Void.self)
        let room = number % codes.count
        let host = number / Self.streamsPerAddress + 2
        do {
            let channel = try await ClientBootstrap(group: eventLoop)
                .channelOption(Self.bindWithoutPort, value: 1)
                .bind(to: SocketAddress(ipAddress: "127.0.0.\(host)", port: 0))
                .channelInitializer { [codes, record] channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            StreamHandler(
                                room: room,
                                number: number / codes.count,
                                transport: transport,
                                code: codes[room],
                                record: record.value,
                                ready: ready
                            )
                        )
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
            eventLoop.execute { [channels] in channels.value.append((number, channel)) }
        } catch {
            ready.fail(error)
        }
        try await ready.futureResult.get()
        return (NIODeadline.now() - begin).nanoseconds
    }

    func closeAll() async throws {
        let all = try await eventLoop.submit { [channels] in
            defer { channels.value = [] }
            return channels.value.map(\.channel)
        }.get()
        for channel in all { channel.close(promise: nil) }
        for channel in all { try await channel.closeFuture.get() }
    }

    /// Runs `body` with the record, on its event loop.
    func withRecord<Value: Sendable>(_ body: @escaping @Sendable (StreamRecord) -> Value) async throws -> Value {
        try await eventLoop.submit { [record] in body(record.value) }.get()
    }

    /// Runs `body` with all channels, in the order in which they were opened.
    func withChannels<Value: Sendable>(_ body: @escaping @Sendable ([any Channel]) -> Value) async throws -> Value {
        try await eventLoop.submit { [channels] in body(channels.value.map(\.channel)) }.get()
    }

    /// Runs `body` with all channels, in the order in which they were opened, at `instant`.
    func schedule(
        at instant: NIODeadline,
        _ body: @escaping @Sendable ([(number: Int, channel: any Channel)]) -> Void
    ) {
        eventLoop.scheduleTask(deadline: instant) { [channels] in body(channels.value) }
    }

    /// Ticks that streams lack at the end, compared with the one of their room that got furthest.
    func missingAtTheEnd() async throws -> Int {
        try await eventLoop.submit { [channels] in
            let handlers = try channels.value.map(\.channel).map {
                try $0.pipeline.syncOperations.handler(type: StreamHandler.self)
            }
            let furthest = Dictionary(handlers.map { ($0.room, $0.lastTick) }) { max($0, $1) }
            return handlers.reduce(0) { $0 + (furthest[$1.room] ?? 0) - $1.lastTick }
        }.get()
    }
}
