import Foundation

/// Where a run's reports go: `report.html`, `report.md`, `results.json` and a plot by itself, always consistent with
/// each other.
struct ReportFolder: Sendable {
    let url: URL

    init(_ path: String) throws {
        url = URL(filePath: path)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func write(_ report: BenchReport) throws {
        try write(jsonText(report, isCompact: true), "results.json")
        try write(MarkdownReport(report).text, "report.md")
        try write(HTMLReport(report).text, "report.html")
        if let measure = report.axis("command")?.measure("p50") {
            try write(SVG.file(RunsPlot(measure: measure).markup), "command.svg")
        }
    }

    /// The report that was written last.
    func read() throws -> BenchReport {
        try BenchReport(jsonText: try Data(contentsOf: url.appending(path: "results.json")))
    }

    private func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: url.appending(path: name), options: .atomic)
    }
}
