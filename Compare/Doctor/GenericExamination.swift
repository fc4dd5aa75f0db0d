import NIOCore

/// The checks of a path to a server that is not known.
struct GenericExamination: Sendable {
    private let plan: DoctorPlan
    private let group: any EventLoopGroup
    private let endpoint: StreamEndpoint

    init(_ plan: DoctorPlan, _ group: any EventLoopGroup, _ endpoint: StreamEndpoint) {
        self.plan = plan
        self.group = group
        self.endpoint = endpoint
    }

    func results() async throws -> [CheckResult] {
        try await CheckResults.collect(endpoint.transport, within: plan.timeLimit) { results in
            try await examine(into: results)
        }
    }

    private func examine(into results: CheckResults) async throws {
        let transport = endpoint.transport
        let stream = try await ObservedStream.open(endpoint, on: group)
        let log = try await stream.wait(plan.patienceAmount) { $0.isAnswered(transport) }
        results.append(AnswerChecks(transport, log).results)
        guard log.isStream(transport) else { return await stream.close() }
        results.append(try await checkBuffering(stream))
        await stream.close()
        results.append(try await IdleProbes(plan, transport).results(of: endpoint, on: group))
    }

    /// Without knowing when events are made, only their absence can be told, or their coming in bunches.
    private func checkBuffering(_ stream: ObservedStream) async throws -> CheckResult {
        let transport = endpoint.transport
        if transport != .sse {
            stream.ping()
            let log = try await stream.wait(plan.patienceAmount) { $0.pongs > 0 }
            return log.pongs > 0
                ? .passed(.buffering, transport, "a ping was answered")
                : .found(
                    .buffering,
                    transport,
                    "a ping was not answered within \(rounded(plan.patience, 1)) s",
                    Remedy.buffering
                )
        }
        let log = try await stream.wait(plan.patienceAmount) { $0.events.count + $0.heartbeats > 0 }
        guard log.events.count + log.heartbeats > 0 else {
            let evidence = "no event within \(rounded(plan.patience, 1)) s: the server had none, or it is held back"
            return .unknown(.buffering, transport, evidence)
        }
        return .passed(.buffering, transport, "the first event came while the stream was open")
    }
}
