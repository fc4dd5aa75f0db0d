import ArgumentParser
import Logging
import NIOPosix
import ServiceLifecycle
import TandemEngine
import TandemServer
import UnixSignals

/// `tandem serve`: runs the server until SIGTERM, SIGINT or SIGHUP.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve rooms until told to stop by SIGTERM, SIGHUP or Ctrl-C.",
        discussion: """
            Every option is also an environment variable, TANDEM_ and its name in capitals \
            (--stream-lifetime is TANDEM_STREAM_LIFETIME), and a key of the JSON file that --config names \
            ({"stream-lifetime": 600}). An option overrides the variable, and the variable overrides the file. An \
            empty variable is treated as not set.
            """
    )

    @OptionGroup var options: ServeOptions

    func run() async throws {
        var settings = try ServeSettings(options)
        var logger = Logger(label: "tandem") { LineLogHandler(StreamLogHandler.standardError(label: $0)) }
        logger.logLevel = settings.logLevel
        let descriptors = DescriptorLimit.raise()
        if let descriptors { settings.server.connections = DescriptorLimit.connections(of: descriptors) }

        // First: what follows may fail for the very name that somebody misspelt.
        for notice in settings.notices { logger.warning("\(notice)") }
        let configuration = settings.server
        let (location, store) = try StoreLocation.open(settings.store)
        let server = TandemServer(
            configuration,
            eventLoops: MultiThreadedEventLoopGroup.singleton,
            store: store,
            logger: logger
        ) { address in
            Greeting(address, routePrefix: configuration.routePrefix, store: location).show()
        }
        if configuration.connections < configuration.engine.streams, let descriptors {
            logger.notice(
                """
                the process may open fewer files than --max-streams needs; raise the limit (ulimit -n, or LimitNOFILE= \
                of systemd)
                """,
                metadata: ["files": "\(descriptors)", "max-streams": "\(configuration.engine.streams)"]
            )
        }
        let services = ServiceGroup(
            configuration: .init(
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint, .sighup],
                logger: logger
            )
        )
        try await services.run()
    }
}
