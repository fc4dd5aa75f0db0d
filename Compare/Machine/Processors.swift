import Foundation

/// Which processors a process may run on.
enum Processors {
    /// Confines all threads of this process, and those they start, to processor `number`.
    static func pin(to number: Int) throws {
        let taskset = Process()
        taskset.executableURL = URL(filePath: "/usr/bin/taskset")
        taskset.arguments = ["--all-tasks", "--cpu-list", "--pid", "\(number)", "\(getpid())"]
        taskset.standardOutput = FileHandle.nullDevice
        try taskset.run()
        taskset.waitUntilExit()
        guard taskset.terminationStatus == 0 else { throw BenchError("cannot run on processor \(number)") }
    }
}
