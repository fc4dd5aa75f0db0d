/// All runs of a measure, a row for each variant: every run a dot, the median a bar, from zero.
struct RunsPlot {
    private static let width = 400.0
    private static let rowHeight = 30.0
    /// Room for the variants' names.
    private static let left = 130.0
    private static let right = 16.0

    let measure: Measure

    var markup: String {
        let rows = measure.series
        let height = Double(rows.count) * Self.rowHeight + 26
        var svg = SVG(width: Self.width, height: height, title: "\(measure.title), \(measure.unit)")
        let ticks = Ticks.linear(to: rows.map(\.sample.maximum).max() ?? 1)
        let scale = (Self.width - Self.left - Self.right) / (ticks.last ?? 1)
        func x(_ value: Double) -> Double { Self.left + value * scale }
        let bottom = height - 20
        for tick in ticks {
            svg.line(x(tick), 4, x(tick), bottom, "grid")
            svg.text(x(tick), bottom + 14, Ticks.label(tick), anchor: "middle", "tick")
        }
        for (number, series) in rows.enumerated() {
            let y = Double(number) * Self.rowHeight + 20
            let style = VariantStyle.of(series.label)
            svg.text(Self.left - 10, y + 4, series.label, anchor: "end", "label")
            for value in series.sample.values { svg.circle(x(value), y, radius: 3.2, "dot \(style)") }
            svg.line(x(series.sample.median), y - 9, x(series.sample.median), y + 9, "median \(style)")
        }
        return svg.markup
    }
}

/// The class that gives a variant its colour.
enum VariantStyle {
    static func of(_ label: String) -> String {
        switch label {
        case "sse", "sse, kept connection": "v0"
        case "websocket": "v1"
        case "sse, new connection": "v3"
        default: "v2"
        }
    }
}
