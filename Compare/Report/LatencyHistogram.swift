import Foundation
import Histogram

/// Latencies in nanoseconds, told in milliseconds.
struct LatencyHistogram: Sendable {
    private var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)

    init() { histogram.autoResize = true }

    mutating func record(_ nanoseconds: Int64) {
        histogram.record(UInt64(max(0, nanoseconds)))
    }

    var count: Int { Int(histogram.totalCount) }

    mutating func add(_ other: LatencyHistogram) { histogram.add(other.histogram) }

    /// In milliseconds; 0 when nothing was recorded.
    func percentile(_ percentile: Double) -> Double {
        count == 0 ? 0 : Double(histogram.valueAtPercentile(percentile)) / 1e6
    }

    /// All that was recorded.
    var raw: RawHistogram {
        RawHistogram(buckets: histogram.recordedValues().map { .init(value: $0.value, count: $0.count) })
    }

    /// p50, p90, p99, p99.9 and the maximum; nil when nothing was recorded.
    var summary: Summary? {
        guard count > 0 else { return nil }
        return Summary(
            p50: percentile(50),
            p90: percentile(90),
            p99: percentile(99),
            p999: percentile(99.9),
            max: percentile(100)
        )
    }

    /// In milliseconds.
    struct Summary: Codable, CustomStringConvertible, Sendable {
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
