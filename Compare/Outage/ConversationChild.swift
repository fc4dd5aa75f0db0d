import Foundation

/// A child of the bench that answers requests by lines (see ``LineConversation``), and ends when its standard input does.
actor ConversationChild {
    private let subcommand: String
    private let process = Process()
    private let input = Pipe()
    private let answers: AsyncStream<String>

    /// - Parameter launcher: what comes before the bench's own executable on the command line, such as `ip netns exec`.
    init(_ subcommand: String, launcher: [String] = []) throws {
        self.subcommand = subcommand
        let command = launcher + [OwnExecutable.path, subcommand]
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        answers = LineStream.of(output.fileHandleForReading)
    }

    /// Sends a request and waits for its answer; one at a time.
    func request<Request: Codable & Sendable, Value: Codable & Sendable>(
        _ request: Request,
        _: Value.Type = Value.self
    ) async throws -> Value {
        try input.fileHandleForWriting.write(contentsOf: try JSONEncoder().encode(request) + Data("\n".utf8))
        var iterator = answers.makeAsyncIterator()
        guard let line = await iterator.next() else { throw BenchError("'\(subcommand)' ended before it had answered") }
        switch try JSONDecoder().decode(LineConversation.Answer<Value>.self, from: Data(line.utf8)) {
        case .value(let value): return value
        case .failure(let reason): throw BenchError(reason)
        }
    }

    /// Ends the child, which may tidy up first.
    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
