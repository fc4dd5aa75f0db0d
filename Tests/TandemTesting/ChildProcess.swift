import Foundation
public import Synchronization

/// A child process with nothing of the parent's but its own standard streams.
///
/// In place of Foundation's `Process`, which takes a child for alive as long as a sibling that was started at the same
/// moment is: tests that run in parallel would wait for each other.
public final class ChildProcess: Sendable {
    public let id: Int32

    /// Held by whoever makes descriptors for a child until it has started it and closed them.
    public static let spawning = Mutex(())

    /// A pipe that no child inherits but as one of its standard streams. Call while holding ``spawning``.
    public static func makePipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw RawClient.Failure(description: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Becomes the program once it has closed what it inherited. Event loops accept sockets that children inherit, and one
    /// that lives on in a child does not close when the parent closes it: its peer would wait for the end in vain.
    private static let script = """
        for path in /proc/$$/fd/*; do
            number=${path##*/}
            if ((number > 2)); then eval "exec $number>&-"; fi
        done
        exec "$0" "$@"
        """

    /// - Parameters:
    ///   - output: the descriptor that becomes its standard output; discarded if nil.
    ///   - errors: the one that becomes its standard error.
    public init(_ program: String, _ arguments: [String], output: Int32? = nil, errors: Int32? = nil) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (target, source) in [(CInt(1), output), (2, errors)] {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_WRONLY, 0)
            }
        }
        // The threads that tests run on block signals, and a child inherits that: SIGTERM would not reach it.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let shell = "/bin/bash"
        var pointers = ([shell, "-c", Self.script, program] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var id = pid_t()
        let result = posix_spawn(&id, shell, &actions, &attributes, &pointers, environ)
        guard result == 0 else {
            throw RawClient.Failure(description: "\(program): \(String(cString: strerror(result)))")
        }
        self.id = id
    }

    /// The path of the executable `name` that was built beside these tests.
    public static func product(_ name: String) -> String {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: name).path
    }

    public func signal(_ number: Int32) {
        kill(id, number)
    }

    /// Waits for its end; once.
    /// - Returns: the exit status, or 128 and the number of the signal that ended it.
    @discardableResult
    public func wait() -> Int {
        var status: CInt = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? Int(status >> 8) & 0xFF : 128 + Int(status & 0x7F)
    }

    /// Whether it still runs; if not, ``wait()`` must not be called any more.
    public var isRunning: Bool { waitpid(id, nil, WNOHANG) == 0 }
}
