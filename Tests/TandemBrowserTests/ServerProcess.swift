import Foundation
import Synchronization

/// A server that a test talks to, whose output says where it listens.
final class ServerProcess: Sendable {
    private let process: Mutex<Process>
    private let output = Mutex<(text: String, ended: Bool)>(("", false))

    /// - Parameter program: a path, or a name to be found in `PATH`.
    init(_ program: String, _ arguments: [String]) throws {
        let child = Process()
        let pipe = Pipe()
        child.executableURL = URL(filePath: "/usr/bin/env")
        child.arguments = [program] + arguments
        child.standardOutput = pipe
        child.standardError = FileHandle.nullDevice
        process = Mutex(child)
        pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let bytes = handle.availableData
            if bytes.isEmpty { handle.readabilityHandler = nil }
            self?.output.withLock { output in
                output.text += String(decoding: bytes, as: UTF8.self)
                output.ended = bytes.isEmpty
            }
        }
        try process.withLock { try $0.run() }
    }

    /// The first group of `pattern` in the output, once it is there.
    func match(_ pattern: Regex<(Substring, Substring)>) async throws -> String {
        for _ in 0..<1_000 {
            let (text, ended) = output.withLock(\.self)
            if let match = text.firstMatch(of: pattern) { return String(match.1) }
            if ended { throw BrowserError("the process ended, and said: \(text); is it installed?") }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw BrowserError("the process did not say in time what was awaited")
    }

    /// Ends the process, by SIGTERM or by SIGKILL, and waits for that.
    ///
    /// By looking again and again: Foundation's own wait needs the run loop of the thread that began the process.
    func stop(_ signal: CInt = SIGTERM) async {
        kill(process.withLock(\.processIdentifier), signal)
        for _ in 0..<1_000 where process.withLock(\.isRunning) { await Self.pause() }
    }

    /// Also where the test was cancelled.
    private static func pause() async {
        await Task.detached { try? await Task.sleep(for: .milliseconds(10)) }.value
    }
}

/// Runs `body` and then `end`, whether `body` throws or not.
func withEnd(_ body: () async throws -> Void, end: () async -> Void) async throws {
    do {
        try await body()
    } catch {
        await end()
        throw error
    }
    await end()
}
