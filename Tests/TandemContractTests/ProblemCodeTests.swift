import Foundation
import HTTPTypes
import TandemContract
import Testing

@Suite("The table of problems")
struct ProblemCodeTests {
    private static var table: String {
        let rows = ProblemCode.allCases.map { code in
            // A message has no status.
            let status = code == .unknownCommand ? "–" : "\(code.status.code)"
            return "| `\(code.rawValue)` | \(status) | \(code.meaning) |"
        }
        return (["| code | status | when |", "|---|---|---|"] + rows).joined(separator: "\n")
    }

    @Test("is the one of README")
    func readme() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let start = try #require(text.range(of: "<!-- problems -->\n"))
        let end = try #require(text[start.upperBound...].range(of: "\n<!-- /problems -->"))

        #expect(text[start.upperBound..<end.lowerBound] == Self.table)
    }

    @Test("has a reason phrase for each status, which is a problem's title", arguments: ProblemCode.allCases)
    func title(code: ProblemCode) {
        #expect(code.status.code >= 400)
        #expect(!code.status.reasonPhrase.isEmpty)
    }
}
