/// What an axis is, in a sentence each.
struct AxisDefinition: Codable, Sendable {
    let id: String
    let title: String
    /// What is measured.
    let what: String
    let how: String
    /// What nobody should read into it.
    let notShown: String
}

/// What was found on one axis.
struct AxisResult: Codable, Sendable {
    enum State: Codable, Sendable, Equatable {
        case measured
        /// Something that the axis needs is missing, or it failed; the text says what.
        case unavailable(String)
    }

    let definition: AxisDefinition
    /// Reproduces every figure of the axis.
    let command: String
    var state = State.measured
    /// Seconds that it took.
    var seconds = 0.0
    /// The largest share of its processor that the client used in a measurement.
    var clientLoad = 0.0
    var measures: [Measure] = []
    var growths: [Growth] = []
    var observations: [Observation] = []
    var notes: [String] = []

    /// A client near its limit measures itself.
    var isClientBound: Bool { clientLoad > 0.9 }

    func measure(_ id: String) -> Measure? { measures.first { $0.id == id } }
}

/// One quantity of an axis for all variants.
struct Measure: Codable, Sendable {
    let id: String
    let title: String
    let unit: String
    /// Digits after the point.
    let digits: Int
    let isExact: Bool
    var series: [Series]
    /// Each series against the first.
    private(set) var comparisons: [PairedComparison] = []

    init(
        _ id: String,
        _ title: String,
        unit: String,
        digits: Int = 1,
        isExact: Bool = false,
        _ series: [Series]
    ) {
        self.id = id
        self.title = title
        self.unit = unit
        self.digits = digits
        self.isExact = isExact
        self.series = series
        compare()
    }

    /// A percentile that rests on the few worst values of a run. A single one moves it, so that it differs more between
    /// runs than between variants: it is shown, and not compared.
    var isTail: Bool { id.hasSuffix("p99") }

    /// Compares the runs by the rules of this version.
    mutating func compare() {
        comparisons = []
        guard let baseline = series.first, !isTail else { return }
        comparisons = series.dropFirst().map { candidate in
            PairedComparison(
                baseline: (baseline.label, baseline.sample),
                candidate: (candidate.label, candidate.sample),
                isExact: isExact
            )
        }
    }

    func median(_ label: String) -> Double? {
        series.first { $0.label == label }?.sample.median
    }
}

/// The runs of one variant.
struct Series: Codable, Sendable {
    let label: String
    var sample: Sample
    /// The latencies of all runs together.
    var histogram: RawHistogram?
    var percentiles: LatencyHistogram.Summary?

    init(_ label: String, _ values: [Double], _ histogram: LatencyHistogram? = nil) {
        self.label = label
        sample = Sample(values)
        self.histogram = histogram?.raw
        percentiles = histogram?.summary
    }
}

/// How a quantity grows with another.
struct Growth: Codable, Sendable {
    struct Point: Codable, Sendable {
        let x: Double
        let y: Double
    }

    struct Curve: Codable, Sendable {
        let label: String
        let points: [Point]
        /// The exponent of the power law that fits the points from ``Growth/slopeFrom`` on.
        let slope: Double?
    }

    let title: String
    let xTitle: String
    let unit: String
    let slopeFrom: Double
    let curves: [Curve]

    init(title: String, xTitle: String, unit: String, slopeFrom: Double, _ curves: [(label: String, points: [Point])]) {
        self.title = title
        self.xTitle = xTitle
        self.unit = unit
        self.slopeFrom = slopeFrom
        self.curves = curves.map { curve in
            let fitted = curve.points.filter { $0.x >= slopeFrom }.map { (x: $0.x, y: $0.y) }
            return Curve(label: curve.label, points: curve.points, slope: Slope.exponent(fitted))
        }
    }
}

/// Something seen rather than measured.
struct Observation: Codable, Sendable {
    enum Kind: String, Codable, Sendable {
        case good
        case bad
        case neutral
    }

    let subject: String
    let label: String
    let kind: Kind
    let text: String
}
