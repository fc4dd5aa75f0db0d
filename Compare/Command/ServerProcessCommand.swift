import ArgumentParser
import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import TandemCore
import TandemEngine
import TandemServer
import TandemStores
import UnixSignals

/// The server that is measured: the product's own, with one event loop and a tick interval of the bench's choice.
struct ServerProcessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "server-process", shouldDisplay: false)

    @Option var cpu: Int?
    @Option var host = "127.0.0.1"
    /// Milliseconds.
    @Option var tickInterval: Int64 = 1000
    @Option var loops = 1
    /// Path of a SQLite file; rooms are in memory if nil.
    @Option var store: String?
    /// Milliseconds.
    @Option var heartbeat: Int64 = 15_000
    /// Lets pages of any origin in, such as the bench's own from a file.
    @Flag var anyOrigin = false

    func run() async throws {
        Lifeline.watch()
        if let cpu { try Processors.pin(to: cpu) }
        _ = DescriptorLimit.raise()
        var configuration = ServerConfiguration()
        configuration.host = host
        configuration.port = 0
        configuration.engine.tickInterval = Milliseconds(tickInterval)
        configuration.engine.heartbeat = Milliseconds(heartbeat)
        if anyOrigin { configuration.allowedOrigins = .any }
        configuration.engine.streamsPerRoom = 1_000_000
        configuration.engine.streams = 1_000_000
        configuration.engine.rooms = 1_000_000
        // The bench is the flood that these keep away in the product.
        configuration.clients = .unlimited
        configuration.engine.roomCommands = .unlimited
        configuration.webSocket.commands = .unlimited
        configuration.webSocket.frames = .unlimited
        configuration.drainTimeout = .zero
        // In force only for clients that offer it.
        configuration.webSocketCompression = true
        var logger = Logger(label: "compare") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        let server = TandemServer(
            configuration,
            eventLoops: MultiThreadedEventLoopGroup(numberOfThreads: loops),
            store: try store.map { try SQLiteStore(path: $0) } ?? MemoryStore(),
            logger: logger
        ) { address in
            FileHandle.standardOutput.write(Data("\(address.port ?? 0)\n".utf8))
        }
        try await ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm], logger: logger).run()
    }
}
