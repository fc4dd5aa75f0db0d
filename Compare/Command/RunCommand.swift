import ArgumentParser
import Foundation
import NIOPosix
import TandemServer

/// `compare run`: measures every axis and writes the report.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measure both transports on every axis and write a report to decide from.",
        discussion: """
            Writes report.html, report.md and results.json into the output folder, anew after each axis, so that Ctrl-C \
            leaves what was measured so far. The axes are: \(Axes.all.map(\.definition.id).joined(separator: ", ")).
            """
    )

    @Option(help: "quick (some two minutes) or full (under fifteen).")
    var profile = Profile.quick

    @Option(help: ArgumentHelp("Folder for the report.", valueName: "path"))
    var output = "compare-report"

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Axes to measure, if not all.", valueName: "name"))
    var axis: [String] = []

    @Flag(help: "Go on with the unfinished report in the output folder instead of beginning anew.")
    var resume = false

    @OptionGroup var needs: NeedsOptions

    func validate() throws {
        let known = Axes.all.map(\.definition.id)
        if let unknown = axis.first(where: { !known.contains($0) }) {
            throw ValidationError("there is no axis '\(unknown)'; there are \(known.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let folder = try ReportFolder(output)
        let axes = Axes.all.filter { axis.isEmpty || axis.contains($0.definition.id) }
        let progress = RunProgress(axes.map { ($0.definition.title, $0.duration(profile)) })
        let bench = try prepare(progress)
        var report = begin(axes, folder)
        if !report.machine.isOptimized {
            FileHandle.standardError.write(Data("compare: a debug build; use swift run -c release compare\n".utf8))
        }
        for (number, axis) in axes.enumerated() where report.axis(axis.definition.id) == nil {
            progress.begin(number)
            report.axes.append(await measure(axis, bench))
            progress.end()
            try folder.write(report)
        }
        report.finishedAt = Date()
        try folder.write(report)
        progress.clear()
        try await bench.group.shutdownGracefully()
        summarize(report, folder)
    }

    /// A new report, or the unfinished one of the same kind.
    private func begin(_ axes: [any Axis], _ folder: ReportFolder) -> BenchReport {
        let planned = axes.map(\.definition.id)
        if resume, var report = try? folder.read(), report.profile == profile.rawValue, report.planned == planned {
            report.needs = needs.needs
            return report
        }
        return BenchReport(
            command: (["compare"] + CommandLine.arguments.dropFirst()).joined(separator: " "),
            profile: profile.rawValue,
            machine: .current,
            startedAt: Date(),
            planned: planned,
            needs: needs.needs
        )
    }

    private func prepare(_ progress: RunProgress) throws -> Bench {
        _ = DescriptorLimit.raise()
        let processors = ProcessInfo.processInfo.activeProcessorCount
        // Server and client each have a processor of their own, where there are two.
        if processors > 1 { try Processors.pin(to: 1) }
        return Bench(
            profile: profile,
            variants: StreamTransport.allCases,
            group: MultiThreadedEventLoopGroup(numberOfThreads: 1),
            serverCpu: processors > 1 ? 0 : nil,
            progress: { progress.update($0) }
        )
    }

    private func measure(_ axis: any Axis, _ bench: Bench) async -> AxisResult {
        let begin = ContinuousClock.now
        var result = AxisResult(
            definition: axis.definition,
            command: "swift run -c release compare run --profile \(profile.rawValue) --axis \(axis.definition.id)"
        )
        do {
            try await axis.measure(bench, into: &result)
        } catch {
            result.state = .unavailable("\(error)")
        }
        result.seconds = (ContinuousClock.now - begin) / .seconds(1)
        return result
    }

    private func summarize(_ report: BenchReport, _ folder: ReportFolder) {
        for axis in report.axes {
            if case .unavailable(let reason) = axis.state {
                print("\(axis.definition.title): not measured: \(reason.printable)")
            }
        }
        for claim in report.claims where claim.isDifference { print("\(claim.measure.title): \(claim.text)") }
        print("")
        print(Verdict(Criteria(report).all, for: report.needs).conclusion)
        print("The report: \(folder.url.appending(path: "report.html").path())")
    }
}
