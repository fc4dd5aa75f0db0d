import Foundation

/// How much a client's author has to write.
struct ClientCodeAxis: Axis {
    let definition = AxisDefinition(
        id: "client-code",
        title: "Lines of client code",
        what:
            "Lines of two clients on each transport, both of which show the time, start and pause. The one that we would "
            + "put into use also notices a connection that died silently, comes back with growing waits, resumes by its "
            + "last id and repeats no command whose answer was lost. The short one leaves that to the platform.",
        how: "Counted in `Compare/Clients` at each run, without empty lines and comments; tests run these clients.",
        notShown:
            "The reader's own framework, which may bring a client for either. The short ones do not do the same: EventSource "
            + "comes back and resumes when its connection is closed, the short clients on WebSocket and in Python do not."
    )

    /// A client of each transport that does the same.
    private struct Pair {
        let id: String
        let title: String
        /// The names of its files, without their transport.
        let file: String

        static let all = [
            Pair(id: "page", title: "A page that watches, comes back and resumes", file: ".js"),
            Pair(id: "page-short", title: "A page, the short way", file: "-unwatched.js"),
            Pair(id: "program", title: "A program in Python that watches, comes back and resumes", file: ".py"),
            Pair(id: "program-short", title: "A program in Python, the short way", file: "-unwatched.py"),
        ]
    }

    func duration(_ profile: Profile) -> Double { 0.1 }

    func measure(_ bench: Bench, into result: inout AxisResult) async throws {
        result.measures = try Pair.all.map { pair in
            Measure(
                pair.id,
                pair.title,
                unit: "lines",
                digits: 0,
                isExact: true,
                try ["sse", "websocket"].map { Series($0, [Double(CodeLines.count(try Self.source($0 + pair.file)))]) }
            )
        }
        result.notes = [
            "SSE in Python uses the standard library alone; WebSocket needs the package websockets, whose lines are not counted."
        ]
    }

    private static func source(_ file: String) throws -> String {
        guard let folder = Bundle.module.url(forResource: "Clients", withExtension: nil),
            let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
        else { throw BenchError("the client '\(file)' is missing") }
        return text
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
