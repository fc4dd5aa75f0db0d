import Foundation
import Synchronization
import TandemTesting

/// A proxy of Debian's on a free port, with a configuration of its own.
final class ProxyProcess {
    let port: Int
    private let folder: URL
    private var process: ChildProcess?

    private static func makeFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tandem-proxy-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// - Parameter http: what goes into the http context, given the port to listen on.
    init(nginx http: (Int) -> String) async throws {
        folder = try Self.makeFolder()
        port = try freePort()
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
            "\($0)_temp_path \(folder.path)/\($0);"
        }
        let text = """
            daemon off;
            master_process off;
            pid \(folder.path)/pid;
            error_log \(folder.path)/error.log;
            events {}
            http {
                access_log off;
                \(temporary.joined(separator: "\n    "))
                \(http(port))
            }
            """
        try await start(text, "/usr/sbin/nginx", ["-p", folder.path, "-e", "\(folder.path)/error.log", "-c"])
    }

    /// - Parameter sections: defaults, frontends and backends, given the port to bind.
    init(haproxy sections: (Int) -> String) async throws {
        folder = try Self.makeFolder()
        port = try freePort()
        try await start(sections(port), "/usr/sbin/haproxy", ["-db", "-f"])
    }

    /// Returns when the proxy takes connections.
    private func start(_ configuration: String, _ program: String, _ arguments: [String]) async throws {
        let file = folder.appending(path: "configuration")
        try (configuration + "\n").write(to: file, atomically: true, encoding: .utf8)
        let errors = folder.appending(path: "errors")
        try Data().write(to: errors)
        let output = try FileHandle(forWritingTo: errors)
        let process = try ChildProcess.spawning.withLock { _ in
            try ChildProcess(program, arguments + [file.path], errors: output.fileDescriptor)
        }
        try output.close()
        while process.isRunning {
            guard let client = try? await RawClient.connect(port: port) else { continue }
            await client.close()
            self.process = process
            return
        }
        let reason = try String(contentsOf: errors, encoding: .utf8)
        throw RawClient.Failure(description: "\(program) did not start: \(reason)")
    }

    func stop() {
        process?.signal(SIGTERM)
        process?.wait()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Sends one request and reads the whole answer.
    func request(_ method: String, _ path: String, fields: [String] = [], json: String? = nil) async throws
        -> RawResponse
    {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"] + fields
        if let json { lines += ["Content-Type: application/json", "Content-Length: \(json.utf8.count)"] }
        let client = try await RawClient.connect(port: port)
        try await client.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (json ?? ""))
        let bytes = try await client.readToEnd()
        await client.close()
        return try RawResponse(bytes)
    }

    /// Opens a room of ten minutes.
    func createRoom() async throws -> String {
        try await request("POST", "/api/rooms", json: #"{"duration":600000}"#).member("code")
    }

    /// Asks for the room's SSE stream.
    func openSSE(_ code: String) async throws -> RawClient {
        let client = try await RawClient.connect(port: port)
        try await client.send("GET /api/\(code)/connect HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
        return client
    }

    /// Asks for the room's WebSocket.
    func openWebSocket(_ code: String, fields: [String] = []) async throws -> RawClient {
        let client = try await RawClient.connect(port: port)
        try await client.send(
            WebSocketClient.handshake("/api/\(code)/connect", fields: ["Host: 127.0.0.1:\(port)"] + fields)
        )
        let head = try await client.read(until: "\r\n\r\n")
        guard head.hasPrefix("HTTP/1.1 101") else {
            await client.close()
            throw RawClient.Failure(description: "no WebSocket: \(head)")
        }
        return client
    }
}
