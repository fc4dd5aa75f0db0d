import ArgumentParser
import Foundation

/// A server that runs as a child of the bench, in the bench's own executable, and ends with it.
final class ServerChild {
    let port: Int
    private let process: Process
    private let lifeline: Pipe

    /// Starts `subcommand` of this executable and waits until it says which port it listens on.
    /// - Parameter launcher: what comes before the executable on the command line, such as `ip netns exec`.
    init(_ subcommand: String, _ arguments: [String], launcher: [String] = []) throws {
        process = Process()
        let command = launcher + [OwnExecutable.path, subcommand] + arguments
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        let output = Pipe()
        lifeline = Pipe()
        process.standardInput = lifeline
        process.standardOutput = output
        try process.run()
        var text = ""
        while !text.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw ValidationError("the server to measure did not start") }
            text += String(decoding: data, as: UTF8.self)
        }
        guard let port = Int(text.dropLast()) else { throw ValidationError("the server to measure said '\(text)'") }
        self.port = port
    }

    var probe: ProcessProbe { ProcessProbe(pid: process.processIdentifier) }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
