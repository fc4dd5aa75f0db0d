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

    /// Examines the path. The rooms that were opened for it are deleted when this returns or throws, also after the task
    /// was cancelled.
    /// - Throws: when nothing at all can be reached.
    func examine() async throws -> DoctorReport {
        let http = TandemPath.client(on: group)
        let rooms = OpenRooms()
        let result: Result<DoctorReport, any Error>
        do {
            result = .success(try await examine(http, rooms))
        } catch {
            result = .failure(error)
        }
        await TandemPath.delete(rooms, http)
        try? await http.shutdown()
        return try result.get()
    }

    private func examine(_ http: HTTPClient, _ rooms: OpenRooms) async throws -> DoctorReport {
        if plan.isWebSocket { return try await generic(StreamEndpoint(plan.url, .websocket).fromItsPage) }
        let endpoint = try StreamEndpoint(plan.url, .sse)
        let look: StreamLog
        do {
            look = try await answer(of: endpoint)
        } catch let violation as StreamViolation {
            return report([.found(.conduct, .sse, "\(violation)", Remedy.conduct)])
        }
        if look.isStream(.sse) { return try await generic(endpoint) }
        do {
            let (path, answer) = try await TandemPath.find(
                at: plan.url,
                http,
                rooms: rooms,
                requestLimit: plan.requestLimit
            )
            if let path {
                let results = try await TandemExamination(plan, group, path).results()
                return DoctorReport(url: "\(plan.url)", isTandem: true, results: results)
            }
            if let head = look.head, let location = look.redirect {
                throw Redirection(status: head.status.code, source: plan.url, location: location)
            }
            throw BenchError("there is neither a stream nor a Tandem at \(plan.url): \(answer)")
        } catch let refusal as TooManyRequests {
            return report([.found(.limit, nil, "\(refusal)", refusal.remedy)])
        } catch let redirection as Redirection {
            let remedy = Remedy.redirect(to: redirection.address(insteadOf: plan.url))
            return report([.found(.redirect, nil, "\(redirection)", remedy)])
        }
    }

    private func generic(_ endpoint: StreamEndpoint) async throws -> DoctorReport {
        report(try await GenericExamination(plan, group, endpoint).results())
    }

    private func report(_ results: [CheckResult]) -> DoctorReport {
        DoctorReport(url: "\(plan.url)", isTandem: false, results: results)
    }

    /// What is at the URL itself, which may be a stream.
    private func answer(of endpoint: StreamEndpoint) async throws -> StreamLog {
        let stream = try await ObservedStream.open(endpoint, on: group)
        let log = try await stream.wait(.seconds(5)) { $0.head != nil }
        await stream.close()
        return log
    }
}

extension DoctorPlan {
    var isWebSocket: Bool { ["ws", "wss"].contains(url.scheme?.lowercased()) }
    var patienceAmount: TimeAmount { .nanoseconds(Int64(patience * 1e9)) }
}
