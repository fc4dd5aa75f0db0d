import Foundation

/// Everything that a run of the bench found: what `results.json` holds and the other reports are made of.
struct BenchReport: Codable, Sendable {
    /// Raised when a member changes its meaning.
    var format = 1
    let command: String
    let profile: String
    let machine: MachineDescription
    let startedAt: Date
    var finishedAt: Date?
    /// Axes that the run had planned.
    let planned: [String]
    var axes: [AxisResult] = []
    var needs: Needs

    init(
        command: String,
        profile: String,
        machine: MachineDescription,
        startedAt: Date,
        planned: [String],
        axes: [AxisResult] = [],
        needs: Needs
    ) {
        self.command = command
        self.profile = profile
        self.machine = machine
        self.startedAt = startedAt
        self.planned = planned
        self.axes = axes
        self.needs = needs
    }

    /// Reads a `results.json`, and compares its runs anew by the rules of this version.
    init(jsonText data: Data) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        self = try decoder.decode(Self.self, from: data)
        for axis in axes.indices {
            for measure in axes[axis].measures.indices { axes[axis].measures[measure].compare() }
        }
    }

    var isComplete: Bool { finishedAt != nil }

    func axis(_ id: String) -> AxisResult? { axes.first { $0.definition.id == id } }

    /// The claims of a report: all differences that were told from noise.
    var claims: [Claim] {
        axes.flatMap { axis in
            axis.measures.flatMap { measure in
                measure.comparisons.map { Claim(axis: axis.definition.id, measure: measure, comparison: $0) }
            }
        }
    }
}

/// What one comparison comes to.
struct Claim: Sendable {
    let axis: String
    let measure: Measure
    let comparison: PairedComparison

    var key: String { "\(axis)/\(measure.id)/\(comparison.candidate)" }

    var isDifference: Bool { comparison.outcome == .less || comparison.outcome == .more }

    /// For example `websocket: 12 % less than sse`.
    var text: String {
        switch comparison.outcome {
        case .noDifference: "\(comparison.candidate): no difference to \(comparison.baseline)"
        case .tooFewRuns: "\(comparison.candidate): too few runs to tell"
        case .less:
            "\(comparison.candidate): \(rounded((1 - comparison.ratio) * 100, 0)) % less than \(comparison.baseline)"
        case .more where comparison.ratio >= 2:
            "\(comparison.candidate): \(rounded(comparison.ratio, 1)) times \(comparison.baseline)"
        case .more:
            "\(comparison.candidate): \(rounded((comparison.ratio - 1) * 100, 0)) % more than \(comparison.baseline)"
        }
    }
}
