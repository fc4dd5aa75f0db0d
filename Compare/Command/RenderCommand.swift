import ArgumentParser
import Foundation

/// `compare render`: the report once more, for other needs, without measuring again.
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Write the report of an earlier run again, with a verdict for other needs."
    )

    @Argument(help: ArgumentHelp("Folder with the results.json of a run.", valueName: "path"))
    var folder: String

    @OptionGroup var needs: NeedsOptions

    func run() throws {
        let folder = try ReportFolder(folder)
        var report: BenchReport
        do {
            report = try folder.read()
        } catch {
            throw ValidationError("there is no results.json of this version in '\(folder.url.path())': \(error)")
        }
        report.needs = needs.needs
        try folder.write(report)
        print(Verdict(Criteria(report).all, for: report.needs).conclusion)
    }
}
