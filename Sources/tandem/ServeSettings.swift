import ArgumentParser
import Configuration
import Foundation
import Logging
import SystemPackage
import TandemCore
import TandemEngine
import TandemServer

/// What `tandem serve` runs with: options before environment before file before defaults.
struct ServeSettings {
    var server = ServerConfiguration()
    var store: StoreLocation
    var logLevel = Logger.Level.notice

    /// - Throws: `ValidationError` for a value that cannot be used, naming the setting and what is allowed.
    init(
        _ options: ServeOptions,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        store = .standard(environment)
        var providers: [any ConfigProvider] = [
            options.provider,
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "tandem"),
        ]
        if let path = try SettingReader(providers).text(.config) {
            providers.append(try await Self.file(path))
        }
        try read(SettingReader(providers))
    }

    private mutating func read(_ settings: SettingReader) throws {
        let day = 86_400.0
        let many = 1...100_000_000
        if let host = try settings.text(.host) { server.host = host }
        if let port = try settings.count(.port, in: 0...65_535) { server.port = port }
        if let path = try settings.text(.basePath) {
            guard Self.isBasePath(path) else {
                throw ValidationError(
                    "'base-path' is '\(path)', but must be a path like /api, "
                        + "of letters, digits and -._~, and not begin with /rooms, /pages or /health"
                )
            }
            server.basePath = path
        }
        if let text = try settings.text(.allowedOrigins) {
            do {
                server.allowedOrigins = try OriginPolicy(text)
            } catch {
                throw ValidationError("'allowed-origins' has \(error)")
            }
        }
        if let text = try settings.text(.allowedHosts) {
            guard let hosts = HostPolicy(text) else {
                throw ValidationError(
                    "'allowed-hosts' is '\(text)', but must be host names like timer.example or 10.0.0.7:8080"
                )
            }
            server.allowedHosts = hosts
        }
        if let text = try settings.text(.instancePrefix) {
            guard let prefix = InstancePrefix(text) else {
                throw ValidationError("'instance-prefix' is '\(text)', but must be three letters")
            }
            server.instancePrefix = prefix
        }
        if let text = try settings.text(.trustedProxies) {
            guard let proxies = TrustedProxies(text) else {
                throw ValidationError("'trusted-proxies' is '\(text)', but must be addresses or blocks like 10.0.0.0/8")
            }
            server.trustedProxies = proxies
        }
        if let text = try settings.text(.forwardedBy) {
            guard let header = TrustedProxies.Header(rawValue: text.lowercased()) else {
                throw ValidationError("'forwarded-by' is '\(text)', but must be x-forwarded-for or forwarded")
            }
            server.trustedProxies.header = header
        }
        if let time = try settings.time(.streamLifetime, in: 0...365 * day) { server.engine.streamLifetime = time }
        if let time = try settings.time(.heartbeat, in: 0.1...3600) { server.engine.heartbeat = time }
        if let time = try settings.time(.roomExpiry, in: 1...3650 * day) { server.engine.roomExpiry = time }
        if let count = try settings.count(.maxRooms, in: many) { server.engine.rooms = count }
        if let count = try settings.count(.maxStreams, in: many) { server.engine.streams = count }
        if let count = try settings.count(.maxStreamsPerRoom, in: many) { server.engine.streamsPerRoom = count }
        try readClientLimits(settings)
        if let isOn = try settings.toggle(.webSocketCompression) { server.webSocketCompression = isOn }
        if let text = try settings.text(.store) {
            guard let location = StoreLocation(text) else {
                throw ValidationError("'store' is '\(text)', but must be memory, or sqlite: and a path")
            }
            store = location
        }
        if let time = try settings.time(.drainTimeout, in: 0...day) { server.drainTimeout = time }
        if let level = try settings.text(.logLevel) {
            guard let known = Logger.Level(rawValue: level.lowercased()) else {
                let allowed = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'log-level' is '\(level)', but must be one of \(allowed)")
            }
            logLevel = known
        }
    }

    private mutating func readClientLimits(_ settings: SettingReader) throws {
        /// Ten times as many at once: people come in crowds, and then stay.
        func rate(_ setting: Setting, per period: Milliseconds) throws -> RateLimit? {
            try settings.count(setting, in: 0...1_000_000).map { count in
                count == 0 ? .unlimited : RateLimit(count, per: period, burst: count * 10)
            }
        }
        if let count = try settings.count(.maxStreamsPerClient, in: 0...100_000_000) {
            server.clients.streams = count == 0 ? ClientLimits.unlimited.streams : count
        }
        if let limit = try rate(.connectionsPerClient, per: .seconds(1)) {
            server.clients.connections = limit
            if limit == .unlimited { server.clients.idleConnections = ClientLimits.unlimited.idleConnections }
        }
        if let limit = try rate(.newRoomsPerClient, per: .minutes(1)) { server.clients.newRooms = limit }
        if let limit = try rate(.unknownCodesPerClient, per: .minutes(1)) { server.clients.unknownCodes = limit }
    }

    /// Segments of RFC 3986's unreserved characters, the first of which is no other route's.
    private static func isBasePath(_ path: String) -> Bool {
        path.wholeMatch(of: /\/?([A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*\/?)?/) != nil
            && !["rooms", "pages", "health"].contains(path.split(separator: "/").first ?? "")
    }

    private static func file(_ path: String) async throws -> any ConfigProvider {
        do {
            return try await FileProvider<JSONSnapshot>(filePath: FilePath(path))
        } catch {
            let reason = (error as? CocoaError)?.localizedDescription ?? "\(error)"
            throw ValidationError("cannot read the settings in '\(path)': \(reason)")
        }
    }
}
