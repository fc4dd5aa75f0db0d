/// An axis in the HTML report: what, how, plots, figures, and the command that makes them again.
struct AxisSection {
    private let axis: AxisResult

    init(_ axis: AxisResult) {
        self.axis = axis
    }

    var markup: String {
        let definition = axis.definition
        return """
            <section id="\(definition.id)">
            <h2>\(definition.title.escapedForHTML)</h2>
            <p>\(definition.what.escapedForHTML)</p>
            \(warnings)
            \(axis.measures.map(figure).joined(separator: "\n"))
            \(axis.growths.map(figure).joined(separator: "\n"))
            \(observations)
            \(notes)
            <p class="small"><b>How.</b> \(definition.how.markdownCodeAsHTML)
            <b>Not shown.</b> \(definition.notShown.markdownCodeAsHTML)</p>
            <p class="small"><b>Again.</b> <code>\(axis.command.escapedForHTML)</code></p>
            </section>
            """
    }

    private var warnings: String {
        var lines: [String] = []
        if case .unavailable(let reason) = axis.state { lines.append("Not measured: \(reason)") }
        if axis.isClientBound {
            let load = rounded(axis.clientLoad * 100, 0)
            lines.append("The client used up to \(load) % of its processor: some of these figures are the client's.")
        }
        return lines.map { "<p class=\"warning\">\($0.escapedForHTML)</p>" }.joined()
    }

    private var notes: String {
        guard !axis.notes.isEmpty else { return "" }
        return "<ul class=\"small\">" + axis.notes.map { "<li>\($0.markdownCodeAsHTML)" }.joined() + "</ul>"
    }

    private var observations: String {
        guard !axis.observations.isEmpty else { return "" }
        var subject = ""
        let rows = axis.observations.map { item -> String in
            defer { subject = item.subject }
            let first = item.subject == subject ? "" : item.subject.escapedForHTML
            return """
                <tr class="\(item.kind.rawValue)"><td>\(first)<td><i class="\(VariantStyle.of(item.label))"></i>\(item.label)\
                <td>\(item.kind.sign) \(item.text.markdownCodeAsHTML)
                """
        }
        return "<div class=\"scroll\"><table class=\"observations\">\(rows.joined(separator: "\n"))</table></div>"
    }

    private func figure(_ measure: Measure) -> String {
        let rows = measure.series.map { series -> String in
            let claim =
                measure.comparisons.first { $0.candidate == series.label }
                .map { Claim(axis: axis.definition.id, measure: measure, comparison: $0).text } ?? ""
            return """
                <tr><td><i class="\(VariantStyle.of(series.label))"></i>\(series.label.escapedForHTML)\
                <td class="number">\(rounded(series.sample.median, measure.digits))\
                <td class="number small">\(measure.range(series.sample))<td class="small">\(claim.escapedForHTML)
                """
        }
        let hasPlot = !measure.isExact && measure.series.contains { $0.sample.maximum > 0 }
        let percentiles = measure.digits > 0 ? CurvePlot(percentilesOf: measure)?.markup ?? "" : ""
        // The same latencies stand under the median already.
        let isRepeated = measure.isTail
        return """
            <figure><figcaption>\(measure.title.escapedForHTML), \(measure.unit)</figcaption>
            <div class="plots">\(hasPlot ? RunsPlot(measure: measure).markup : "")\(isRepeated ? "" : percentiles)</div>
            <div class="scroll"><table><tr><th><th class="number">median<th class="number">runs<th>
            \(rows.joined(separator: "\n"))</table></div></figure>
            """
    }

    private func figure(_ growth: Growth) -> String {
        """
        <figure><figcaption>\(growth.title.escapedForHTML), \(growth.unit)</figcaption>
        <div class="plots">\(CurvePlot(growth).markup)</div></figure>
        """
    }
}
