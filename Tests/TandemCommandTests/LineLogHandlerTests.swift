import Logging
import Synchronization
import Testing

@testable import tandem

@Suite("The log")
struct LineLogHandlerTests {
    private final class Output: TextOutputStream, Sendable {
        let text = Mutex("")

        func write(_ string: String) {
            text.withLock { $0 += string }
        }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description = "broken\nline"
    }

    private static let forged = "a\nb\r\u{1B}[2J\u{85}\u{2028}\u{2029}\u{7F}"
    private static let escaped = #"a\nb\r\u{1B}[2J\u{85}\u{2028}\u{2029}\u{7F}"#

    @Test("has one line for each event, whatever clients put into it")
    func oneLine() {
        let output = Output()
        var logger = Logger(label: "test") { LineLogHandler(StreamLogHandler(label: $0, stream: output)) }
        logger[metadataKey: "base"] = "\(Self.forged)"

        logger.info("\(Self.forged)", metadata: ["own": ["list", "\(Self.forged)"], "\n": "key"])
        logger.error("failed", error: Failure())

        let lines = output.text.withLock(\.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 3 && lines.last == "")
        #expect(lines[0].hasSuffix(Self.escaped))
        #expect(lines[0].contains("base=\(Self.escaped)") && lines[0].contains(#"\n=key"#))
        #expect(lines[1].contains(#"broken\nline"#))
        #expect(!lines.joined().unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
    }
}
