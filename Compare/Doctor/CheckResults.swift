import Synchronization

/// The results of the checks of one transport, as they come.
final class CheckResults: Sendable {
    private let results = Mutex<[CheckResult]>([])

    var all: [CheckResult] { results.withLock(\.self) }

    func append(_ more: [CheckResult]) { results.withLock { $0 += more } }

    func append(_ result: CheckResult) { append([result]) }

    /// Runs `checks` for at most `seconds`. What the server does to end them early is one of their results.
    static func collect(
        _ transport: StreamTransport?,
        within seconds: Double,
        _ checks: @escaping @Sendable (CheckResults) async throws -> Void
    ) async throws -> [CheckResult] {
        let results = CheckResults()
        do {
            try await withTimeLimit(seconds) { try await checks(results) }
        } catch let violation as StreamViolation {
            results.append(.found(.conduct, transport, "\(violation)", Remedy.conduct))
        } catch let error as TimeLimitError {
            results.append(.found(.time, transport, "\(error)", Remedy.time))
        } catch let refusal as TooManyRequests {
            results.append(.found(.limit, transport, "\(refusal)", refusal.remedy))
        } catch let redirection as Redirection {
            results.append(.found(.redirect, transport, "\(redirection)", Remedy.redirect(to: nil)))
        }
        return results.all
    }
}
