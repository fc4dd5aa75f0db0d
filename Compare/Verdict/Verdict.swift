/// The decision table for one set of needs.
struct Verdict: Sendable {
    struct Row: Sendable {
        let question: String
        let rule: Criterion.Rule
    }

    let rows: [Row]
    let conclusion: String

    init(_ criteria: [Criterion], for needs: Needs) {
        rows = criteria.compactMap { criterion in
            criterion.rule(for: needs).map { Row(question: criterion.question, rule: $0) }
        }
        conclusion = Self.conclusion(rows)
    }

    /// What decides comes first, then the number of reasons; a tie is said to be one.
    private static func conclusion(_ rows: [Row]) -> String {
        func count(_ favours: Criterion.Favours, _ weight: Criterion.Weight) -> Int {
            rows.count { $0.rule.favours == favours && $0.rule.weight == weight }
        }
        let decisive = (sse: count(.sse, .decides), websocket: count(.websocket, .decides))
        let reasons = (sse: count(.sse, .counts), websocket: count(.websocket, .counts))
        return switch (decisive.sse > 0, decisive.websocket > 0) {
        case (true, true): Self.text.both
        case (true, false): Self.text.sseDecided
        case (false, true): Self.text.websocketDecided
        case (false, false) where reasons.sse > reasons.websocket: Self.text.sse
        case (false, false) where reasons.websocket > reasons.sse: Self.text.websocket
        case (false, false): Self.text.either
        }
    }

    /// Shared with the report's form.
    struct Text: Codable, Sendable {
        var both =
            "These needs rule out each transport by itself: serve both, as Tandem does, and let each client take its own."
        var sseDecided = "Server-Sent Events: one need leaves no choice."
        var websocketDecided = "WebSocket: one need leaves no choice."
        var sse = "Server-Sent Events do, and there are more reasons for them than against."
        var websocket = "WebSocket does, and there are more reasons for it than against."
        var either = "Either does: take the one your team knows."
    }

    static let text = Text()
}
