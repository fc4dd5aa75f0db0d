import ArgumentParser
import Foundation
import Synchronization
import UnixSignals

/// `compare doctor`: what a deployment does to streams on their way.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine the path to a deployed server: does it buffer, cut, strip, downgrade, compress or scatter?",
        discussion: """
            --url is a Tandem's address as its clients have it, or that of any event stream (http, https) or WebSocket \
            (ws, wss), which gets the generic checks over its own transport. In a Tandem, rooms are opened and deleted \
            again, also after an error, SIGINT or SIGTERM, as far as the server still answers. A redirect is reported and \
            not followed.

            Ends with 0 when nothing was found, 1 when something was, 2 when nothing could be reached, 130 after SIGINT, \
            143 after SIGTERM.
            """
    )

    @Option(help: ArgumentHelp("Address to examine.", valueName: "url"))
    var url: String

    @Option(help: "Transports to look at in a Tandem.")
    var transport: [StreamTransport] = [.sse, .websocket]

    @Option(
        help: ArgumentHelp("Longest idle time to probe; the examination takes a little longer.", valueName: "seconds")
    )
    var idleLimit = 75.0

    @Option(
        help: ArgumentHelp(
            "Heartbeat interval of a Tandem; missed within an idle time over twice that.",
            valueName: "seconds"
        )
    )
    var heartbeat = 15.0

    @Option(help: ArgumentHelp("How long an event may take before it counts as held back.", valueName: "seconds"))
    var patience = 3.0

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard StreamURL.parse(url, ["http", "https", "ws", "wss"]) != nil else {
            throw ValidationError("'\(url)' is not a URL of http, https, ws or wss")
        }
        guard (1...3600).contains(idleLimit), (0.1...3600).contains(heartbeat), (0.1...60).contains(patience) else {
            throw ValidationError(
                "the idle limit is from 1 to 3600 s, the heartbeat from 0.1 to 3600 s, the patience from 0.1 to 60 s"
            )
        }
    }

    func run() async throws {
        guard let url = StreamURL.parse(url, ["http", "https", "ws", "wss"]) else { return }
        var plan = DoctorPlan(url: url)
        plan.transports = transport
        plan.idleLimit = idleLimit
        plan.heartbeat = heartbeat
        plan.patience = patience
        let report: DoctorReport
        do {
            report = try await examine(plan)
        } catch let code as ExitCode {
            throw code
        } catch {
            FileHandle.standardError.write(Data("compare: \("\(url) cannot be examined: \(error)".printable)\n".utf8))
            throw ExitCode(2)
        }
        print(json ? try jsonText(report) : report.text)
        if !report.findings.isEmpty { throw ExitCode(1) }
    }

    /// The first SIGINT or SIGTERM ends the examination, which deletes its rooms; the next ends the process.
    private func examine(_ plan: DoctorPlan) async throws -> DoctorReport {
        let signals = await UnixSignalsSequence(trapping: [.sigint, .sigterm])
        let examination = Task { try await Doctor(plan).examine() }
        let received = ReceivedSignal()
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            defer { tasks.cancelAll() }
            tasks.addTask {
                for await signal in signals {
                    let status = 128 + signal.rawValue
                    guard received.isFirst(status) else { _exit(status) }
                    let text = "compare: stopping; deleting the rooms that were opened\n"
                    FileHandle.standardError.write(Data(text.utf8))
                    examination.cancel()
                }
            }
            let result = await examination.result
            if let status = received.status { throw ExitCode(status) }
            return try result.get()
        }
    }
}

/// The exit status of the first signal that came.
private final class ReceivedSignal: Sendable {
    private let first = Mutex<Int32?>(nil)

    var status: Int32? { first.withLock(\.self) }

    func isFirst(_ status: Int32) -> Bool {
        first.withLock { first in
            defer { first = first ?? status }
            return first == nil
        }
    }
}
