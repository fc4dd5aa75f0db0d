import Foundation

/// What nginx does to streams, as it comes and as it should be set.
struct ProxyAxis: Axis {
    let definition = AxisDefinition(
        id: "proxy",
        title: "Behind nginx",
        what:
            "Whether streams get through Debian's nginx: with its defaults, with bad settings that are seen in the wild, "
            + "and with those we recommend.",
        how:
            "`compare doctor` looks through an nginx that the bench starts; the read timeout of 60 s is shortened to 2 s, "
            + "the heartbeat of 15 s to 0.5 s.",
        notShown: "Other proxies, load balancers and CDNs: examine your own path with `compare doctor --url`."
    )

    private struct Case {
        let subject: String
        let nginx: NginxConfiguration
        let heartbeat: Int
    }

    func duration(_ profile: Profile) -> Double { 4 }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        guard NginxProcess.executable != nil else { throw BenchError(NginxProcess.installation) }
        let cases = Self.cases
        let reports = try await withThrowingTaskGroup(of: (Int, DoctorReport).self) { tasks in
            for (number, item) in cases.enumerated() {
                tasks.addTask { (number, try await Self.report(item, bench)) }
            }
            return try await tasks.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for (number, item) in cases.enumerated() {
            guard let report = reports[number] else { continue }
            for transport in [StreamTransport.sse, .websocket] {
                result.observations.append(Self.observation(item.subject, transport, report))
            }
        }
        result.notes = [
            "Recommended: `\(NginxConfiguration.recommended(upstreams: []).location.dropFirst().joined(separator: " "))` "
                + "with the usual map of `$connection_upgrade`. SSE needs none of it."
        ]
    }

    private static var cases: [Case] {
        func nginx(_ change: (inout NginxConfiguration) -> Void) -> NginxConfiguration {
            var configuration = NginxConfiguration(upstreams: [])
            configuration.readTimeout = 2
            change(&configuration)
            return configuration
        }
        return [
            Case(subject: "Defaults", nginx: nginx { _ in }, heartbeat: 500),
            Case(subject: "Defaults, no heartbeat within the read timeout", nginx: nginx { _ in }, heartbeat: 60_000),
            Case(
                subject: "Defaults, X-Accel-Buffering ignored",
                nginx: nginx { $0.ignoresAccelBuffering = true },
                heartbeat: 500
            ),
            Case(
                subject: "Recommended",
                nginx: nginx {
                    $0.isHTTP11 = true
                    $0.passesUpgrade = true
                    $0.passesHost = true
                },
                heartbeat: 500
            ),
        ]
    }

    private static func report(_ item: Case, _ bench: Bench) async throws -> DoctorReport {
        try await bench.withServer(["--heartbeat", "\(item.heartbeat)"]) { server in
            var configuration = item.nginx
            configuration.upstreams = [server.port]
            let nginx = try NginxProcess(configuration)
            defer { nginx.stop() }
            guard let url = URL(string: "http://127.0.0.1:\(nginx.port)") else { throw BenchError("no URL") }
            var plan = DoctorPlan(url: url)
            plan.idleLimit = 3
            plan.patience = 1
            plan.heartbeat = Double(item.heartbeat) / 1000
            return try await Doctor(plan, on: bench.group).examine()
        }
    }

    private static func observation(_ subject: String, _ transport: StreamTransport, _ report: DoctorReport)
        -> Observation
    {
        let findings = report.findings.filter { $0.transport == transport }
        // A stream works over HTTP/1.0; the doctor says so, but it harms nobody.
        let harmful = findings.filter { $0.check != .httpVersion }
        let text =
            findings.isEmpty
            ? "works" : (harmful.isEmpty ? "works; " : "") + findings.map(\.evidence).joined(separator: "; ")
        return Observation(
            subject: subject,
            label: transport.rawValue,
            kind: harmful.isEmpty ? .good : .bad,
            text: text
        )
    }
}
