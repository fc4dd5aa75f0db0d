import NIOCore

/// The checks of a path to a Tandem.
struct TandemExamination: Sendable {
    /// Events that are made one after the other to see whether each comes at once.
    private static let probes = 5

    private let plan: DoctorPlan
    private let group: any EventLoopGroup
    private let path: TandemPath

    init(_ plan: DoctorPlan, _ group: any EventLoopGroup, _ path: TandemPath) {
        self.plan = plan
        self.group = group
        self.path = path
    }

    func results() async throws -> [CheckResult] {
        // First, since what follows would trip over it.
        let instances = try await CheckResults.collect(nil, within: plan.timeLimit) { results in
            results.append(try await checkInstances())
        }
        let results = try await withThrowingTaskGroup(of: [CheckResult].self) { tasks in
            for transport in plan.transports {
                tasks.addTask {
                    try await CheckResults.collect(transport, within: plan.timeLimit) { results in
                        try await examine(transport, into: results)
                    }
                }
            }
            return try await tasks.reduce(into: []) { $0 += $1 }
        }
        return instances + results.sorted { ($0.transport?.rawValue ?? "") < ($1.transport?.rawValue ?? "") }
    }

    private func checkInstances() async throws -> CheckResult {
        let code = try await path.createRoom()
        var statuses: [UInt] = []
        for _ in 0..<plan.lookups { statuses.append(try await path.look(code)) }
        try? await path.delete(code)
        // Other errors are a proxy's or a server's trouble, and say nothing of where the room is.
        let missed = statuses.filter { $0 == 404 || $0 == 421 }
        guard let status = missed.first else {
            let found = statuses.count { $0 == 200 }
            if found < plan.lookups {
                return .unknown(.instances, nil, "only \(found) of \(plan.lookups) new connections got an answer")
            }
            return .passed(.instances, nil, "\(plan.lookups) of \(plan.lookups) new connections found the room")
        }
        let evidence = """
            \(missed.count) of \(plan.lookups) new connections did not find a room that exists (status \(status)): it is \
            in one instance, and the requests are spread over several
            """
        return .found(.instances, nil, evidence, Remedy.instances)
    }

    private func examine(_ transport: StreamTransport, into results: CheckResults) async throws {
        let code = try await path.createRoom()
        let (stream, log) = try await open(code, transport)
        if transport == .sse, log.head == nil { return try await examineHeldBack(stream, code, into: results) }
        results.append(AnswerChecks(transport, log).results)
        guard log.isStream(transport) else {
            await stream.close()
            try? await path.delete(code)
            return
        }
        let (buffering, isHeldBack) = try await checkBuffering(stream, code)
        results.append(buffering)
        await stream.close()
        try? await path.delete(code)
        if isHeldBack {
            results.append(.unknown(.idle, transport, "not probed: the stream is held back"))
        } else {
            results.append(try await IdleProbes(plan, transport).results(ofTandem: path, open))
        }
    }

    /// Not even the head of the answer came: it may when the stream ends.
    private func examineHeldBack(_ stream: ObservedStream, _ code: String, into results: CheckResults) async throws {
        let (buffering, _) = try await checkBuffering(stream, code)
        let log = try await stream.log()
        await stream.close()
        if log.isStream(.sse) { results.append(AnswerChecks(.sse, log).results) }
        results.append([buffering, .unknown(.idle, .sse, "not probed: the stream is held back")])
    }

    /// A stream of the room; where instances share nothing, from the one that has it.
    private func open(_ code: String, _ transport: StreamTransport) async throws -> (ObservedStream, StreamLog) {
        var attempt = 0
        while true {
            let stream = try await ObservedStream.open(try path.endpoint(code, transport), on: group)
            let log = try await stream.wait(plan.patienceAmount) { $0.isAnswered(transport) }
            attempt += 1
            if log.head?.status != .notFound || attempt == TandemPath.attempts { return (stream, log) }
            await stream.close()
            try await TandemPath.pauseBeforeNextAttempt()
        }
    }

    /// Makes events and sees whether each comes by itself; if not, ends the stream to see whether they were held back.
    private func checkBuffering(_ stream: ObservedStream, _ code: String) async throws -> (CheckResult, Bool) {
        let transport = stream.endpoint.transport
        let patience = plan.patienceAmount
        let opened = try await stream.wait(patience) { $0.events.latest.contains { $0.name == "remaining-time" } }
        var late: [Double] = []
        var missing = opened.events.isEmpty ? 1 : 0
        for _ in 0..<Self.probes where missing == 0 {
            let before = try await stream.log().events.count
            let begin = NIODeadline.now()
            try await path.update(code)
            let after = try await stream.wait(patience) { $0.events.count > before }
            if let event = after.events.after(before).first {
                late.append(Double((event.at - begin).nanoseconds) / 1e6)
            } else {
                missing += 1
            }
        }
        guard missing > 0 else {
            let longest = rounded(late.max() ?? 0, 0)
            return (.passed(.buffering, transport, "\(late.count) events came one by one, within \(longest) ms"), false)
        }
        let held = try await stream.log().events.count
        try? await path.delete(code)
        let end = try await stream.wait(patience) { $0.events.latest.contains { $0.name == "close" } }
        let seconds = rounded(plan.patience, 1)
        let evidence =
            end.events.count > held
            ? "nothing came for \(seconds) s, then \(end.events.count - held) events at once when the stream ended"
            : "nothing came for \(seconds) s after an event, nor when the stream ended"
        return (.found(.buffering, transport, evidence, Remedy.buffering), true)
    }
}
