import Foundation
import NIOCore
import Testing

@testable import compare

@Suite("A report")
struct ReportTests {
    @Test("is read back from results.json as it was written")
    func roundTrip() throws {
        let report = SampleReport.make(cpu: [10, 7])

        let read = try BenchReport(jsonText: Data(jsonText(report).utf8))

        #expect(try jsonText(read) == jsonText(report))
        #expect(read.claims.map(\.text) == ["websocket: 30 % less than sse"])
    }

    @Test("says that it is not finished, what it measured, and how to measure it again")
    func markdown() {
        let text = MarkdownReport(SampleReport.make(cpu: [10, 7])).text

        #expect(text.contains("**Not finished:** 1 of 2 axes."))
        #expect(text.contains("| websocket | 7.00 | 7.00–7.00 (6) | websocket: 30 % less than sse |"))
        #expect(text.contains("`compare run --axis delivery`"))
    }

    @Test("is one file of HTML that takes nothing from elsewhere and escapes what it shows")
    func html() {
        let text = HTMLReport(SampleReport.make(cpu: [10, 7])).text

        #expect(text.contains("SSE &amp; &lt;WebSocket&gt;"))
        #expect(!text.contains("SSE & <WebSocket>"))
        for reference in ["src=", "<link", "@import", "url("] { #expect(!text.contains(reference)) }
    }

    @Test("agrees with another where both claim the same")
    func agreement() {
        let first = SampleReport.make(cpu: [10, 7])

        #expect(Agreement(first, SampleReport.make(cpu: [11, 8])).agreeing == 1)
        #expect(Agreement(first, SampleReport.make(cpu: [10, 10])).lines[0].hasPrefix("~ only one claims"))
        #expect(Agreement(first, SampleReport.make(cpu: [7, 10])).lines[0].hasPrefix("✗ contradiction"))
    }

    @Test("has round values on its axes")
    func ticks() {
        #expect(Ticks.linear(to: 8.7) == [0, 5, 10])
        #expect(Ticks.linear(to: 40) == [0, 10, 20, 30, 40])
        #expect(Ticks.linear(to: 0) == [0, 1])
        #expect(Ticks.logarithmic(from: 0.3, to: 40) == [0.1, 1, 10, 100])
        #expect([0, 0.05, 0.2, 1.5, 20, 10_000].map(Ticks.label) == ["0", "0.05", "0.2", "1.5", "20", "10k"])
    }

    @Test("keeps every latency that was recorded")
    func histogram() throws {
        var histogram = LatencyHistogram()
        for _ in 0..<3 { histogram.record(1000) }
        histogram.record(2000)

        #expect(histogram.raw.buckets.map(\.count) == [3, 1])
        #expect(histogram.raw.buckets.map(\.value) == [1000, 2000])
        #expect(try jsonText(histogram.raw.buckets[1]).filter { !$0.isWhitespace } == "[2000,1]")
    }
}

@Suite("What the bench reads")
struct ParserTests {
    @Test("lines of code are those that say something")
    func codeLines() {
        #expect(CodeLines.count("// a\n\nlet a = 1\n  # b\nprint(a)\n") == 2)
        #expect(CodeLines.count("\"\"\"one line\"\"\"\nimport sys\n\"\"\"\ntwo\nlines\"\"\"\nsys.exit()\n") == 2)
    }

    @Test("the browser's console is read once its line is whole")
    func console() {
        let log = #"[1:2:1125/0:INFO:CONSOLE(20)] "RESULT 6 none", source: file:///x (20)"#

        #expect(Chromium.message(after: "RESULT ", in: log) == "6 none")
        #expect(Chromium.message(after: "RESULT ", in: String(log.prefix(40))) == nil)
    }

    @Test("the browser's result becomes observations")
    func browser() throws {
        let observations = try BrowserAxis.observations("6 none", .sse)

        #expect(observations.map(\.kind) == [.bad, .bad])
        #expect(observations[0].text == "6 opened")
        #expect(throws: BenchError.self) { try BrowserAxis.observations("nonsense", .sse) }
    }

    @Test("the kernel's counters are found in their places")
    func counters() {
        var info = [UInt8](repeating: 0, count: 232)
        info[5] = 1
        info[128] = 100
        info[140] = 3
        info[200] = 50
        info[136] = 2

        let counters = TCPCounters(info)

        #expect(counters.applicationBytes == 150)
        #expect(counters.wireBytes == 150 + 5 * 52)
    }
}

@Suite("The board of a watched room")
struct WatchBoardTests {
    private func event(_ id: String, _ name: String, _ data: String, _ milliseconds: UInt64) -> StreamLog.Event {
        .init(at: .uptimeNanoseconds(milliseconds * 1_000_000), id: id, name: name, data: data)
    }

    @Test("puts the same event of both transports into one row, with the lateness of each")
    func lateness() {
        var board = WatchBoard([.sse, .websocket], limit: 10)

        board.receive(event("1-1", "remaining-time", "599000", 11_000), over: .sse)
        board.receive(event("1-1", "remaining-time", "599000", 11_002), over: .websocket)
        board.receive(event("1-2", "remaining-time", "598000", 12_005), over: .sse)

        #expect(board.lines[0] == "9:58")
        #expect(board.lines.count == 6)
        #expect(board.lines[4].contains("+0.00 ms") && board.lines[4].contains("+2.00 ms"))
        #expect(board.lines[5].contains("+5.00 ms") && board.lines[5].contains("—"))
    }

    @Test("does not take a snapshot in the middle of a second for a late tick")
    func snapshot() {
        var board = WatchBoard([.sse, .websocket], limit: 10)

        board.receive(event("1-1", "remaining-time", "599000", 11_000), over: .sse)
        board.receive(event("1-1", "connect", "OK", 11_700), over: .websocket)
        let line = board.receive(event("1-1", "remaining-time", "599000", 11_701), over: .websocket)
        let next = board.receive(event("1-2", "remaining-time", "598000", 12_003), over: .websocket)

        #expect(!line.contains("+70"))
        #expect(next.contains("+3.00 ms"))
    }

    @Test("shows the end of both streams as one event")
    func close() {
        var board = WatchBoard([.sse, .websocket], limit: 10)

        board.receive(event("1-1", "close", "OK", 11_000), over: .sse)
        board.receive(event("", "close", "OK", 11_001), over: .websocket)

        #expect(board.lines.count == 5)
    }
}

@Suite("The probes of idle connections")
struct IdleProbeTests {
    private func judge(_ outcomes: [IdleProbes.Outcome]) throws -> [CheckResult] {
        let url = try #require(URL(string: "http://127.0.0.1"))
        return IdleProbes(DoctorPlan(url: url), .sse).judge(outcomes, expectsHeartbeats: true)
    }

    @Test("tell a connection that died without a word")
    func dead() throws {
        let results = try judge([
            .init(step: 30, fate: .alive, heartbeats: 2), .init(step: 60, fate: .dead, heartbeats: 4),
        ])

        #expect(results[0].evidence == "dead, without being closed, when used again after 60 s")
        #expect(results[0].remedy?.contains("idle_timeout.timeout_seconds") == true)
    }

    @Test("miss heartbeats only when they were due")
    func heartbeats() throws {
        #expect(try judge([.init(step: 60, fate: .alive, heartbeats: 0)])[1].outcome == .found)
        #expect(try judge([.init(step: 20, fate: .alive, heartbeats: 0)])[1].outcome == .unknown)
        #expect(try judge([.init(step: 60, fate: .alive, heartbeats: 4)])[1].outcome == .passed)
    }

    @Test("do not blame the path when the server ends its streams itself")
    func lifetime() throws {
        #expect(try judge([.init(step: 60, fate: .endedOnPurpose, heartbeats: 4)])[0].outcome == .passed)
    }
}
