import Foundation
import Synchronization

/// A `tandem serve` of its own: the product that was built beside these tests, on a free port.
public final class TandemProcess: Sendable {
    public let port: Int
    private let process: ChildProcess
    /// Held, since it closes with its last reference and the server may still write.
    private let output: FileHandle
    private let errors: FileHandle
    private let logged = Log()
    private let isEnded = Atomic(false)

    /// What it wrote on standard error while it ran.
    private final class Log: Sendable {
        let text = Mutex("")
    }

    /// The log so far.
    public var log: String { logged.text.withLock(\.self) }

    /// - Parameters:
    ///   - arguments: after `serve --port 0`.
    ///   - limit: what bash's `ulimit` is told for it, such as `-n 256`.
    /// - Throws: what the process said, if it ended before it listened.
    public init(_ arguments: [String], limit: String? = nil) throws {
        let tandem = ChildProcess.product("tandem")
        let serve = ["serve", "--port", "0"] + arguments
        (process, output, errors) = try ChildProcess.spawning.withLock { _ in
            let (output, errors) = (try ChildProcess.makePipe(), try ChildProcess.makePipe())
            defer {
                close(output.writing)
                close(errors.writing)
            }
            // Ignored, the signal becomes an error of the write.
            let script = (limit.map { "ulimit \($0); " } ?? "") + "trap '' XFSZ; exec \"$0\" \"$@\""
            let process = try ChildProcess(
                "/bin/bash",
                ["-c", script, tandem] + serve,
                output: output.writing,
                errors: errors.writing
            )
            return (
                process, FileHandle(fileDescriptor: output.reading, closeOnDealloc: true),
                FileHandle(fileDescriptor: errors.reading, closeOnDealloc: true)
            )
        }

        var text = ""
        var found: Int?
        while found == nil {
            let data = output.availableData
            guard !data.isEmpty else {
                let status = process.wait()
                let reason = String(decoding: errors.readDataToEndOfFile(), as: UTF8.self)
                throw Refusal(status: status, text: reason)
            }
            text += String(decoding: data, as: UTF8.self)
            found = text.firstMatch(of: /listening on http:\/\/[^\n]*:([0-9]+)\n/).flatMap { Int($0.1) }
        }
        port = found ?? 0
        errors.forEachPiece { [logged] data in
            logged.text.withLock { $0 += String(decoding: data, as: UTF8.self) }
        }
    }

    /// The process did not get as far as to listen.
    public struct Refusal: Error {
        public let status: Int
        public let text: String
    }

    public func signal(_ number: Int32) {
        process.signal(number)
    }

    /// `kill -9`, once or more often.
    public func kill() {
        guard !isEnded.exchange(true, ordering: .relaxed) else { return }
        process.signal(SIGKILL)
        process.wait()
    }

    /// Has the system refuse every write to a file, as if the disk were full, or take them again.
    public func setDiskFull(_ isFull: Bool) throws {
        let size = isFull ? "0" : "unlimited"
        try ChildProcess("/usr/bin/prlimit", ["--pid", "\(process.id)", "--fsize=\(size):unlimited"]).wait()
    }

    /// Sends one request and reads the whole answer.
    public func request(_ method: String, _ path: String, json: String? = nil) async throws -> RawResponse {
        let client = try await RawClient.connect(port: port)
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"]
        if let json { lines += ["Content-Type: application/json", "Content-Length: \(json.utf8.count)"] }
        let result: Result<[UInt8], any Error>
        do {
            try await client.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (json ?? ""))
            result = .success(try await client.readToEnd())
        } catch {
            result = .failure(error)
        }
        await client.close()
        return try RawResponse(result.get())
    }
}
