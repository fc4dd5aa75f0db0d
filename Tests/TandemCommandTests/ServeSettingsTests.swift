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
    private func settings(_ arguments: [String], environment: [String: String] = [:]) async throws -> ServeSettings {
        try await ServeSettings(ServeOptions.parse(arguments), environment: environment)
    }

    /// Runs `body` with the path of a file that holds `text`.
    private func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID()).json")
        try text.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        try await body(file.path)
    }

    @Test("are the defaults of the server when nothing is given")
    func defaults() async throws {
        let settings = try await settings([])

        #expect(settings.server.port == 8080)
        #expect(settings.server.engine.streamLifetime == .minutes(20))
        #expect(settings.server.engine.heartbeat == .seconds(15))
        #expect(!settings.server.webSocketCompression)
    }

    @Test("come from options")
    func options() async throws {
        let settings = try await settings([
            "--host", "::1", "--port", "0", "--base-path", "/x", "--allowed-origins", "https://a.example",
            "--stream-lifetime", "0", "--heartbeat", "2.5", "--log-level", "debug",
            "--websocket-compression", "on",
        ])

        #expect(settings.server.host == "::1")
        #expect(settings.server.port == 0)
        #expect(settings.server.basePath == "/x")
        #expect(settings.server.allowedOrigins == .listed(["https://a.example"]))
        #expect(settings.server.engine.streamLifetime == .zero)
        #expect(settings.server.engine.heartbeat == Milliseconds(2_500))
        #expect(settings.logLevel == .debug)
        #expect(settings.server.webSocketCompression)
    }

    @Test("come from the environment by the same names")
    func environment() async throws {
        let settings = try await settings([], environment: ["TANDEM_STREAM_LIFETIME": "60", "TANDEM_PORT": "81"])

        #expect(settings.server.engine.streamLifetime == .minutes(1))
        #expect(settings.server.port == 81)
    }

    @Test("come from options before the environment before the file")
    func precedence() async throws {
        try await withFile(#"{"port": 1, "max-rooms": 1, "heartbeat": 1}"#) { path in
            let settings = try await settings(
                ["--port", "3", "--config", path],
                environment: ["TANDEM_PORT": "2", "TANDEM_MAX_ROOMS": "2"]
            )

            #expect(settings.server.port == 3)
            #expect(settings.server.engine.rooms == 2)
            #expect(settings.server.engine.heartbeat == .seconds(1))
        }
    }

    @Test(
        "are refused where they cannot be read or are out of range",
        arguments: [
            ["TANDEM_PORT": "http"], ["TANDEM_PORT": "65536"], ["TANDEM_PORT": "-1"], ["TANDEM_HEARTBEAT": "0"],
            ["TANDEM_HEARTBEAT": "nan"], ["TANDEM_LOG_LEVEL": "loud"], ["TANDEM_MAX_ROOMS": "0"],
            ["TANDEM_CONFIG": "/nowhere.json"],
            ["TANDEM_WEBSOCKET_COMPRESSION": "yes"],
        ]
    )
    func refusal(environment: [String: String]) async {
        await #expect(throws: ValidationError.self) { try await settings([], environment: environment) }
    }

    @Test("are refused where the file is no JSON")
    func brokenFile() async throws {
        try await withFile("{") { path in
            await #expect(throws: ValidationError.self) { try await settings(["--config", path]) }
        }
    }
}
