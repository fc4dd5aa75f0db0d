/// An interval for a median that assumes nothing about how the values are distributed.
///
/// The k-th smallest and the k-th largest of n values enclose the median of what they were drawn from with the
/// confidence 1 - 2 P(B < k), where B counts heads among n fair coins: the inversion of the sign test.
enum OrderInterval {
    /// The narrowest such interval of at least 95 %; nil for fewer than six values, of which none is that sure.
    static func ofMedian(_ values: [Double]) -> ClosedRange<Double>? {
        let sorted = values.sorted()
        guard let rank = rank(of: sorted.count) else { return nil }
        return sorted[rank - 1]...sorted[sorted.count - rank]
    }

    /// The largest k of at least 95 %.
    static func rank(of count: Int) -> Int? {
        var probability = 1.0
        for _ in 0..<count { probability /= 2 }
        var below = 0.0
        var rank: Int?
        for heads in 0..<max(1, count / 2) {
            below += probability
            guard 1 - 2 * below >= 0.95 else { break }
            rank = heads + 1
            probability *= Double(count - heads) / Double(heads + 1)
        }
        return rank
    }
}
