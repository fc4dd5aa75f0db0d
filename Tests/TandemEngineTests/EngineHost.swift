import Logging
import NIOCore
import NIOPosix
import Synchronization
import TandemContract
import TandemCore
import TandemStores
import TandemTesting
import Testing

@testable import TandemEngine

/// An engine with nothing before it: whoever connects is in the room at once, and reads a line of text per event.
///
/// A client may send lines, too: `start` and `pause` are commands and answered by `ack` and the id, or by the error's
/// code; any other line comes back as it is.
final class EngineHost: Sendable {
    /// How streams are written.
    struct Wire: Sendable {
        /// Encodings that subscribers have in turn; each is a group of its own.
        var encodings = 1
        var heartbeatRule = HeartbeatRule.whenSilent
        var hasClosingHandshake = false
        /// Whether heartbeats and the end of a stream are lines of their own.
        var showsAll = false
        /// What goes wrong with direct writes.
        var faults: SendFaults?
        /// What subscribers' peers are taken to have acknowledged.
        var acknowledgements: AssumedAcknowledgements?
    }

    /// What the system says of every connection, as a test sets it.
    final class AssumedAcknowledgements: Sendable {
        private let state = Mutex<Acknowledgements?>(nil)

        func set(age: Milliseconds, isAwaited: Bool = true, bytes: UInt64 = 0) {
            state.withLock { $0 = Acknowledgements(age: age, isAwaited: isAwaited, bytes: bytes) }
        }

        var current: Acknowledgements? { state.withLock(\.self) }
    }

    let engine: Engine
    let clock: ManualClock
    /// How often events were encoded.
    let encodings = Atomic<Int>(0)
    private let listener: any Channel
    private let clients = Mutex<[RawClient]>([])
    private let accepted = Atomic<Int>(0)
    fileprivate let wire: Wire

    private init(engine: Engine, clock: ManualClock, listener: any Channel, code: AccessCode, wire: Wire) {
        self.wire = wire
        self.engine = engine
        self.clock = clock
        self.listener = listener
        self.code = code
    }

    /// The room that everybody joins.
    let code: AccessCode

    /// Runs `body` with an engine on `loops` event loops, which is taken down afterwards.
    ///
    /// Fails if anything was written directly to a channel that had closed: its descriptor may be another's by then.
    ///
    /// - Parameter sendBuffer: bytes that the system takes for a subscriber that does not read; small ones fill soon.
    static func run(
        loops: Int = 1,
        sendBuffer: Int = 1 << 20,
        limits: EngineLimits = EngineLimits(),
        store: any RoomStore = MemoryStore(),
        wire: Wire = Wire(),
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        body: (EngineHost) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        let eventLoops = Array(group.makeIterator())
        let clock = ManualClock(eventLoops)
        let strayWrites = Atomic<Int>(0)
        let engine = Engine(
            eventLoops: eventLoops,
            transports: [],
            prefix: nil,
            store: store,
            clock: clock,
            limits: limits,
            logger: logger
        ) { channel in
            var socket = DirectSocket(channel)
            #if DEBUG
            if let assumed = wire.acknowledgements { socket?.assumed = { assumed.current } }
            socket?.fault = { bytes in
                if !channel.isActive { strayWrites.add(1, ordering: .relaxed) }
                guard let faults = wire.faults else { return bytes.count }
                return faults.allowance(for: bytes)
            }
            #endif
            return socket
        }
        try await engine.restore()
        let code = try await engine.createRoom(name: nil, setting: TimerSetting(duration: .minutes(10))).code
        let box = Mutex<EngineHost?>(nil)
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.socketOption(.so_sndbuf), value: .init(sendBuffer))
            .childChannelInitializer { channel in
                guard let host = box.withLock(\.self) else { return channel.close() }
                return channel.eventLoop.makeCompletedFuture {
                    let number = host.accepted.add(1, ordering: .relaxed).newValue
                    let encoding = CountingEncoding(host, variant: "\(number % wire.encodings)")
                    host.engine.join(host.code, on: channel) { admission in
                        do throws(EngineError) {
                            try admission.get().admit(channel, encoding: encoding, lastEventIDs: []) {
                                try? channel.pipeline.syncOperations.addHandler(LineHandler($0))
                                return ByteBuffer()
                            }
                        } catch {
                            let answer = ByteBuffer(string: "\(error.code.rawValue)\n")
                            channel.writeAndFlush(answer).whenComplete { _ in channel.close(promise: nil) }
                        }
                    }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let host = EngineHost(engine: engine, clock: clock, listener: listener, code: code, wire: wire)
        box.withLock { $0 = host }

        let result: Result<Void, any Error>
        do { result = .success(try await body(host)) } catch { result = .failure(error) }
        for client in host.clients.withLock(\.self) { await client.close() }
        box.withLock { $0 = nil }
        try await listener.close()
        try await host.untilStreamCount(is: 0)
        await engine.close()
        try await group.shutdownGracefully()
        let strays = strayWrites.load(ordering: .relaxed)
        #expect(strays == 0, "writes to channels that had closed")
        try result.get()
    }

    /// Connects, and reads the snapshot.
    func join(receiveBuffer: Int? = nil) async throws -> RawClient {
        let client = try await connect(receiveBuffer: receiveBuffer)
        _ = try await client.read(until: "connect OK\n")
        _ = try await client.read(until: "\n")
        return client
    }

    /// Connects, and reads nothing.
    func connect(receiveBuffer: Int? = nil) async throws -> RawClient {
        let client = try await RawClient.connect(port: listener.localAddress?.port ?? 0, receiveBuffer: receiveBuffer)
        clients.withLock { $0.append(client) }
        return client
    }

    /// Asks for a place on every event loop, and lets it go.
    /// - Returns: for each event loop, how it was refused; nil if it was not.
    func refusals(of code: AccessCode? = nil) async throws -> [ProblemCode?] {
        var refusals: [ProblemCode?] = []
        for mailbox in engine.mailboxes { refusals.append(try await refusal(of: code ?? self.code, mailbox.eventLoop)) }
        return refusals
    }

    func refusal(of code: AccessCode, _ eventLoop: any EventLoop) async throws -> ProblemCode? {
        try await engine.refusal(of: code, eventLoop)
    }

    /// Whether something waits for a subscriber, or was left out for it.
    func hasSubscriberBehind() async throws -> Bool {
        let mailbox = engine.mailboxes[0]
        return try await mailbox.eventLoop.submit {
            var isBehind = false
            for replica in mailbox.hubOnLoop?.replicas.values.map(\.self) ?? [] {
                replica.forEachSubscriber { if $0.outlet == nil { isBehind = true } }
            }
            return isBehind
        }.get()
    }

    /// Calls `body` on the first event loop, with every subscriber that it has of the room.
    func forEachSubscriber(_ body: @escaping @Sendable (Subscriber) -> Void) async throws {
        let mailbox = engine.mailboxes[0]
        let code = code
        try await mailbox.eventLoop.submit { mailbox.hubOnLoop?.replicas[code]?.forEachSubscriber(body) }.get()
    }

    func untilStreamCount(is count: Int) async throws {
        try await clock.settle(engine, untilStreamCountIs: count)
    }
}

extension Engine {
    /// How a join on `eventLoop` is refused; nil if it is not.
    func refusal(of code: AccessCode, _ eventLoop: any EventLoop) async throws -> ProblemCode? {
        let channel = try await DatagramBootstrap(group: eventLoop).bind(host: "127.0.0.1", port: 0).get()
        let promise = eventLoop.makePromise(of: ProblemCode?.self)
        eventLoop.execute {
            self.join(code, on: channel) { admission in
                switch admission {
                case .success: promise.succeed(nil)
                case .failure(let error): promise.succeed(error.code)
                }
            }
        }
        let refusal = try await promise.futureResult.get()
        try await channel.close()
        return refusal
    }
}

private struct CountingEncoding: StreamEncoding {
    let id: StreamEncodingID
    let hasBoundedLifetime = false
    private let host: EngineHost

    init(_ host: EngineHost, variant: String) {
        self.host = host
        id = StreamEncodingID(transport: TransportName("test"), variant: variant)
    }

    var heartbeatRule: HeartbeatRule { host.wire.heartbeatRule }
    var hasClosingHandshake: Bool { host.wire.hasClosingHandshake }

    func encodeBeginning(into buffer: inout ByteBuffer) {}

    func encode(_ event: RoomEvent, into buffer: inout ByteBuffer) {
        host.encodings.add(1, ordering: .relaxed)
        buffer.writeString("\(event.id.map(String.init(describing:)) ?? "-") \(event.name) \(event.data)\n")
    }

    func encodeHeartbeat(every interval: Milliseconds, into buffer: inout ByteBuffer) {
        if host.wire.showsAll { buffer.writeString("heartbeat\n") }
    }

    func encodeQuestion(into buffer: inout ByteBuffer) {
        if host.wire.showsAll { buffer.writeString("question\n") }
    }

    func encodeEnd(_ reason: CloseReason, reconnectAfter: Milliseconds?, into buffer: inout ByteBuffer) {
        if host.wire.showsAll { buffer.writeString("close \(reason.rawValue)\n") }
    }

    func makeInboundHandlers(for subscriber: Subscriber) -> [any ChannelHandler] { [] }
}

private final class LineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let subscriber: Subscriber

    init(_ subscriber: Subscriber) { self.subscriber = subscriber }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for line in String(buffer: unwrapInboundIn(data)).split(separator: "\n") {
            switch line {
            case "start": perform(.start)
            case "pause": perform(.pause)
            default: subscriber.send(ByteBuffer(string: "\(line)\n"))
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) { subscriber.closed() }

    private func perform(_ command: RoomCommand) {
        let subscriber = NIOLoopBound(subscriber, eventLoop: subscriber.channel.eventLoop)
        subscriber.value.perform(command) { result in
            let answer =
                switch result {
                case .success(let id): "ack \(id)"
                case .failure(let error): error.code.rawValue
                }
            subscriber.value.send(ByteBuffer(string: "\(answer)\n"))
        }
    }
}
