import Foundation
import NIOCore

/// Leaves connections idle for rising times, each on its own, and sees whether they still live.
///
/// A connection that is cut shows it at once. One that a firewall has forgotten without a word shows it only when it is
/// used again: hence a probe for each time.
struct IdleProbes: Sendable {
    /// What became of one idle connection.
    struct Outcome: Sendable, Equatable {
        enum Fate: Sendable, Equatable {
            case alive
            /// Seconds since the last byte.
            case cut(afterSilence: Double)
            case endedOnPurpose
            /// There was no stream to be left idle, which says nothing of idle ones.
            case unopened
            case dead
        }

        /// Seconds of idleness that were asked for.
        let step: Double
        let fate: Fate
        /// Heartbeats that came meanwhile.
        let heartbeats: Int
    }

    private let plan: DoctorPlan
    private let transport: StreamTransport

    init(_ plan: DoctorPlan, _ transport: StreamTransport) {
        self.plan = plan
        self.transport = transport
    }

    func results(
        ofTandem path: TandemPath,
        _ open: @escaping @Sendable (String, StreamTransport) async throws -> (ObservedStream, StreamLog)
    ) async throws -> [CheckResult] {
        let outcomes = try await probe { step in
            let code = try await path.createRoom()
            let (stream, log) = try await open(code, transport)
            guard log.isStream(transport) else {
                await stream.close()
                return Outcome(step: step, fate: .unopened, heartbeats: 0)
            }
            // Idle only once the new connection has been counted and told.
            _ = try await stream.wait(plan.patienceAmount) { log in
                log.closedAt != nil || log.events.latest.contains { $0.name == "presence" }
            }
            let outcome = try await self.outcome(stream, step) {
                if transport == .sse {
                    try await path.update(code)
                } else {
                    stream.send(#"{"command":"ping"}"#)
                }
            } isAlive: {
                $0.events.count + $0.replies > $1.events.count + $1.replies
            }
            try? await path.delete(code)
            return outcome
        }
        return judge(outcomes, expectsHeartbeats: true)
    }

    /// - Parameter endpoint: of any server. A WebSocket is probed by a ping, an event stream only watched.
    func results(of endpoint: StreamEndpoint, on group: any EventLoopGroup) async throws -> [CheckResult] {
        let outcomes = try await probe { step in
            let stream = try await ObservedStream.open(endpoint, on: group)
            return try await self.outcome(stream, step) {
                if transport != .sse { stream.ping() }
            } isAlive: { [transport] in
                transport == .sse || $0.pongs > $1.pongs
            }
        }
        return judge(outcomes, expectsHeartbeats: false)
    }

    private func probe(_ body: @escaping @Sendable (Double) async throws -> Outcome) async throws -> [Outcome] {
        try await withThrowingTaskGroup(of: Outcome.self) { tasks in
            for step in plan.idleSteps { tasks.addTask { try await body(step) } }
            return try await tasks.reduce(into: []) { $0.append($1) }.sorted { $0.step < $1.step }
        }
    }

    private func outcome(
        _ stream: ObservedStream,
        _ step: Double,
        use: () async throws -> Void,
        isAlive: @escaping @Sendable (_ now: StreamLog, _ before: StreamLog) -> Bool
    ) async throws -> Outcome {
        let before = try await stream.wait(.nanoseconds(Int64(step * 1e9))) { _ in false }
        var fate = Self.fate(before)
        if fate == .alive {
            try await use()
            let after = try await stream.wait(plan.patienceAmount) { isAlive($0, before) }
            fate = Self.fate(after)
            if fate == .alive, !isAlive(after, before) { fate = .dead }
        }
        await stream.close()
        return Outcome(step: step, fate: fate, heartbeats: before.heartbeats)
    }

    private static func fate(_ log: StreamLog) -> Outcome.Fate {
        guard let closedAt = log.closedAt else { return .alive }
        if log.wasClosedOnPurpose { return .endedOnPurpose }
        return .cut(afterSilence: Double((closedAt - log.lastByteAt).nanoseconds) / 1e9)
    }

    // MARK: What follows

    func judge(_ all: [Outcome], expectsHeartbeats: Bool) -> [CheckResult] {
        let outcomes = all.filter { $0.fate != .unopened }
        guard !outcomes.isEmpty else { return [.unknown(.idle, transport, "no stream could be opened for it")] }
        var results = [judgeIdle(outcomes)]
        guard expectsHeartbeats, let longest = outcomes.last else { return results }
        let limit = rounded(longest.step, 0)
        if longest.heartbeats > 0 {
            results.append(.passed(.heartbeats, transport, "\(longest.heartbeats) within \(limit) s"))
        } else if longest.fate == .alive, longest.step > 2 * plan.heartbeat + plan.patience {
            let evidence = "none within \(limit) s, although one is due every \(rounded(plan.heartbeat, 0)) s"
            results.append(.found(.heartbeats, transport, evidence, Remedy.heartbeats))
        } else {
            results.append(.unknown(.heartbeats, transport, "none was due while the connections lived"))
        }
        return results
    }

    private func judgeIdle(_ outcomes: [Outcome]) -> CheckResult {
        let cuts = outcomes.compactMap { outcome -> Double? in
            if case .cut(let silence) = outcome.fate { silence } else { nil }
        }
        if let silence = cuts.min() {
            let alive = outcomes.last { $0.fate == .alive }.map {
                ", while one left idle for \(rounded($0.step, 0)) s lived"
            }
            let evidence = "cut after \(rounded(silence, 1)) s without a byte\(alive ?? "")"
            return .found(.idle, transport, evidence, Remedy.idle(after: silence, heartbeat: plan.heartbeat))
        }
        if let dead = outcomes.first(where: { $0.fate == .dead }) {
            let evidence = "dead, without being closed, when used again after \(rounded(dead.step, 0)) s"
            return .found(.idle, transport, evidence, Remedy.idle(after: dead.step, heartbeat: plan.heartbeat))
        }
        let steps = outcomes.filter { $0.fate == .alive }.map { rounded($0.step, 0) }
        if steps.count < outcomes.count {
            return .passed(.idle, transport, "the server ended its streams itself; none was cut on the way")
        }
        return .passed(.idle, transport, "alive after \(steps.joined(separator: ", ")) s without a command")
    }
}
