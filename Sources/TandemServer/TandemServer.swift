public import Logging
public import NIOCore
import NIOExtras
import NIOPosix
public import ServiceLifecycle
public import TandemCore
public import TandemEngine
import TandemSSE
public import TandemStores
import TandemWebSocket

/// The whole server on one port: control API and streams of every transport.
///
/// A `Service`: on graceful shutdown it stops accepting, ends every stream with `shutdown`, lets requests under way
/// finish, and returns when all connections are closed or ``ServerConfiguration/drainTimeout`` has passed.
public struct TandemServer: Service {
    private let configuration: ServerConfiguration
    private let eventLoops: any EventLoopGroup
    private let services: HTTPServices
    private let onListening: @Sendable (SocketAddress) async -> Void
    private let logger: Logger

    /// The transports of the contract, in order of precedence: SSE takes every request that is left.
    public static func transports(_ configuration: ServerConfiguration) -> [any Transport] {
        [
            WebSocketTransport(limits: configuration.webSocket, compression: configuration.webSocketCompression),
            SSETransport(),
        ]
    }

    /// - Parameters:
    ///   - eventLoops: where connections are served; of NIOPosix.
    ///   - store: where rooms outlive the server, which closes it when done.
    ///   - transports: all of the contract's when nil.
    ///   - onListening: called once, with the address that clients can connect to.
    public init(
        _ configuration: ServerConfiguration,
        eventLoops: any EventLoopGroup,
        store: any RoomStore = MemoryStore(),
        transports: [any Transport]? = nil,
        clock: any EngineClock = SystemClock(),
        logger: Logger,
        onListening: @escaping @Sendable (SocketAddress) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.eventLoops = eventLoops
        self.logger = logger
        self.onListening = onListening
        let transports = transports ?? Self.transports(configuration)
        services = HTTPServices(
            configuration: configuration,
            engine: Engine(
                eventLoops: Array(eventLoops.makeIterator()),
                transports: transports.map(\.name),
                prefix: configuration.instancePrefix,
                store: store,
                clock: clock,
                limits: configuration.engine,
                logger: logger
            ),
            transports: transports,
            clock: clock,
            logger: logger
        )
    }

    public var engine: Engine { services.engine }

    /// Serves until shut down, the rooms of the store from the first request on.
    /// - Throws: ``ListenError``, `StoreError`.
    public func run() async throws {
        do {
            try await engine.restore()
            try await serve()
        } catch {
            await engine.close()
            throw error
        }
        await engine.close()
    }

    private func serve() async throws {
        let quiescing = ServerQuiescingHelper(group: eventLoops)
        let listener = try await listen(quiescing)
        if let address = listener.localAddress { await onListening(address) }

        let allClosed = eventLoops.next().makePromise(of: Void.self)
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await listener.closeFuture.get()
        } onCancelOrGracefulShutdown: {
            logger.info("shutting down", metadata: ["streams": "\(engine.streamCount)"])
            services.draining.raise()
            engine.drain()
            quiescing.initiateShutdown(promise: allClosed)
        }
        let timeout = eventLoops.next().scheduleTask(in: .milliseconds(configuration.drainTimeout.count)) {
            logger.warning("connections are still open after the drain timeout; cutting them")
            services.connections.closeAll()
        }
        try await allClosed.futureResult.get()
        timeout.cancel()
    }

    private func listen(_ quiescing: ServerQuiescingHelper) async throws -> any Channel {
        let unread = services.configuration.unreadBytes
        let bootstrap = ServerBootstrap(group: eventLoops)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Accepted sockets inherit it.
            .serverChannelOption(.unsentBytes, value: .init(services.configuration.unsentBytes))
            .serverChannelOption(
                .socketOption(.so_rcvbuf),
                value: .init(services.configuration.unreadSocketBytes)
            )
            // So many are accepted at a time: in a storm the system drops those it has no more place for.
            .serverChannelOption(.maxMessagesPerRead, value: 32)
            .serverChannelInitializer { [services] channel in
                channel.eventLoop.makeCompletedFuture {
                    if try !SilentPeerOptions(services.configuration.engine).set(on: channel) {
                        services.logger.info(
                            """
                            this system cannot bound the time from one retransmission to the next (Linux can from 6.15 on): \
                            after an outage of half a minute streams may be closed, and resume
                            """
                        )
                    }
                    try channel.pipeline.syncOperations.addHandlers([
                        quiescing.makeServerChannelHandler(channel: channel),
                        AcceptBackoffHandler { _ in AcceptErrors.backoff },
                        AcceptErrors(clock: services.clock, logger: services.logger),
                    ])
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: unread.lowerBound, high: unread.upperBound))
            // A client that has sent its request may close its half and still wants the answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [services] channel in
                channel.eventLoop.makeCompletedFuture {
                    channel.closeOnExec()
                    try services.takeOn(channel)
                }
            }
        do {
            return try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
        } catch {
            throw ListenError(configuration.host, configuration.port, error)
        }
    }
}
