import ArgumentParser
import Foundation

/// `compare agree`: whether two runs claim the same.
struct AgreeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agree",
        abstract: "Compare the claims of two runs: a difference that only one of them claims is no difference.",
        discussion: "Ends with 1 when the runs contradict each other or one claims what the other does not."
    )

    @Argument(help: ArgumentHelp("results.json of a run.", valueName: "file"))
    var first: String

    @Argument(help: ArgumentHelp("results.json of another run.", valueName: "file"))
    var second: String

    func run() throws {
        let agreement = Agreement(try read(first), try read(second))
        for line in agreement.lines { print(line) }
        print("\(agreement.agreeing) of \(agreement.lines.count) comparisons agree")
        if agreement.agreeing < agreement.lines.count { throw ExitCode(1) }
    }

    private func read(_ path: String) throws -> BenchReport {
        do {
            return try BenchReport(jsonText: try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw ValidationError("'\(path)' is no results.json of this version: \(error)")
        }
    }
}

/// Two runs' claims side by side.
struct Agreement {
    let lines: [String]
    let agreeing: Int

    init(_ first: BenchReport, _ second: BenchReport) {
        let others = Dictionary(second.claims.map { ($0.key, $0) }) { first, _ in first }
        var agreeing = 0
        lines = first.claims.compactMap { claim in
            guard let other = others[claim.key] else { return nil }
            let ratios = "\(rounded(claim.comparison.ratio, 3)) and \(rounded(other.comparison.ratio, 3))"
            if claim.comparison.outcome == other.comparison.outcome {
                agreeing += 1
                return "✓ \(claim.key): \(claim.comparison.outcome.rawValue), ratios \(ratios)"
            }
            // More noise in one of the runs hides a difference; it takes two claims to contradict each other.
            let sign = claim.isDifference && other.isDifference ? "✗ contradiction in" : "~ only one claims"
            let outcomes = "\(claim.comparison.outcome.rawValue) and \(other.comparison.outcome.rawValue)"
            return "\(sign) \(claim.key): \(outcomes), ratios \(ratios)"
        }
        self.agreeing = agreeing
    }
}
