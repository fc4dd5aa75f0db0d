/// A histogram as it is kept in `results.json`: for whoever wants other percentiles than ours.
struct RawHistogram: Codable, Equatable, Sendable {
    /// Nanoseconds and how often, in rising order.
    var buckets: [Bucket]

    struct Bucket: Codable, Equatable, Sendable {
        let value: UInt64
        let count: UInt64

        init(value: UInt64, count: UInt64) {
            self.value = value
            self.count = count
        }

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            value = try container.decode(UInt64.self)
            count = try container.decode(UInt64.self)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(value)
            try container.encode(count)
        }
    }
}
