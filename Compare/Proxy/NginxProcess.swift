import Foundation

/// An nginx on a free port of the loopback, with a configuration of the bench's, in a folder that goes with it.
final class NginxProcess {
    static let installation = "nginx is not installed: apt-get install nginx-light"
    /// Where Debian puts it; not in the path of everybody.
    private static let executables = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"]

    let port: Int
    private let process: Process
    private let folder: URL

    /// - Throws: ``BenchError`` with the line to install nginx, or with what nginx said.
    init(_ configuration: NginxConfiguration) throws {
        guard let executable = Self.executable else { throw BenchError(Self.installation) }
        folder = FileManager.default.temporaryDirectory.appending(path: "compare-nginx-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Another process may take the free port before nginx does.
        for _ in 0..<5 {
            let port = try LoopbackPort.free()
            let file = folder.appending(path: "nginx.conf")
            try configuration.text(port: port, folder: folder.path()).write(to: file, atomically: true, encoding: .utf8)
            let process = Process()
            process.executableURL = URL(filePath: executable)
            process.arguments = [
                "-p", folder.path(), "-c", file.path(), "-e", folder.appending(path: "error.log").path(),
            ]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            if LoopbackPort.accepts(port, while: { process.isRunning }) {
                self.port = port
                self.process = process
                return
            }
        }
        let said = try? String(contentsOf: folder.appending(path: "error.log"), encoding: .utf8)
        try? FileManager.default.removeItem(at: folder)
        throw BenchError("nginx did not start: \(said ?? "it said nothing")")
    }

    /// As in `nginx/1.22.1`; nil if it is not installed.
    static var version: String? {
        guard let executable, let text = try? ToolOutput.of(executable, ["-v"]) else { return nil }
        return text.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("nginx/") }.map(String.init)
    }

    static var executable: String? {
        executables.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    func stop() {
        // It inherits our signal mask, by which it may never hear of SIGTERM; and it has nothing to save.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
