import Logging
import TandemCore
import TandemEngine
import TandemServer

extension Setting {
    /// All settings, in the order of the help.
    static let all: [Setting] = network + limits + operations

    private static let server = ServerConfiguration()
    private static let many = 1...100_000_000
    private static let day = Milliseconds.hours(24)

    private static let network: [Setting] = [
        text(
            "host",
            "address",
            allowed: "an IP address, a host name, or * for all addresses, without a scheme or a port",
            standard: server.host,
            """
            Address to listen on: an IP address, a host name, or * for all addresses of this machine. localhost is \
            127.0.0.1.
            """
        ) { value, settings throws(UnusableValue) in
            guard let host = ListenHost(value) else { throw UnusableValue() }
            settings.server.host = host.address
        },
        count(
            "port",
            "port",
            in: 0...65_535,
            standard: server.port,
            "TCP port to listen on. 0: a free one."
        ) { $1.server.port = $0 },
        text(
            "base-path",
            "path",
            allowed: """
                a path like /api, of letters, digits and -._~, that has no segment . or .. and does not begin with \
                /rooms, /pages or /health
                """,
            standard: server.basePath,
            "Path under which rooms are served. They are also served at the root."
        ) { value, settings throws(UnusableValue) in
            guard isBasePath(value) else { throw UnusableValue() }
            settings.server.basePath = value
        },
        text(
            "allowed-origins",
            "origins",
            allowed: "* or origins like https://example.org, without a path, separated by commas",
            standard: nil,
            shown: "the server's own",
            "Origins whose pages may use the server, separated by commas. *: any."
        ) { value, settings throws(UnusableValue) in
            do throws(OriginError) {
                settings.server.allowedOrigins = try OriginPolicy(value)
            } catch {
                throw UnusableValue(element: error.text, reason: "it \(error.flaw)")
            }
        },
        text(
            "allowed-hosts",
            "hosts",
            allowed: "* or host names like timer.example or 10.0.0.7:8080, separated by commas",
            standard: "*",
            shown: "any",
            "Host names that the server answers to, with or without a port, separated by commas. *: any."
        ) { value, settings throws(UnusableValue) in
            guard let hosts = HostPolicy(value) else { throw UnusableValue() }
            settings.server.allowedHosts = hosts
        },
        text(
            "instance-prefix",
            "letters",
            allowed: "three letters",
            standard: nil,
            "The codes of this instance begin with these three letters. Codes of other instances are refused."
        ) { value, settings throws(UnusableValue) in
            guard let prefix = InstancePrefix(value) else { throw UnusableValue() }
            settings.server.instancePrefix = prefix
        },
        text(
            "trusted-proxies",
            "blocks",
            allowed: "addresses or CIDR blocks like 10.0.0.0/8, separated by commas",
            standard: nil,
            "Proxies trusted to report the client's address: addresses and CIDR blocks, separated by commas."
        ) { value, settings throws(UnusableValue) in
            guard let proxies = TrustedProxies(value) else { throw UnusableValue() }
            settings.server.trustedProxies.blocks = proxies.blocks
        },
        choice(
            "forwarded-by",
            "header",
            of: ["x-forwarded-for", "forwarded"],
            standard: "x-forwarded-for",
            "Header in which trusted proxies report the client's address: x-forwarded-for or forwarded."
        ) { word, settings in
            if let header = TrustedProxies.Header(rawValue: word) { settings.server.trustedProxies.header = header }
        },
        choice(
            "websocket-compression",
            "on|off",
            of: ["on", "off"],
            standard: "off",
            """
            Compress WebSocket messages of 128 bytes or more if the client offers it. A client that compresses takes \
            some 10 KiB of memory.
            """
        ) { $1.server.webSocketCompression = $0 == "on" },
        seconds(
            "stream-lifetime",
            in: .zero...Milliseconds.hours(24 * 365),
            standard: server.engine.streamLifetime,
            "Maximum lifetime of an SSE stream. 0: unlimited."
        ) { $1.server.engine.streamLifetime = $0 },
        seconds(
            "heartbeat",
            in: Milliseconds(100)...Milliseconds.hours(1),
            standard: server.engine.heartbeat,
            "Time from one heartbeat to the next."
        ) { $1.server.engine.heartbeat = $0 },
        seconds(
            "idle-timeout",
            in: .seconds(1)...Milliseconds.hours(1),
            standard: server.http.idleTime,
            "How long a kept connection may wait for its next request. Make it longer than the load balancer's."
        ) { $1.server.http.idleTime = $0 },
    ]

    private static let limits: [Setting] = [
        count("max-rooms", in: many, standard: server.engine.rooms, "Maximum number of rooms.") {
            $1.server.engine.rooms = $0
        },
        count("max-streams", in: many, standard: server.engine.streams, "Maximum number of streams.") {
            $1.server.engine.streams = $0
        },
        count(
            "max-streams-per-room",
            in: many,
            standard: server.engine.streamsPerRoom,
            "Maximum number of streams of one room."
        ) { $1.server.engine.streamsPerRoom = $0 },
        count(
            "max-streams-per-client",
            in: 0...100_000_000,
            standard: server.clients.streams,
            "Maximum number of streams of one client address. 0: unlimited."
        ) { $1.server.clients.streams = $0 == 0 ? ClientLimits.unlimited.streams : $0 },
        count(
            "connections-per-client",
            in: 0...1_000_000,
            standard: server.clients.connections.count,
            "New connections per second from one client address; ten times as many may come at once. 0: unlimited."
        ) { count, settings in
            settings.server.clients.connections = rate(count, per: .seconds(1))
            if count == 0 { settings.server.clients.idleConnections = ClientLimits.unlimited.idleConnections }
        },
        count(
            "new-rooms-per-client",
            in: 0...1_000_000,
            standard: server.clients.newRooms.count,
            "New rooms per minute from one client address; ten times as many may come at once. 0: unlimited."
        ) { $1.server.clients.newRooms = rate($0, per: .minutes(1)) },
        count(
            "unknown-codes-per-client",
            in: 0...1_000_000,
            standard: server.clients.unknownCodes.count,
            """
            Requests per minute from one client address for codes of no room; ten times as many may come at once. \
            0: unlimited.
            """
        ) { $1.server.clients.unknownCodes = rate($0, per: .minutes(1)) },
    ]

    private static let operations: [Setting] = [
        seconds(
            "room-expiry",
            in: .seconds(1)...Milliseconds.hours(24 * 3650),
            standard: server.engine.roomExpiry,
            "How long a room is kept after its last use."
        ) { $1.server.engine.roomExpiry = $0 },
        text(
            "store",
            "store",
            allowed: "memory, or sqlite: and the path of a file",
            standard: nil,
            shown: "sqlite:rooms.sqlite in the user's or the service's state directory",
            "Where rooms are kept: memory, or sqlite: and the path of a file."
        ) { value, settings throws(UnusableValue) in
            guard let location = StoreLocation(value) else { throw UnusableValue() }
            settings.store = location
        },
        seconds(
            "drain-timeout",
            in: .zero...day,
            standard: server.drainTimeout,
            "How long a shutdown waits for streams and requests to end."
        ) { $1.server.drainTimeout = $0 },
        choice(
            "log-level",
            "level",
            of: Logger.Level.allCases.map(\.rawValue),
            standard: "notice",
            "Least severe level that is logged: trace, debug, info, notice, warning, error or critical."
        ) { word, settings in
            if let level = Logger.Level(rawValue: word) { settings.logLevel = level }
        },
    ]

    /// Read before the others. Not among ``all``, since a file cannot name another.
    static let config = text(
        "config",
        "path",
        allowed: "the path of a JSON file",
        standard: nil,
        "JSON file with settings."
    ) { (_, _) throws(UnusableValue) in }

    /// Ten times as many at once: people come in crowds, and then stay.
    private static func rate(_ count: Int, per period: Milliseconds) -> RateLimit {
        count == 0 ? .unlimited : RateLimit(count, per: period, burst: count * 10)
    }

    /// Segments of RFC 3986's unreserved characters, the first of which is no other route's.
    private static func isBasePath(_ path: String) -> Bool {
        let segments = path.split(separator: "/")
        return path.wholeMatch(of: /\/?([A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*\/?)?/) != nil
            && !["rooms", "pages", "health"].contains(segments.first ?? "")
            // Clients take these out of a path (RFC 3986, section 5.2.4).
            && !segments.contains(".") && !segments.contains("..")
    }
}
