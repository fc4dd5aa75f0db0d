/// The latencies of a variant's runs: each run's by itself, and all together.
struct Latencies {
    private(set) var runs: [LatencyHistogram] = []
    private(set) var all = LatencyHistogram()

    mutating func add(_ run: LatencyHistogram) {
        runs.append(run)
        all.add(run)
    }

    /// The percentile of each run, in milliseconds.
    func values(_ percentile: Double) -> [Double] { runs.map { $0.percentile(percentile) } }
}

extension Bench {
    /// A series for each variant, of the runs' percentile.
    func series(_ latencies: [StreamTransport: Latencies], _ percentile: Double) -> [Series] {
        variants.compactMap { variant in
            latencies[variant].map { Series(variant.rawValue, $0.values(percentile), $0.all) }
        }
    }

    func series(_ values: [StreamTransport: [Double]]) -> [Series] {
        variants.compactMap { variant in values[variant].map { Series(variant.rawValue, $0) } }
    }
}
