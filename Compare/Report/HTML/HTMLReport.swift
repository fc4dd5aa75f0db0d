import Foundation

/// The report as one HTML file without anything from elsewhere: for a screen, a phone, and paper.
struct HTMLReport {
    private let report: BenchReport
    private let criteria: [Criterion]

    init(_ report: BenchReport) {
        self.report = report
        criteria = Criteria(report).all
    }

    var text: String {
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>SSE and WebSocket on one engine</title>
        <style>\(HTMLStyle.text)</style>
        <header>
        <h1>SSE and WebSocket on one engine</h1>
        <p>Both transports carry the same events of the same server, so that what differs is the transport.</p>
        \(unfinished)
        <dl class="facts">
        <dt>Machine<dd>\(report.machine.summary.escapedForHTML)
        <dt>Versions<dd>\(report.machine.versions.escapedForHTML)
        <dt>Command<dd><code>\(report.command.escapedForHTML)</code>, \(date)
        </dl>
        </header>
        \(VerdictSection(criteria, report.needs).markup)
        \(summary)
        \(report.axes.map { AxisSection($0).markup }.joined(separator: "\n"))
        <section id="method"><h2>Method</h2><p>\(Method.text.escapedForHTML)</p>
        <p>Raw figures, all runs and histograms: <code>results.json</code> beside this file.</p></section>
        </html>

        """
    }

    private var date: String {
        let begin = report.startedAt.formatted(.iso8601)
        guard let end = report.finishedAt else { return begin }
        let seconds = end.timeIntervalSince(report.startedAt)
        return "\(begin), \(Int(seconds) / 60) min \(Int(seconds) % 60) s"
    }

    private var unfinished: String {
        if report.isComplete { return "" }
        return "<p class=\"warning\">Not finished: \(report.axes.count) of \(report.planned.count) axes.</p>"
    }

    /// All comparisons at a glance.
    private var summary: String {
        let rows = report.axes.flatMap { axis in
            axis.measures.flatMap { measure in
                measure.comparisons.map { comparison -> String in
                    let claim = Claim(axis: axis.definition.id, measure: measure, comparison: comparison)
                    return """
                        <tr class="\(claim.isDifference ? "difference" : "same")"><td>\
                        <a href="#\(axis.definition.id)">\(measure.title.escapedForHTML)</a><td>\
                        \(claim.text.escapedForHTML)
                        """
                }
            }
        }
        guard !rows.isEmpty else { return "" }
        return """
            <section id="differences"><h2>All differences</h2>
            <div class="scroll"><table><tr><th>Measure<th>Against the first variant\(rows.joined(separator: "\n"))</table></div>
            </section>
            """
    }
}
