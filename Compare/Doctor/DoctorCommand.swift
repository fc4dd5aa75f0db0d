import ArgumentParser
import Foundation

/// `compare doctor`: what a deployment does to streams on their way.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine the path to a deployed server: does it buffer, cut, strip, downgrade, compress or scatter?",
        discussion: """
            --url is a Tandem's address as its clients have it (rooms are opened for the examination and deleted again), \
            or that of any event stream (http, https) or WebSocket (ws, wss), which gets the generic checks.

            Ends with 0 when nothing was found, 1 when something was, 2 when nothing could be reached.
            """
    )

    @Option(help: ArgumentHelp("Address to examine.", valueName: "url"))
    var url: String

    @Option(help: "Transports to look at.")
    var transport: [StreamTransport] = [.sse, .websocket]

    @Option(help: ArgumentHelp("Longest idle time to probe; the examination takes that long.", valueName: "seconds"))
    var idleLimit = 75.0

    @Option(help: ArgumentHelp("Heartbeat interval of the server.", valueName: "seconds"))
    var heartbeat = 15.0

    @Option(help: ArgumentHelp("How long an event may take before it counts as held back.", valueName: "seconds"))
    var patience = 3.0

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard let parsed = URL(string: url), parsed.host() != nil,
            ["http", "https", "ws", "wss"].contains(parsed.scheme)
        else { throw ValidationError("'\(url)' is not a URL of http, https, ws or wss") }
        guard (1...3600).contains(idleLimit), (0.1...3600).contains(heartbeat), (0.1...60).contains(patience) else {
            throw ValidationError(
                "the idle limit is from 1 to 3600 s, the heartbeat from 0.1 to 3600 s, the patience from 0.1 to 60 s"
            )
        }
    }

    func run() async throws {
        guard let url = URL(string: url) else { return }
        var plan = DoctorPlan(url: url)
        plan.transports = transport
        plan.idleLimit = idleLimit
        plan.heartbeat = heartbeat
        plan.patience = patience
        let report: DoctorReport
        do {
            report = try await Doctor(plan).examine()
        } catch {
            FileHandle.standardError.write(Data("compare: \(url) cannot be examined: \(error)\n".utf8))
            throw ExitCode(2)
        }
        print(json ? try jsonText(report) : report.text)
        if !report.findings.isEmpty { throw ExitCode(1) }
    }
}
