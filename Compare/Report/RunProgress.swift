import Foundation
import Synchronization

/// How far a run of the bench is: a line on a terminal that is redrawn, or a line for each axis elsewhere.
final class RunProgress: Sendable {
    private struct State {
        var axis = 0
        var done = 0.0
        var startedAt = ContinuousClock.now
        /// How much longer than expected the axes before took.
        var pace = 1.0
    }

    private let titles: [String]
    private let durations: [Double]
    private let state = Mutex(State())
    private let isTerminal = isatty(STDERR_FILENO) == 1

    /// - Parameter axes: title and expected seconds of each.
    init(_ axes: [(title: String, duration: Double)]) {
        titles = axes.map(\.title)
        durations = axes.map(\.duration)
    }

    func begin(_ axis: Int) {
        state.withLock {
            $0.axis = axis
            $0.done = 0
            $0.startedAt = .now
        }
        if isTerminal { show() } else { write(line + "\n") }
    }

    func update(_ done: Double) {
        state.withLock { $0.done = done }
        if isTerminal { show() }
    }

    func end() {
        state.withLock { state in
            let seconds = (ContinuousClock.now - state.startedAt) / .seconds(1)
            let expected = durations[state.axis]
            if expected > 5 { state.pace = (state.pace + seconds / expected) / 2 }
        }
    }

    func clear() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private func show() { write("\r\u{1B}[K" + line) }

    private var line: String {
        let (axis, done, pace) = state.withLock { ($0.axis, $0.done, $0.pace) }
        let left = (durations[axis] * (1 - done) + durations.dropFirst(axis + 1).reduce(0, +)) * pace
        let width = 20
        let filled = min(width, Int(done * Double(width)))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        let title = titles[axis].padding(toLength: 24, withPad: " ", startingAt: 0)
        return
            "[\(axis + 1)/\(titles.count)] \(title) \(bar) \(Int(left) / 60):\(String(format: "%02d", Int(left) % 60)) left"
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
