/// One row of the decision table: a question, and what its answer comes to for given needs.
///
/// Rules are values, so that the report's form applies the very same ones in the reader's browser.
struct Criterion: Codable, Sendable {
    enum Favours: String, Codable, Sendable {
        case sse
        case websocket
        case either
    }

    enum Weight: String, Codable, Sendable {
        /// The other one does not do.
        case decides
        /// A reason, but one that can be outweighed.
        case counts
        /// No reason.
        case none
    }

    struct Condition: Codable, Sendable {
        let need: Need
        let atLeast: Double?
        let below: Double?

        func holds(for needs: Needs) -> Bool {
            let value = needs.values[need] ?? 0
            return value >= (atLeast ?? -.infinity) && value < (below ?? .infinity)
        }
    }

    /// What holds if all conditions do.
    struct Rule: Codable, Sendable {
        let conditions: [Condition]
        let favours: Favours
        let weight: Weight
        let reason: String
    }

    let question: String
    /// The first that applies counts; the last one has no conditions.
    let rules: [Rule]
    /// The axis whose figures it rests on.
    let axis: String?

    func rule(for needs: Needs) -> Rule? {
        rules.first { rule in rule.conditions.allSatisfy { $0.holds(for: needs) } }
    }
}

extension Criterion.Condition {
    static func atLeast(_ value: Double, _ need: Need) -> Self { .init(need: need, atLeast: value, below: nil) }
    static func below(_ value: Double, _ need: Need) -> Self { .init(need: need, atLeast: nil, below: value) }
    static func yes(_ need: Need) -> Self { .atLeast(1, need) }
    static func no(_ need: Need) -> Self { .below(1, need) }
}
