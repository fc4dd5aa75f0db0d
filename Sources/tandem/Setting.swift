import Configuration

/// The settings by name, the same as option, environment variable and in the file.
enum Setting: String {
    case host
    case port
    case basePath = "base-path"
    case allowedOrigins = "allowed-origins"
    case allowedHosts = "allowed-hosts"
    case instancePrefix = "instance-prefix"
    case trustedProxies = "trusted-proxies"
    case forwardedBy = "forwarded-by"
    case streamLifetime = "stream-lifetime"
    case heartbeat
    case roomExpiry = "room-expiry"
    case maxRooms = "max-rooms"
    case maxStreams = "max-streams"
    case maxStreamsPerRoom = "max-streams-per-room"
    case maxStreamsPerClient = "max-streams-per-client"
    case connectionsPerClient = "connections-per-client"
    case newRoomsPerClient = "new-rooms-per-client"
    case unknownCodesPerClient = "unknown-codes-per-client"
    case webSocketCompression = "websocket-compression"
    case store
    case drainTimeout = "drain-timeout"
    case logLevel = "log-level"
    case config

    var key: ConfigKey { ConfigKey(rawValue) }
}
