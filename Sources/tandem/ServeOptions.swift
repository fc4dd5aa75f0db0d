import ArgumentParser
import Configuration

/// The options of `tandem serve` as given on the command line: nil where not given.
///
/// The defaults in the help are those of `ServerConfiguration`, where they are decided.
struct ServeOptions: ParsableArguments {
    @Option(help: "Address to listen on. (default: 127.0.0.1)")
    var host: String?

    @Option(help: "TCP port to listen on; 0 takes a free one. (default: 8080)")
    var port: Int?

    @Option(help: "Path under which rooms are served, besides the root. (default: /api)")
    var basePath: String?

    @Option(
        help: ArgumentHelp(
            "Comma-separated origins whose pages may use the server; * is any. (default: the server's own)",
            valueName: "origins"
        )
    )
    var allowedOrigins: String?

    @Option(
        help: ArgumentHelp(
            "Comma-separated host names that the server answers to, with or without a port. (default: any)",
            valueName: "hosts"
        )
    )
    var allowedHosts: String?

    @Option(
        help: ArgumentHelp(
            "Begin this instance's codes with these three letters, and refuse those of others. (default: none)",
            valueName: "letters"
        )
    )
    var instancePrefix: String?

    @Option(
        help: ArgumentHelp(
            "Comma-separated addresses and CIDR blocks of proxies that tell the client's address. (default: none)",
            valueName: "blocks"
        )
    )
    var trustedProxies: String?

    @Option(
        help: ArgumentHelp(
            "The header in which they tell it: x-forwarded-for or forwarded. (default: x-forwarded-for)",
            valueName: "header"
        )
    )
    var forwardedBy: String?

    @Option(help: ArgumentHelp("Longest life of an SSE stream; 0 is for ever. (default: 1200)", valueName: "seconds"))
    var streamLifetime: Double?

    @Option(help: ArgumentHelp("From one heartbeat to the next. (default: 15)", valueName: "seconds"))
    var heartbeat: Double?

    @Option(help: ArgumentHelp("Forget a room this long after its last use. (default: 86400)", valueName: "seconds"))
    var roomExpiry: Double?

    @Option(help: ArgumentHelp("Most rooms at once. (default: 100000)", valueName: "count"))
    var maxRooms: Int?

    @Option(help: ArgumentHelp("Most streams at once. (default: 200000)", valueName: "count"))
    var maxStreams: Int?

    @Option(help: ArgumentHelp("Most streams of one room. (default: 10000)", valueName: "count"))
    var maxStreamsPerRoom: Int?

    @Option(
        help: ArgumentHelp(
            "Maximum number of streams of one client address; 0: unlimited. (default: 1000)",
            valueName: "count"
        )
    )
    var maxStreamsPerClient: Int?

    @Option(
        help: ArgumentHelp(
            "New connections a second from one client address, ten times as many at once; 0: unlimited. (default: 100)",
            valueName: "count"
        )
    )
    var connectionsPerClient: Int?

    @Option(
        help: ArgumentHelp(
            "New rooms a minute from one client address, ten times as many at once; 0: unlimited. (default: 30)",
            valueName: "count"
        )
    )
    var newRoomsPerClient: Int?

    @Option(
        help: ArgumentHelp(
            "Requests a minute from one client address for codes of no room, ten times as many at once; 0: unlimited. "
                + "(default: 30)",
            valueName: "count"
        )
    )
    var unknownCodesPerClient: Int?

    @Option(
        name: .customLong("websocket-compression"),
        help: ArgumentHelp(
            "Whether WebSocket messages of 128 bytes or more are compressed where a client offers it; a client that "
                + "compresses too takes some 10 KiB of memory. (default: off)",
            valueName: "on|off"
        )
    )
    var webSocketCompression: String?

    @Option(
        help: ArgumentHelp(
            "Where rooms are kept: memory, or sqlite: and the path of a file. "
                + "(default: sqlite:rooms.sqlite in the user's or the service's state directory)",
            valueName: "store"
        )
    )
    var store: String?

    @Option(
        help: ArgumentHelp("Longest time for streams to end at a shutdown. (default: 10)", valueName: "seconds")
    )
    var drainTimeout: Double?

    @Option(
        help: ArgumentHelp(
            "Least severe log entries to write: trace, debug, info, notice, warning, error, critical. (default: notice)",
            valueName: "level"
        )
    )
    var logLevel: String?

    @Option(help: ArgumentHelp("JSON file with settings.", valueName: "path"))
    var config: String?

    /// What was given, for the lookup by key.
    var provider: InMemoryProvider {
        let given: [(Setting, ConfigContent?)] = [
            (.host, host.map(ConfigContent.string)),
            (.port, port.map(ConfigContent.int)),
            (.basePath, basePath.map(ConfigContent.string)),
            (.allowedOrigins, allowedOrigins.map(ConfigContent.string)),
            (.allowedHosts, allowedHosts.map(ConfigContent.string)),
            (.instancePrefix, instancePrefix.map(ConfigContent.string)),
            (.trustedProxies, trustedProxies.map(ConfigContent.string)),
            (.forwardedBy, forwardedBy.map(ConfigContent.string)),
            (.streamLifetime, streamLifetime.map(ConfigContent.double)),
            (.heartbeat, heartbeat.map(ConfigContent.double)),
            (.roomExpiry, roomExpiry.map(ConfigContent.double)),
            (.maxRooms, maxRooms.map(ConfigContent.int)),
            (.maxStreams, maxStreams.map(ConfigContent.int)),
            (.maxStreamsPerRoom, maxStreamsPerRoom.map(ConfigContent.int)),
            (.maxStreamsPerClient, maxStreamsPerClient.map(ConfigContent.int)),
            (.connectionsPerClient, connectionsPerClient.map(ConfigContent.int)),
            (.newRoomsPerClient, newRoomsPerClient.map(ConfigContent.int)),
            (.unknownCodesPerClient, unknownCodesPerClient.map(ConfigContent.int)),
            (.webSocketCompression, webSocketCompression.map(ConfigContent.string)),
            (.store, store.map(ConfigContent.string)),
            (.drainTimeout, drainTimeout.map(ConfigContent.double)),
            (.logLevel, logLevel.map(ConfigContent.string)),
            (.config, config.map(ConfigContent.string)),
        ]
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for case (let setting, let content?) in given {
            values[AbsoluteConfigKey(setting.key)] = ConfigValue(content, isSecret: false)
        }
        return InMemoryProvider(name: "command line", values: values)
    }
}
