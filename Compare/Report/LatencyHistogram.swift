import Foundation
import Histogram

/// Latencies in nanoseconds, told in milliseconds.
struct LatencyHistogram {
    private var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)

    init() { histogram.autoResize = true }

    mutating func record(_ nanoseconds: Int64) {
        histogram.record(UInt64(max(0, nanoseconds)))
    }

    var count: Int { Int(histogram.totalCount) }

    /// p50, p90, p99, p99.9 and the maximum; nil when nothing was recorded.
    var summary: Summary? {
        guard count > 0 else { return nil }
        func milliseconds(_ percentile: Double) -> Double {
            Double(histogram.valueAtPercentile(percentile)) / 1e6
        }
        return Summary(
            p50: milliseconds(50),
            p90: milliseconds(90),
            p99: milliseconds(99),
            p999: milliseconds(99.9),
            max: milliseconds(100)
        )
    }

    /// In milliseconds.
    struct Summary: Codable, CustomStringConvertible {
        let p50: Double
        let p90: Double
        let p99: Double
        let p999: Double
        let max: Double

        var description: String {
            [("p50", p50), ("p90", p90), ("p99", p99), ("p99.9", p999), ("max", max)]
                .map { "\($0) \(rounded($1, 2))" }.joined(separator: "  ") + " ms"
        }
    }
}

/// `value` with `digits` digits after the point.
func rounded(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
}
