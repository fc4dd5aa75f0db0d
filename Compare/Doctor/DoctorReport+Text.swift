import Foundation

extension DoctorReport {
    /// The report for a terminal, 100 columns wide.
    var text: String {
        let kind = isTandem ? "a Tandem" : "a server that is no Tandem: generic checks only"
        var lines = ["\(url.printable): \(kind)", ""]
        for result in results {
            let sign =
                switch result.outcome {
                case .passed: "✓"
                case .found: "✗"
                case .unknown: "?"
                }
            let check = result.check.rawValue.padding(toLength: 13, withPad: " ", startingAt: 0)
            let transport = (result.transport?.rawValue ?? "").padding(toLength: 10, withPad: " ", startingAt: 0)
            lines += Self.wrap(result.evidence, after: "\(sign) \(check)\(transport)")
            if let remedy = result.remedy { lines += Self.wrap("→ \(remedy)", after: "") }
        }
        let count = findings.count
        lines += ["", count == 0 ? "Nothing found." : "\(count) \(count == 1 ? "finding" : "findings")."]
        return lines.joined(separator: "\n")
    }

    private static func wrap(_ text: String, after label: String) -> [String] {
        let indent = 25
        var lines = [label.padding(toLength: indent, withPad: " ", startingAt: 0)]
        for word in text.printable.split(separator: " ") {
            if lines[lines.count - 1].count + word.count > 100 {
                lines.append(String(repeating: " ", count: indent))
            }
            let isFirst = lines[lines.count - 1].count <= indent
            lines[lines.count - 1] += (isFirst ? "" : " ") + word
        }
        return lines
    }
}
