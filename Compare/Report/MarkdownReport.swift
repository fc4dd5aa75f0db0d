import Foundation

/// The report as Markdown, for reading where HTML is not shown.
struct MarkdownReport {
    private let report: BenchReport

    init(_ report: BenchReport) {
        self.report = report
    }

    var text: String {
        let criteria = Criteria(report).all
        var parts = [
            "# SSE and WebSocket on one engine",
            header,
            "## Verdict for the needs given",
            table(Verdict(criteria, for: report.needs)),
        ]
        let original = OriginalCase(criteria)
        parts.append("## The original team's case")
        for stage in original.stages {
            parts += ["### \(stage.title)", stage.text, "**\(stage.verdict.conclusion)**"]
        }
        parts.append(original.lesson)
        for axis in report.axes { parts += section(axis) }
        parts += ["## Method", Method.text]
        return parts.joined(separator: "\n\n").printableLines + "\n"
    }

    private var header: String {
        var lines = [
            "- \(report.machine.summary)", "- \(report.machine.versions)",
            "- `\(report.command)`, \(report.startedAt.formatted(.iso8601))",
        ]
        if !report.isComplete {
            lines.append("- **Not finished:** \(report.axes.count) of \(report.planned.count) axes.")
        }
        return lines.joined(separator: "\n")
    }

    private func table(_ verdict: Verdict) -> String {
        let rows = verdict.rows.map { row in
            "| \(row.question) | \(row.rule.label) | \(row.rule.reason) |"
        }
        return "| question | speaks for | because |\n|---|---|---|\n" + rows.joined(separator: "\n")
            + "\n\n**\(verdict.conclusion)**"
    }

    private func section(_ axis: AxisResult) -> [String] {
        let definition = axis.definition
        var parts = [
            "## \(definition.title)",
            "\(definition.what) *How:* \(definition.how) *Not shown:* \(definition.notShown)",
            "`\(axis.command)`",
        ]
        if case .unavailable(let reason) = axis.state { parts.append("**Not measured:** \(reason)") }
        if axis.isClientBound {
            parts.append("**The client was at its limit:** these figures are the client's.")
        }
        if !axis.measures.isEmpty { parts.append(axis.measures.map(table).joined(separator: "\n\n")) }
        for growth in axis.growths { parts.append(table(growth)) }
        if !axis.observations.isEmpty {
            let rows = axis.observations.map { "| \($0.subject) | \($0.label) | \($0.kind.sign) \($0.text) |" }
            parts.append("| | transport | |\n|---|---|---|\n" + rows.joined(separator: "\n"))
        }
        if !axis.notes.isEmpty { parts.append(axis.notes.map { "- \($0)" }.joined(separator: "\n")) }
        return parts
    }

    private func table(_ measure: Measure) -> String {
        let rows = measure.series.map { series in
            let claim =
                measure.comparisons.first { $0.candidate == series.label }
                .map { Claim(axis: "", measure: measure, comparison: $0).text } ?? ""
            let spread = series.sample.values.isEmpty ? "" : measure.range(series.sample)
            return "| \(series.label) | \(rounded(series.sample.median, measure.digits)) | \(spread) | \(claim) |"
        }
        return "| \(measure.title), \(measure.unit) | median | runs | |\n|---|---|---|---|\n"
            + rows.joined(separator: "\n")
    }

    private func table(_ growth: Growth) -> String {
        let sizes = growth.curves.first?.points.map { rounded($0.x, 0) } ?? []
        let rows = growth.curves.map { curve in
            "| \(curve.label) | " + curve.points.map { rounded($0.y, 2) }.joined(separator: " | ") + " |"
        }
        return "| \(growth.title), \(growth.unit) | " + sizes.joined(separator: " | ") + " |\n"
            + String(repeating: "|---", count: sizes.count + 1) + "|\n" + rows.joined(separator: "\n")
    }
}

extension Measure {
    /// From the least to the largest run.
    func range(_ sample: Sample) -> String {
        "\(rounded(sample.minimum, digits))–\(rounded(sample.maximum, digits)) (\(sample.values.count))"
    }
}

extension Criterion.Rule {
    var label: String {
        switch (favours, weight) {
        case (.either, _), (_, .none): "either"
        case (.sse, .counts): "SSE"
        case (.sse, .decides): "SSE, decisively"
        case (.websocket, .counts): "WebSocket"
        case (.websocket, .decides): "WebSocket, decisively"
        }
    }
}

extension Observation.Kind {
    var sign: String {
        switch self {
        case .good: "✓"
        case .bad: "✗"
        case .neutral: "·"
        }
    }
}

/// How the bench measures, for the end of a report.
enum Method {
    static let text = """
        All variants are served by the same engine on one processor, the client runs on another. Runs alternate \
        (A B C, C B A, …) after a warm-up; a figure is the median of its runs, the range stands beside it. Load is open-loop \
        and latency counts from the intended moment, so that a stall cannot hide the requests it delays. Two variants are \
        compared run by run. A difference is claimed only if an interval that encloses the true median ratio with 95 % \
        (sign test, which assumes nothing of the distribution) lies a tenth or more off 1, and the ratio is off by more \
        than the deviation of the pairs' ratios; all else is called no difference. Of a tail percentile, which a single \
        value moves, none is claimed.
        """
}
