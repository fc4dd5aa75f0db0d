/// The figures of repeated runs, in the order in which they were measured.
struct Sample: Codable, Equatable, Sendable {
    var values: [Double]

    init(_ values: [Double] = []) {
        self.values = values
    }

    /// The middle value, or the mean of the two middle ones; 0 when there are none.
    var median: Double {
        let sorted = values.sorted()
        guard let last = sorted.last else { return 0 }
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : min(sorted[middle], last)
    }

    var minimum: Double { values.min() ?? 0 }
    var maximum: Double { values.max() ?? 0 }

    /// The median distance from the median, scaled so that it estimates the standard deviation of normal values.
    ///
    /// One run in which the machine did something else moves it little.
    var deviation: Double {
        let center = median
        return 1.4826 * Sample(values.map { abs($0 - center) }).median
    }

    /// Single encoding as an array keeps `results.json` readable.
    init(from decoder: any Decoder) throws {
        values = try decoder.singleValueContainer().decode([Double].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }
}
