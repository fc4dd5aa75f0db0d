/// Something took longer than it may.
struct TimeLimitError: Error, CustomStringConvertible {
    let seconds: Double

    var description: String { "not finished within \(rounded(seconds, 0)) s" }
}

/// Runs `body`, which ends when it is cancelled, for at most `seconds`.
/// - Throws: ``TimeLimitError`` when the time was not enough, and what `body` throws.
func withTimeLimit<Value: Sendable>(
    _ seconds: Double,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { tasks in
        tasks.addTask { try await body() }
        tasks.addTask {
            try await Task.sleep(for: .seconds(seconds))
            return nil
        }
        defer { tasks.cancelAll() }
        guard let first = try await tasks.next(), let value = first else { throw TimeLimitError(seconds: seconds) }
        return value
    }
}
