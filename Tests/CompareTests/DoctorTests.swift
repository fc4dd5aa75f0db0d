import Foundation
import Logging
import NIOCore
import NIOPosix
import TandemCore
import TandemServer
import Testing

@testable import compare

/// By the real clock: what proxies do to idle connections can be shown in no other way.
@Suite("The doctor", .timeLimit(.minutes(5)))
struct DoctorTests {
    @Test("finds nothing on a good path")
    func goodPath() async throws {
        let report = try await examine { .recommended(upstreams: $0) }

        #expect(report.findings == [])
        #expect(report.results.count { $0.outcome == .passed } == 10)
    }

    @Test("finds nothing where there is no proxy")
    func noProxy() async throws {
        let report = try await Self.withServers(1) { ports, group in
            try await Doctor(plan(ports[0]), on: group).examine()
        }

        #expect(report.findings == [])
    }

    /// nginx passes the chunks of HTTP/1.1 on as they come; what it holds back is a response by HTTP/1.0.
    @Test("finds buffering")
    func buffering() async throws {
        let report = try await examine {
            var nginx = NginxConfiguration(upstreams: $0)
            nginx.ignoresAccelBuffering = true
            return nginx
        }

        #expect(found(in: report) == ["http-version sse", "buffering sse", "upgrade websocket"])
        let buffering = try #require(report.findings.first { $0.check == .buffering })
        #expect(buffering.remedy?.contains("proxy_buffering off") == true)
        #expect(buffering.evidence.contains("at once when the stream ended"))
    }

    @Test("finds a short read timeout, and after how many seconds it cuts")
    func readTimeout() async throws {
        let report = try await examine(heartbeat: .seconds(15), idleLimit: 5) {
            var nginx = NginxConfiguration.recommended(upstreams: $0)
            nginx.readTimeout = 3.5
            return nginx
        }

        #expect(found(in: report) == ["idle sse", "idle websocket"])
        for finding in report.findings {
            let cut = try #require(finding.evidence.firstMatch(of: /^cut after ([0-9.]+) s without a byte/))
            #expect((2.5..<5).contains(try #require(Double(cut.1))), "\(finding.evidence)")
            #expect(finding.evidence.contains("for 2 s lived"), "\(finding.evidence)")
            #expect(finding.remedy?.contains("proxy_read_timeout") == true)
        }
    }

    @Test("finds that the upgrade is missing")
    func upgrade() async throws {
        let report = try await examine {
            var nginx = NginxConfiguration(upstreams: $0)
            nginx.isHTTP11 = true
            return nginx
        }

        #expect(found(in: report) == ["upgrade websocket"])
        #expect(report.findings.first?.remedy?.contains("map $http_upgrade") == true)
    }

    @Test("finds that a proxy keeps the Host field, so that the server does not know its own page")
    func origin() async throws {
        let report = try await examine {
            var nginx = NginxConfiguration.recommended(upstreams: $0)
            nginx.passesHost = false
            return nginx
        }

        #expect(found(in: report) == ["origin websocket"])
        #expect(report.findings.first?.remedy?.contains("proxy_set_header Host $http_host") == true)
    }

    @Test("finds HTTP/1.0 between proxy and server, as in nginx's defaults")
    func http10() async throws {
        let report = try await examine { NginxConfiguration(upstreams: $0) }

        #expect(found(in: report) == ["http-version sse", "upgrade websocket"])
        #expect(report.findings.first?.remedy?.contains("proxy_http_version 1.1") == true)
    }

    @Test("finds two instances that share nothing")
    func instances() async throws {
        let report = try await examine(servers: 2) { .recommended(upstreams: $0) }

        #expect(found(in: report) == ["instances -"])
        #expect(report.findings.first?.remedy?.contains("hash $room consistent") == true)
    }

    @Test("finds a compressed stream")
    func compression() async throws {
        let report = try await examine {
            var nginx = NginxConfiguration.recommended(upstreams: $0)
            nginx.compressesStreams = true
            return nginx
        }

        #expect(found(in: report).contains("compression sse"))
    }

    @Test("examines any event stream")
    func genericEventStream() async throws {
        let report = try await examineRoom(scheme: "http")

        #expect(!report.isTandem)
        #expect(report.findings == [])
        #expect(report.results.map(\.check) == [.httpVersion, .compression, .buffering, .idle])
    }

    @Test("examines any WebSocket")
    func genericWebSocket() async throws {
        let report = try await examineRoom(scheme: "ws")

        #expect(!report.isTandem)
        #expect(report.findings == [])
        #expect(report.results.map(\.check) == [.upgrade, .buffering, .idle])
    }

    // MARK: What it examines

    private func found(in report: DoctorReport) -> [String] {
        report.findings.map { "\($0.check.rawValue) \($0.transport?.rawValue ?? "-")" }
    }

    private func plan(
        _ port: Int,
        path: String = "",
        scheme: String = "http",
        idleLimit: Double = 2.5
    ) throws -> DoctorPlan {
        var plan = DoctorPlan(url: try #require(URL(string: "\(scheme)://127.0.0.1:\(port)\(path)")))
        plan.idleLimit = idleLimit
        return plan
    }

    private func examine(
        servers: Int = 1,
        heartbeat: Milliseconds = Milliseconds(400),
        idleLimit: Double = 2.5,
        _ configuration: ([Int]) -> NginxConfiguration
    ) async throws -> DoctorReport {
        try await Self.withServers(servers, heartbeat: heartbeat) { ports, group in
            let nginx = try NginxProcess(configuration(ports))
            defer { nginx.stop() }
            return try await Doctor(plan(nginx.port, idleLimit: idleLimit), on: group).examine()
        }
    }

    private func examineRoom(scheme: String) async throws -> DoctorReport {
        try await Self.withServers(1) { ports, group in
            let control = ControlClient(group, url: "http://127.0.0.1:\(ports[0])")
            let code = try await control.createRooms(1)[0]
            try await control.shutdown()
            return try await Doctor(plan(ports[0], path: "/api/\(code)/connect", scheme: scheme), on: group).examine()
        }
    }

    /// Runs `body` with servers by the real clock that know nothing of each other.
    ///
    /// They and the doctor have an event loop of their own, so that what other tests ask of theirs is not taken for a
    /// fault of the path.
    private static func withServers<Value: Sendable>(
        _ count: Int,
        heartbeat: Milliseconds = Milliseconds(400),
        _ body: ([Int], any EventLoopGroup) async throws -> Value
    ) async throws -> Value {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = ServerConfiguration()
        // With the product's own limits of what one address may take: the doctor stays within them.
        configuration.port = 0
        configuration.engine.heartbeat = heartbeat
        configuration.drainTimeout = .zero
        let result: Result<Value, any Error>
        do {
            result = .success(try await withServers(count, configuration, on: group) { try await body($0, group) })
        } catch {
            result = .failure(error)
        }
        try await group.shutdownGracefully()
        return try result.get()
    }

    private static func withServers<Value: Sendable>(
        _ count: Int,
        _ configuration: ServerConfiguration,
        on group: any EventLoopGroup,
        _ body: ([Int]) async throws -> Value
    ) async throws -> Value {
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        return try await withThrowingTaskGroup { tasks in
            for _ in 0..<count {
                let server = TandemServer(
                    configuration,
                    eventLoops: group,
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                ) { address in
                    listening.yield(address.port ?? 0)
                }
                tasks.addTask { try await server.run() }
            }
            var all: [Int] = []
            for await port in ports {
                all.append(port)
                if all.count == count { break }
            }
            defer { tasks.cancelAll() }
            return try await body(all)
        }
    }
}
