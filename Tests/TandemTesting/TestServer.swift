import Foundation
import InMemoryLogging
import Logging
public import NIOCore
public import NIOPosix
import Synchronization
public import TandemCore
public import TandemEngine
public import TandemServer

/// A server on a free port of the loopback, with a clock that the test moves.
public final class TestServer: Sendable {
    public let port: Int
    public let clock: ManualClock
    public let engine: Engine
    private let logs: InMemoryLogHandler
    private let clients = Mutex<[RawClient]>([])

    private init(port: Int, clock: ManualClock, engine: Engine, logs: InMemoryLogHandler) {
        self.logs = logs
        self.port = port
        self.clock = clock
        self.engine = engine
    }

    /// Runs `body` with a server that is shut down afterwards, with all connections to it.
    /// - Parameter group: the event loops that serve; on one alone, what was sent first is read first.
    public static func run(
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        transports: [any Transport]? = nil,
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        body: (TestServer) async throws -> Void
    ) async throws {
        let clock = ManualClock(Array(group.makeIterator()))
        var configuration = ServerConfiguration()
        configuration.port = 0
        // A test lets the seconds of a minute pass at once, and then reads every tick.
        configuration.unsentBytes = 16 * 1024
        configure(&configuration)
        var logs = InMemoryLogHandler()
        logs.logLevel = .debug
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = TandemServer(
            configuration,
            eventLoops: group,
            transports: transports,
            clock: clock,
            logger: Logger(label: "test") { [logs] _ in logs }
        ) { address in
            listening.yield(address.port ?? 0)
        }
        try await withThrowingTaskGroup { tasks in
            tasks.addTask {
                defer { listening.finish() }
                try await server.run()
            }
            for await port in ports {
                let running = TestServer(port: port, clock: clock, engine: server.engine, logs: logs)
                let result = await Result { try await body(running) }
                for client in running.clients.withLock(\.self) { await client.close() }
                tasks.cancelAll()
                return try result.get()
            }
            try await tasks.waitForAll()
            throw RawClient.Failure(description: "the server ended before it listened")
        }
    }

    /// The messages that the server logged, from debug on.
    public var logMessages: [String] { logs.entries.map { "\($0.message)" } }

    /// The messages that the server logged with their metadata, from debug on.
    public var logEntries: [String] { logs.entries.map { "\($0.message) \($0.metadata)" } }

    // MARK: Talking to it

    public func connect(receiveBuffer: Int? = nil) async throws -> RawClient {
        let client = try await RawClient.connect(port: port, receiveBuffer: receiveBuffer)
        clients.withLock { $0.append(client) }
        return client
    }

    /// Sends one request and reads the whole answer.
    public func request(
        _ method: String,
        _ path: String,
        fields: [String] = [],
        json: String? = nil
    ) async throws -> RawResponse {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"] + fields
        if let json { lines += ["Content-Type: application/json", "Content-Length: \(json.utf8.count)"] }
        let client = try await RawClient.connect(port: port)
        try await client.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (json ?? ""))
        let bytes = try await client.readToEnd()
        await client.close()
        return try RawResponse(bytes)
    }

    /// Opens a room and returns its access code.
    public func createRoom(duration: Milliseconds = .minutes(10), names: [String] = []) async throws -> String {
        let people = names.isEmpty ? "" : #","names":\#(names)"#
        let response = try await request("POST", "/api/rooms", json: #"{"duration":\#(duration.count)\#(people)}"#)
        return try response.member("code")
    }

    /// Waits until the engine has noticed that streams came or went.
    public func untilStreamCount(is count: Int) async throws {
        try await clock.settle(engine, untilStreamCountIs: count)
    }

    /// Performs a command over HTTP.
    /// - Returns: the status of the answer.
    @discardableResult
    public func patch(_ code: String, _ command: String) async throws -> Int {
        try await request("PATCH", "/api/\(code)/timer/\(command)").status
    }
}

extension Result where Failure == any Error {
    /// What `body` returns or throws.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
