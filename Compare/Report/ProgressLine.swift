import Foundation

/// One line on a terminal that says what is going on; nothing where standard error is no terminal.
struct ProgressLine: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1

    func show(_ phase: String, _ done: Int, of total: Int) {
        guard isTerminal, total > 0, done == total || done.isMultiple(of: max(1, total / 100)) else { return }
        let width = 30
        let filled = min(width, done * width / total)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        write("\r\u{1B}[K\(phase.padding(toLength: 12, withPad: " ", startingAt: 0)) \(bar) \(done)/\(total)")
    }

    func clear() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
