/// The decision table, the form that changes the needs, and the original team's case.
struct VerdictSection {
    private let criteria: [Criterion]
    private let needs: Needs

    init(_ criteria: [Criterion], _ needs: Needs) {
        self.criteria = criteria
        self.needs = needs
    }

    var markup: String {
        let verdict = Verdict(criteria, for: needs)
        let original = OriginalCase(criteria)
        return """
            <section id="verdict"><h2>Which for you?</h2>
            <form id="needs">\(Need.allCases.map(field).joined(separator: "\n"))</form>
            <p class="conclusion" id="conclusion">\(verdict.conclusion.escapedForHTML)</p>
            <div class="scroll"><table id="decision"><tr><th>Question<th>Speaks for<th>Because
            \(verdict.rows.map(row).joined(separator: "\n"))</table></div>
            <h3>The case of the original team</h3>
            \(original.stages.map(stage).joined(separator: "\n"))
            <p>\(original.lesson.markdownCodeAsHTML)</p>
            </section>
            <script>const criteria = \(json(criteria)), conclusions = \(json(Verdict.text))
            \(Self.script)</script>
            """
    }

    private func field(_ need: Need) -> String {
        let value = needs.values[need] ?? 0
        let input =
            need.isNumber
            ? "<input type=\"number\" min=\"0\" step=\"any\" name=\"\(need.rawValue)\" value=\"\(Ticks.label(value))\">"
            : "<input type=\"checkbox\" name=\"\(need.rawValue)\"\(value > 0 ? " checked" : "")>"
        return "<label>\(input) \(need.question.escapedForHTML)</label>"
    }

    private func row(_ row: Verdict.Row) -> String {
        """
        <tr class="\(row.rule.weight.rawValue)"><td>\(row.question.escapedForHTML)<td>\(row.rule.label)\
        <td>\(row.rule.reason.escapedForHTML)
        """
    }

    private func stage(_ stage: OriginalCase.Stage) -> String {
        let reasons = stage.verdict.rows.filter { $0.rule.weight != .none }
            .map { "<li>\($0.rule.label): \($0.rule.reason.escapedForHTML)" }
        return """
            <h4>\(stage.title.escapedForHTML)</h4><p>\(stage.text.escapedForHTML)
            <b>\(stage.verdict.conclusion.escapedForHTML)</b></p>
            \(reasons.isEmpty ? "" : "<ul>\(reasons.joined())</ul>")
            """
    }

    /// As JSON that cannot end the script it stands in.
    private func json(_ value: some Encodable) -> String {
        ((try? jsonText(value, isCompact: true)) ?? "null").replacingOccurrences(of: "</", with: "<\\/")
    }

    /// The rules of ``Criterion`` and ``Verdict``, once more, for the reader's browser.
    private static let script = """
        const form = document.getElementById("needs")
        const label = ({ favours, weight }) => favours === "either" || weight === "none" ? "either"
          : (favours === "sse" ? "SSE" : "WebSocket") + (weight === "decides" ? ", decisively" : "")
        form.addEventListener("input", () => {
          const needs = {}
          for (const input of form.elements)
            needs[input.name] = input.type === "checkbox" ? Number(input.checked) : Number(input.value)
          const rules = criteria.map(({ rules }) => rules.find(({ conditions }) => conditions.every(condition =>
            needs[condition.need] >= (condition.atLeast ?? -Infinity) && needs[condition.need] < (condition.below ?? Infinity))))
          const count = (favours, weight) => rules.filter(rule => rule.favours === favours && rule.weight === weight).length
          const [sse, websocket] = ["sse", "websocket"].map(name => ({ decides: count(name, "decides"), counts: count(name, "counts") }))
          const key = sse.decides && websocket.decides ? "both" : sse.decides ? "sseDecided" : websocket.decides ? "websocketDecided"
            : sse.counts > websocket.counts ? "sse" : websocket.counts > sse.counts ? "websocket" : "either"
          document.getElementById("conclusion").textContent = conclusions[key]
          const rows = document.querySelectorAll("#decision tr")
          rules.forEach((rule, index) => {
            const row = rows[index + 1]
            row.className = rule.weight
            row.cells[1].textContent = label(rule)
            row.cells[2].textContent = rule.reason
          })
        })
        """
}
