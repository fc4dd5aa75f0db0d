import ArgumentParser
import Foundation
import Logging
import TandemCore
import TandemEngine
import TandemServer
import Testing

@testable import tandem

@Suite("The settings of tandem serve")
struct ServeSettingsTests {
    private func settings(_ arguments: [String], environment: [String: String] = [:]) throws -> ServeSettings {
        try ServeSettings(ServeOptions.parse(arguments), environment: environment)
    }

    /// Runs `body` with the path of a file that holds `text`.
    private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID()).json")
        try text.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        try body(file.path)
    }

    @Test("are the defaults of the server when nothing is given")
    func defaults() throws {
        let settings = try settings([])

        #expect(settings.server.port == 8080)
        #expect(settings.server.engine.streamLifetime == .minutes(20))
        #expect(settings.server.engine.heartbeat == .seconds(15))
        #expect(!settings.server.webSocketCompression)
        #expect(settings.server.allowedHosts == .any)
    }

    @Test("bound what one client may take, or do not")
    func clientLimits() throws {
        let settings = try settings([
            "--max-streams-per-client", "7", "--connections-per-client", "0", "--new-rooms-per-client", "2",
            "--unknown-codes-per-client", "3",
        ])

        #expect(settings.server.clients.streams == 7)
        #expect(settings.server.clients.connections == .unlimited)
        #expect(settings.server.clients.idleConnections == ClientLimits.unlimited.idleConnections)
        #expect(settings.server.clients.newRooms == RateLimit(perMinute: 2, burst: 20))
        #expect(settings.server.clients.unknownCodes == RateLimit(perMinute: 3, burst: 30))
    }

    @Test("come from options")
    func options() throws {
        let settings = try settings([
            "--host", "::1", "--port", "0", "--base-path", "/x", "--allowed-origins", "https://a.example",
            "--stream-lifetime", "0", "--heartbeat", "2.5", "--log-level", "debug",
            "--websocket-compression", "on", "--instance-prefix", "ian", "--trusted-proxies", "10.0.0.0/8, ::1",
            "--forwarded-by", "Forwarded", "--store", "sqlite:/a/b.sqlite", "--drain-timeout", "3",
            "--allowed-hosts", "Timer.example, 10.0.0.7:8080", "--idle-timeout", "90",
        ])

        #expect(settings.server.host == "::1")
        #expect(settings.server.port == 0)
        #expect(settings.server.basePath == "/x")
        #expect(settings.server.allowedOrigins == .listed([try Origin("https://a.example")]))
        #expect(settings.server.engine.streamLifetime == .zero)
        #expect(settings.server.engine.heartbeat == Milliseconds(2_500))
        #expect(settings.logLevel == .debug)
        #expect(settings.server.webSocketCompression)
        #expect(settings.server.instancePrefix?.text == "IAN")
        #expect(settings.server.trustedProxies.blocks == ["10.0.0.0/8", "::1"].compactMap { AddressBlock($0) })
        #expect(settings.server.trustedProxies.header == .forwarded)
        #expect(settings.store == .sqlite(path: "/a/b.sqlite"))
        #expect(settings.server.drainTimeout == .seconds(3))
        #expect(settings.server.http.idleTime == .seconds(90))
        #expect(settings.server.allowedHosts == HostPolicy("timer.example,10.0.0.7:8080"))
    }

    @Test(
        "keep rooms where the platform keeps state, unless they say otherwise",
        arguments: [
            (["HOME": "/home/a"], "/home/a/.local/state/tandem/rooms.sqlite"),
            (["HOME": "/home/a", "XDG_STATE_HOME": "/state"], "/state/tandem/rooms.sqlite"),
            (["HOME": "/home/a", "XDG_STATE_HOME": "state"], "/home/a/.local/state/tandem/rooms.sqlite"),
            (["HOME": "/", "STATE_DIRECTORY": "/var/lib/tandem:/var/lib/other"], "/var/lib/tandem/rooms.sqlite"),
        ]
    )
    func store(environment: [String: String], path: String) throws {
        #expect(StoreLocation.standard(environment) == .sqlite(path: path))
        #expect(try settings([], environment: environment).store == nil)
        #expect(try settings(["--store", "memory"], environment: environment).store == .memory)
    }

    @Test("have base paths and lists of origins as they are usually written")
    func paths() throws {
        for path in ["/", "", "api", "/timers/v1/"] {
            #expect(try settings(["--base-path", path]).server.basePath == path)
        }
        let origins = try settings(["--allowed-origins", "https://A.example:8443, null,http://[::1]:80"])
        #expect(
            try origins.server.allowedOrigins
                == .listed([Origin("https://a.example:8443"), Origin("null"), Origin("http://[::1]")])
        )
        #expect(try settings(["--allowed-origins", "*"]).server.allowedOrigins == .any)
    }

    @Test("come from the environment by the same names")
    func environment() throws {
        let settings = try settings([], environment: ["TANDEM_STREAM_LIFETIME": "60", "TANDEM_PORT": "81"])

        #expect(settings.server.engine.streamLifetime == .minutes(1))
        #expect(settings.server.port == 81)
    }

    @Test("come from options before the environment before the file")
    func precedence() throws {
        try withFile(#"{"port": 1, "max-rooms": 1, "heartbeat": 1}"#) { path in
            let settings = try settings(
                ["--port", "3", "--config", path],
                environment: ["TANDEM_PORT": "2", "TANDEM_MAX_ROOMS": "2"]
            )

            #expect(settings.server.port == 3)
            #expect(settings.server.engine.rooms == 2)
            #expect(settings.server.engine.heartbeat == .seconds(1))
        }
        #expect(try settings(["--port", "3"], environment: ["TANDEM_PORT": "2"]).server.port == 3)
    }

    @Test(
        "are refused where they cannot be read or are out of range",
        arguments: [
            ["TANDEM_PORT": "http"], ["TANDEM_PORT": "65536"], ["TANDEM_PORT": "-1"], ["TANDEM_HEARTBEAT": "0"],
            ["TANDEM_HEARTBEAT": "nan"], ["TANDEM_LOG_LEVEL": "loud"], ["TANDEM_MAX_ROOMS": "0"],
            ["TANDEM_CONFIG": "/nowhere.json"], ["TANDEM_WEBSOCKET_COMPRESSION": "yes"], ["TANDEM_STORE": "sqlite:"],
            ["TANDEM_STORE": "rooms.sqlite"], ["TANDEM_INSTANCE_PREFIX": "IANN"], ["TANDEM_INSTANCE_PREFIX": "I1N"],
            ["TANDEM_TRUSTED_PROXIES": "10.0.0.0/99"], ["TANDEM_FORWARDED_BY": "via"],
            ["TANDEM_BASE_PATH": "/rooms"], ["TANDEM_BASE_PATH": "/a b"], ["TANDEM_BASE_PATH": "/{code}"],
            ["TANDEM_BASE_PATH": "pages/x"], ["TANDEM_BASE_PATH": "/a/../b"], ["TANDEM_BASE_PATH": "/./"],
            ["TANDEM_BASE_PATH": "//"], ["TANDEM_BASE_PATH": "/a/.."], ["TANDEM_IDLE_TIMEOUT": "0"],
            ["TANDEM_IDLE_TIMEOUT": "3601"], ["TANDEM_HEARTBEAT": "0x10"], ["TANDEM_ALLOWED_ORIGINS": "a.example"],
            ["TANDEM_STREAM_LIFETIME": "0.0001"],
            ["TANDEM_ALLOWED_ORIGINS": "https://a.example, https://b.example/"],
            ["TANDEM_ALLOWED_ORIGINS": "https://*.example"], ["TANDEM_ALLOWED_ORIGINS": "https://a.example:0"],
            ["TANDEM_ALLOWED_ORIGINS": "*,https://a.example/b"], ["TANDEM_ALLOWED_HOSTS": "http://timer.example"],
        ]
    )
    func refusal(environment: [String: String]) {
        #expect(throws: ValidationError.self) { try settings([], environment: environment) }
    }

    @Test("are refused where the file is no JSON")
    func brokenFile() throws {
        try withFile("{") { path in
            #expect(throws: ValidationError.self) { try settings(["--config", path]) }
        }
    }
}
