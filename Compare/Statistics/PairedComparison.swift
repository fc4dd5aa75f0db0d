import Foundation

/// Two variants compared run by run: those of a pair were measured next to each other, so that a slow change of the
/// machine weighs on both alike.
struct PairedComparison: Codable, Equatable, Sendable {
    enum Outcome: String, Codable, Sendable {
        case less
        case more
        case noDifference
        /// Nothing can be said of fewer than six pairs.
        case tooFewRuns
    }

    /// A difference below this is nobody's reason to choose, whatever its certainty; so the whole interval must lie
    /// beyond it. Measured again, a difference that reaches just beyond nothing is as likely to be gone.
    static let smallestDifference = 0.1

    let baseline: String
    let candidate: String
    /// The median over the pairs of candidate / baseline.
    let ratio: Double
    /// Encloses the true median ratio with at least 95 %.
    let interval: ClosedRange<Double>?
    /// The smallest relative difference that is told from noise: the deviation of the pairs' ratios, and no less than
    /// ``smallestDifference``.
    let threshold: Double
    let outcome: Outcome

    /// - Parameter isExact: for counts that are the same in every run, of which any difference is one.
    init(
        baseline: (name: String, sample: Sample),
        candidate: (name: String, sample: Sample),
        isExact: Bool = false
    ) {
        self.baseline = baseline.name
        self.candidate = candidate.name
        let ratios = zip(candidate.sample.values, baseline.sample.values).map(Self.ratio)
        ratio = Sample(ratios).median
        if isExact {
            interval = ratio...ratio
            threshold = 0
            outcome = ratios.isEmpty ? .tooFewRuns : ratio < 1 ? .less : ratio > 1 ? .more : .noDifference
            return
        }
        interval = OrderInterval.ofMedian(ratios)
        // On a machine with other work a few runs are off by any factor, and unanimity alone is luck. Of the logarithms,
        // in which twice and half are equally far.
        let noise = Sample(ratios.map { log(min(max($0, 1e-6), 1e6)) }).deviation
        threshold = max(Self.smallestDifference, exp(min(noise, 100)) - 1)
        if let interval {
            outcome =
                if interval.upperBound < 1 / (1 + Self.smallestDifference), ratio < 1 / (1 + threshold) {
                    .less
                } else if interval.lowerBound > 1 + Self.smallestDifference, ratio > 1 + threshold {
                    .more
                } else {
                    .noDifference
                }
        } else {
            outcome = .tooFewRuns
        }
    }

    private static func ratio(_ candidate: Double, _ baseline: Double) -> Double {
        candidate == baseline ? 1 : baseline == 0 ? .greatestFiniteMagnitude : candidate / baseline
    }
}
