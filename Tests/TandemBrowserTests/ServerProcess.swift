import Foundation
import Synchronization
import TandemTesting

/// A server that a test talks to, whose output says where it listens.
final class ServerProcess: Sendable {
    private let process: ChildProcess
    private let handle: FileHandle
    private let output = Mutex<(text: String, ended: Bool)>(("", false))
    private let isEnded = Atomic(false)

    /// - Parameter program: a path, or a name to be found in `PATH`.
    init(_ program: String, _ arguments: [String]) throws {
        (process, handle) = try ChildProcess.spawning.withLock { _ in
            let pipe = try ChildProcess.makePipe()
            defer { close(pipe.writing) }
            let process = try ChildProcess("/usr/bin/env", [program] + arguments, output: pipe.writing)
            return (process, FileHandle(fileDescriptor: pipe.reading, closeOnDealloc: true))
        }
        handle.forEachPiece { [weak self] bytes in
            self?.output.withLock { $0.text += String(decoding: bytes, as: UTF8.self) }
        } end: { [weak self] in
            self?.output.withLock { $0.ended = true }
        }
    }

    /// The first group of `pattern` in the output, once it is there.
    func match(_ pattern: Regex<(Substring, Substring)>) async throws -> String {
        for _ in 0..<6_000 {
            let (text, ended) = output.withLock(\.self)
            if let match = text.firstMatch(of: pattern) { return String(match.1) }
            if ended { throw BrowserError("the process ended, and said: \(text); is it installed?") }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw BrowserError("the process did not say in time what was awaited")
    }

    func signal(_ signal: CInt) {
        process.signal(signal)
    }

    /// Ends the process, by SIGTERM or by SIGKILL, and waits for that; once.
    func stop(_ signal: CInt = SIGTERM) async {
        guard !isEnded.exchange(true, ordering: .relaxed) else { return }
        process.signal(signal)
        for _ in 0..<2_000 where process.isRunning { await Self.pause() }
        if process.isRunning {
            process.signal(SIGKILL)
            while process.isRunning { await Self.pause() }
        }
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
