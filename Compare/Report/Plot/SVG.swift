import Foundation

/// The few shapes of SVG that the plots are made of. Colours are classes, so that a page's style sets them.
struct SVG {
    private let width: Double
    private let height: Double
    private let title: String
    private var elements: [String] = []

    init(width: Double, height: Double, title: String) {
        self.width = width
        self.height = height
        self.title = title
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        elements.append(
            "<line class=\"\(style)\" x1=\"\(n(x1))\" y1=\"\(n(y1))\" x2=\"\(n(x2))\" y2=\"\(n(y2))\"/>"
        )
    }

    mutating func circle(_ x: Double, _ y: Double, radius: Double, _ style: String) {
        elements.append("<circle class=\"\(style)\" cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\"/>")
    }

    mutating func polyline(_ points: [(x: Double, y: Double)], _ style: String) {
        let list = points.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
        elements.append("<polyline class=\"\(style)\" points=\"\(list)\"/>")
    }

    /// - Parameter anchor: `start`, `middle` or `end`.
    mutating func text(_ x: Double, _ y: Double, _ text: String, anchor: String = "start", _ style: String = "") {
        let content = text.escapedForHTML
        elements.append(
            "<text class=\"\(style)\" x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor)\">\(content)</text>"
        )
    }

    var markup: String {
        """
        <svg viewBox="0 0 \(n(width)) \(n(height))" role="img" xmlns="http://www.w3.org/2000/svg">\
        <title>\(title.escapedForHTML)</title>\(elements.joined())</svg>
        """
    }

    private func n(_ value: Double) -> String { rounded(value, 1) }
}

extension String {
    var escapedForHTML: String {
        printableLines.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
    }

    /// Markdown's `code` as HTML's, all else escaped.
    var markdownCodeAsHTML: String {
        escapedForHTML.replacing(/`([^`]+)`/) { "<code>\($0.1)</code>" }
    }
}
