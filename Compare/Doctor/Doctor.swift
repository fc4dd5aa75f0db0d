import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

/// Examines the path from here to a server, for both transports.
///
/// Where a Tandem answers, the doctor opens rooms in it, so that it knows what should arrive and when, and deletes them
/// again. Any other URL is asked for a stream and gets the checks that need no knowledge of the server.
struct Doctor: Sendable {
    let plan: DoctorPlan
    let group: any EventLoopGroup

    init(_ plan: DoctorPlan, on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
        self.plan = plan
        self.group = group
    }

    /// - Throws: when nothing at all can be reached.
    func examine() async throws -> DoctorReport {
        let http = HTTPClient(eventLoopGroupProvider: .shared(group))
        let result: Result<DoctorReport, any Error>
        do {
            result = .success(try await examine(http))
        } catch {
            result = .failure(error)
        }
        try await http.shutdown()
        return try result.get()
    }

    private func examine(_ http: HTTPClient) async throws -> DoctorReport {
        if let endpoint = try await genericEndpoint() {
            return DoctorReport(
                url: "\(plan.url)",
                isTandem: false,
                results: try await GenericExamination(plan, group, endpoint).results()
            )
        }
        let (path, answer) = try await TandemPath.find(at: plan.url, http)
        guard let path else {
            throw BenchError("there is neither a stream nor a Tandem at \(plan.url): \(answer)")
        }
        let examination = TandemExamination(plan, group, path)
        return DoctorReport(url: "\(plan.url)", isTandem: true, results: try await examination.results())
    }

    /// The URL itself, if it is a stream's.
    private func genericEndpoint() async throws -> StreamEndpoint? {
        if plan.url.scheme == "ws" || plan.url.scheme == "wss" { return try StreamEndpoint(plan.url, .websocket) }
        let endpoint = try StreamEndpoint(plan.url, .sse)
        let stream = try await ObservedStream.open(endpoint, on: group)
        let log = try await stream.wait(.seconds(5)) { $0.head != nil }
        await stream.close()
        return log.isStream(.sse) ? endpoint : nil
    }
}

extension DoctorPlan {
    var patienceAmount: TimeAmount { .nanoseconds(Int64(patience * 1e9)) }
}
