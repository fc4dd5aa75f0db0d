import ArgumentParser
import Configuration
import Logging
import NIOPosix
import ServiceLifecycle
import TandemServer
import UnixSignals

/// `tandem serve`: runs the server until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve rooms until told to stop by SIGTERM or Ctrl-C.",
        discussion: """
            Every option can also be given in the environment, as TANDEM_ and its name in capitals \
            (--stream-lifetime is TANDEM_STREAM_LIFETIME), and in a JSON file under its name \
            ({"stream-lifetime": 600}). Options win over the environment, the environment over the file.
            """
    )

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let settings = try await ServeSettings(options)
        var logger = Logger(label: "tandem") { LineLogHandler(StreamLogHandler.standardError(label: $0)) }
        logger.logLevel = settings.logLevel
        if let limit = DescriptorLimit.raise() {
            logger.info("descriptor limit", metadata: ["limit": "\(limit)"])
        }

        let server = TandemServer(
            settings.server,
            eventLoops: MultiThreadedEventLoopGroup.singleton,
            store: try settings.store.open(),
            logger: logger
        ) { address in
            Greeting(address, routePrefix: settings.server.routePrefix, store: settings.store).show()
        }
        let services = ServiceGroup(
            configuration: .init(
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await services.run()
    }
}
