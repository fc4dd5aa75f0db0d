import Foundation

/// How much a client's author has to write.
struct ClientCodeAxis: Axis {
    let definition = AxisDefinition(
        id: "client-code",
        title: "Lines of client code",
        what:
            "Lines of the smallest clients that we would put into use: they show the time, start and pause, come back by "
            + "themselves and resume.",
        how: "Counted in `Compare/Clients` at each run, without empty lines and comments.",
        notShown: "The reader's own framework, which may bring a client for either."
    )

    private static let clients: [(subject: String, file: String, label: String)] = [
        ("A page", "sse.js", "sse"), ("A page", "websocket.js", "websocket"),
        ("A program (Python, standard library)", "sse.py", "sse"),
        ("A program (Python, websockets)", "websocket.py", "websocket"),
    ]

    func duration(_ profile: Profile) -> Double { 0.1 }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        var lines: [String: Double] = [:]
        for client in Self.clients {
            guard let folder = Bundle.module.url(forResource: "Clients", withExtension: nil),
                let text = try? String(contentsOf: folder.appending(path: client.file), encoding: .utf8)
            else { throw BenchError("the client '\(client.file)' is missing") }
            lines[client.file] = Double(CodeLines.count(text))
        }
        result.measures = [
            Measure(
                "page",
                "A page",
                unit: "lines",
                digits: 0,
                isExact: true,
                [Series("sse", [lines["sse.js"] ?? 0]), Series("websocket", [lines["websocket.js"] ?? 0])]
            ),
            Measure(
                "program",
                "A program in Python",
                unit: "lines",
                digits: 0,
                isExact: true,
                [Series("sse", [lines["sse.py"] ?? 0]), Series("websocket", [lines["websocket.py"] ?? 0])]
            ),
        ]
        result.notes = [
            "SSE in Python uses the standard library alone; WebSocket needs the package websockets, whose lines are not counted."
        ]
    }
}

/// Lines that say something.
enum CodeLines {
    /// Without empty lines, lines of `//` or `#` comments, and documentation in triple quotes.
    static func count(_ text: String) -> Int {
        var isInDocumentation = false
        return text.split(whereSeparator: \.isNewline).count { line in
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("\"\"\"") {
                isInDocumentation = !isInDocumentation && !(line.count > 3 && line.hasSuffix("\"\"\""))
                return false
            }
            if isInDocumentation {
                if line.hasSuffix("\"\"\"") { isInDocumentation = false }
                return false
            }
            return !line.isEmpty && !line.hasPrefix("//") && !line.hasPrefix("#")
        }
    }
}
