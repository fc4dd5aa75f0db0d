import Hummingbird

/// The probes: alive while the process answers, ready until it starts to shut down.
struct HealthRoutes {
    let draining: DrainFlag

    private struct Status: Encodable {
        let status: String
    }

    func add(to table: RouteTable) {
        table.add("/health/live", [.get: { _, _ in try JSONBody.response(Status(status: "live")) }])
        table.add(
            "/health/ready",
            [
                .get: { [draining] _, _ in
                    if draining.isRaised { throw Problem.shuttingDown }
                    return try JSONBody.response(Status(status: "ready"))
                }
            ]
        )
    }
}
