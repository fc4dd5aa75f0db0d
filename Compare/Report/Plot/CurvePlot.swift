import Foundation

/// Curves over logarithmic axes, a point for each measurement, labelled by a legend below.
struct CurvePlot {
    private static let width = 400.0
    private static let height = 240.0
    private static let frame = (left: 44.0, right: 20.0, top: 10.0, bottom: 54.0)

    let title: String
    let xTitle: String
    let curves: [(label: String, points: [(x: Double, y: Double)])]
    /// Places on the x axis with their names; powers of ten if nil.
    var xTicks: [(value: Double, label: String)]?

    var markup: String {
        var svg = SVG(width: Self.width, height: Self.height, title: title)
        let points = curves.flatMap(\.points).filter { $0.x > 0 && $0.y > 0 }
        guard let minX = points.map(\.x).min(), let maxX = points.map(\.x).max(),
            let minY = points.map(\.y).min(), let maxY = points.map(\.y).max()
        else { return svg.markup }
        let columns = xTicks ?? Ticks.logarithmic(from: minX, to: maxX).map { ($0, Ticks.label($0)) }
        let rows = Ticks.logarithmic(from: minY, to: maxY)
        let (firstX, lastX) = (columns.first?.value ?? minX, columns.last?.value ?? maxX)
        func x(_ value: Double) -> Double {
            let part = log(value / firstX) / max(1e-9, log(lastX / firstX))
            return Self.frame.left + part * (Self.width - Self.frame.left - Self.frame.right)
        }
        func y(_ value: Double) -> Double {
            let part = log(value / (rows.first ?? minY)) / log((rows.last ?? maxY) / (rows.first ?? minY))
            let bottom = Self.height - Self.frame.bottom
            return bottom - part * (bottom - Self.frame.top)
        }
        let bottom = Self.height - Self.frame.bottom
        for column in columns {
            svg.line(x(column.value), Self.frame.top, x(column.value), bottom, "grid")
            svg.text(x(column.value), bottom + 14, column.label, anchor: "middle", "tick")
        }
        for row in rows {
            svg.line(Self.frame.left, y(row), Self.width - Self.frame.right, y(row), "grid")
            svg.text(Self.frame.left - 5, y(row) + 4, Ticks.label(row), anchor: "end", "tick")
        }
        for curve in curves {
            let style = VariantStyle.of(curve.label)
            let drawn = curve.points.filter { $0.x > 0 && $0.y > 0 }.map { (x: x($0.x), y: y($0.y)) }
            svg.polyline(drawn, "curve \(style)")
            for point in drawn { svg.circle(point.x, point.y, radius: 2.6, "dot \(style)") }
        }
        svg.text(Self.width / 2, bottom + 29, xTitle, anchor: "middle", "tick")
        let step = (Self.width - 16) / Double(max(1, curves.count))
        for (number, curve) in curves.enumerated() {
            let left = 8 + Double(number) * step
            svg.circle(left + 4, Self.height - 8, radius: 4, "dot \(VariantStyle.of(curve.label))")
            svg.text(left + 12, Self.height - 4, curve.label, "label")
        }
        return svg.markup
    }
}

extension CurvePlot {
    init(_ growth: Growth) {
        self.init(
            title: "\(growth.title), \(growth.unit)",
            xTitle: growth.xTitle,
            curves: growth.curves.map { curve in (curve.label, curve.points.map { (x: $0.x, y: $0.y) }) }
        )
    }

    /// The percentiles of a latency: to the right ever rarer.
    /// - Returns: nil if the measure has no latencies.
    init?(percentilesOf measure: Measure) {
        let curves = measure.series.compactMap { series -> (label: String, points: [(x: Double, y: Double)])? in
            guard let summary = series.percentiles else { return nil }
            // One of how many is slower: 2 at the median, 1,000 at the 99.9th percentile.
            let points = [(2, summary.p50), (10, summary.p90), (100, summary.p99), (1000, summary.p999)]
            return (series.label, points.map { (x: Double($0.0), y: $0.1) })
        }
        guard !curves.isEmpty else { return nil }
        self.init(
            title: "\(measure.title): percentiles of all runs, \(measure.unit)",
            xTitle: "percentile of all runs together",
            curves: curves,
            xTicks: [(2, "p50"), (10, "p90"), (100, "p99"), (1000, "p99.9")]
        )
    }
}
