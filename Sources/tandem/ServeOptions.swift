import ArgumentParser

/// The options of `tandem serve` as given on the command line: nil where not given.
///
/// Texts, so that a value that cannot be used is refused in one place, wherever it is given.
struct ServeOptions: ParsableArguments {
    @Option("host") var host: String?
    @Option("port") var port: String?
    @Option("base-path") var basePath: String?
    @Option("allowed-origins") var allowedOrigins: String?
    @Option("allowed-hosts") var allowedHosts: String?
    @Option("instance-prefix") var instancePrefix: String?
    @Option("trusted-proxies") var trustedProxies: String?
    @Option("forwarded-by") var forwardedBy: String?
    @Option("websocket-compression") var webSocketCompression: String?
    @Option("stream-lifetime") var streamLifetime: String?
    @Option("heartbeat") var heartbeat: String?
    @Option("idle-timeout") var idleTimeout: String?
    @Option("max-rooms") var maxRooms: String?
    @Option("max-streams") var maxStreams: String?
    @Option("max-streams-per-room") var maxStreamsPerRoom: String?
    @Option("max-streams-per-client") var maxStreamsPerClient: String?
    @Option("connections-per-client") var connectionsPerClient: String?
    @Option("new-rooms-per-client") var newRoomsPerClient: String?
    @Option("unknown-codes-per-client") var unknownCodesPerClient: String?
    @Option("room-expiry") var roomExpiry: String?
    @Option("store") var store: String?
    @Option("drain-timeout") var drainTimeout: String?
    @Option("log-level") var logLevel: String?
    @Option("config") var config: String?

    /// What was given.
    var values: [SettingValue] {
        let given = [
            "host": host,
            "port": port,
            "base-path": basePath,
            "allowed-origins": allowedOrigins,
            "allowed-hosts": allowedHosts,
            "instance-prefix": instancePrefix,
            "trusted-proxies": trustedProxies,
            "forwarded-by": forwardedBy,
            "websocket-compression": webSocketCompression,
            "stream-lifetime": streamLifetime,
            "heartbeat": heartbeat,
            "idle-timeout": idleTimeout,
            "max-rooms": maxRooms,
            "max-streams": maxStreams,
            "max-streams-per-room": maxStreamsPerRoom,
            "max-streams-per-client": maxStreamsPerClient,
            "connections-per-client": connectionsPerClient,
            "new-rooms-per-client": newRoomsPerClient,
            "unknown-codes-per-client": unknownCodesPerClient,
            "room-expiry": roomExpiry,
            "store": store,
            "drain-timeout": drainTimeout,
            "log-level": logLevel,
            "config": config,
        ]
        return (Setting.all + [Setting.config]).compactMap { setting in
            given[setting.key]?.map { SettingValue(setting: setting, text: $0, origin: .option) }
        }
    }
}

extension Option where Value == String? {
    /// The option of the setting `key`, with its help.
    fileprivate init(_ key: String) {
        let setting = (Setting.all + [Setting.config]).first { $0.key == key }
        self.init(
            name: .customLong(key),
            // A negative number is no option; it is refused as a value.
            parsing: setting?.isNumber == true ? .unconditional : .next,
            help: setting?.argumentHelp
        )
    }
}
