import Foundation

/// How many streams a browser opens.
struct BrowserAxis: Axis {
    let definition = AxisDefinition(
        id: "browser",
        title: "Browser limits",
        what: "How many streams to one origin a browser opens over HTTP/1.1, and whether a request still gets through.",
        how: "A headless Chromium opens ten streams in one page and then asks for the timer.",
        notShown:
            "HTTP/2, where all streams share one connection and the limit is the server's (usually 100). The limit "
            + "counts over all tabs of an origin."
    )

    private static let wanted = 10

    func duration(_ profile: Profile) -> Double { 8 }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        guard Chromium.executable != nil else { throw BenchError(Chromium.installation) }
        guard let file = Bundle.module.url(forResource: "limits", withExtension: "html") else {
            throw BenchError("the bench's page for browsers is missing")
        }
        try await bench.withServer(["--any-origin"]) { server in
            for (number, transport) in [StreamTransport.sse, .websocket].enumerated() {
                let code = try await server.control.createRooms(1)[0]
                let hash = "#http://127.0.0.1:\(server.port)/api/\(code),\(transport.rawValue),\(Self.wanted)"
                guard let page = URL(string: file.absoluteString + hash) else { throw BenchError("no URL") }
                let line = try await Chromium.run(page, until: "RESULT ", within: 30)
                result.observations += try Self.observations(line, transport)
                bench.progress(Double(number + 1) / 2)
            }
        }
        result.notes = [Chromium.version ?? "Chromium"]
    }

    /// - Parameter line: how many streams were open, and how long a request took or `none`.
    static func observations(_ line: String, _ transport: StreamTransport) throws -> [Observation] {
        let parts = line.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let open = Int(parts[0]) else { throw BenchError("the browser said '\(line)'") }
        let isAnswered = parts[1] != "none"
        return [
            Observation(
                subject: "\(wanted) streams of one page",
                label: transport.rawValue,
                kind: open == wanted ? .good : .bad,
                text: "\(open) opened"
            ),
            Observation(
                subject: "A request meanwhile",
                label: transport.rawValue,
                kind: isAnswered ? .good : .bad,
                text: isAnswered ? "answered in \(parts[1])" : "never sent: all connections were taken"
            ),
        ]
    }
}
