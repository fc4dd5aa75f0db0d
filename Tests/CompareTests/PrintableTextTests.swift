import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import compare

@Suite("What a peer says is shown and not obeyed")
struct PrintableTextTests {
    @Test(
        "wherever it would move, colour, ring or turn",
        arguments: [
            ("\u{1B}]0;title\u{7}", #"\u{1B}]0;title\u{7}"#), ("\u{9B}31m", #"\u{9B}31m"#),
            ("a\rb\nc\td\u{7F}", #"a\u{D}b\u{A}c\u{9}d\u{7F}"#), ("a\r\nb", #"a\u{D}\u{A}b"#),
            ("\u{202E}gpj.exe\u{2069}\u{61C}", #"\u{202E}gpj.exe\u{2069}\u{61C}"#),
            ("\u{2028}\u{2029}\u{200F}", #"\u{2028}\u{2029}\u{200F}"#),
            ("타이머 — 1’30” ✓ 👩‍💻", "타이머 — 1’30” ✓ 👩‍💻"),
        ]
    )
    func printable(text: String, shown: String) {
        #expect(text.printable == shown)
    }

    private static let nasty = "\u{1B}]0;title\u{7}\u{9B}31m\u{202E}\u{2028}\r\nforged"

    private func isHarmless(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.allSatisfy { $0 == "\n" || !$0.isObeyed } && !text.contains("\nforged")
    }

    @Test("in the doctor's report, as text and as JSON")
    func doctorReport() throws {
        let result = CheckResult.found(.refused, .sse, Self.nasty, Self.nasty)
        let report = DoctorReport(url: "http://example.org/\(Self.nasty)", isTandem: false, results: [result])

        #expect(isHarmless(report.text))
        #expect(isHarmless(try jsonText(report)))
        #expect(try JSONDecoder().decode(DoctorReport.self, from: Data(jsonText(report).utf8)).results == [result])
    }

    @Test("on the board of a watched room")
    func board() {
        var board = WatchBoard([.sse], limit: 10)
        let line = board.receive(.init(at: .now(), id: Self.nasty, name: Self.nasty, data: Self.nasty), over: .sse)
        board.note(Self.nasty, .sse)

        #expect(isHarmless(line))
        for line in board.lines { #expect(isHarmless(line)) }
    }

    @Test("in HTML")
    func html() {
        #expect("<b>\u{9B}\u{202E}\nline".escapedForHTML == "&lt;b&gt;\\u{9B}\\u{202E}\nline")
    }

    @Test("and the board is not upset by numbers that cannot be")
    func numbers() {
        var board = WatchBoard([.sse], limit: 10)
        for data in ["\(Int64.max)", "\(Int64.min)"] {
            board.receive(.init(at: .now(), id: "1-\(Int64.max)", name: "remaining-time", data: data), over: .sse)
            #expect(!board.lines.isEmpty)
        }
        for revision in 0..<1000 {
            board.receive(.init(at: .now(), id: "\(revision)-1", name: "remaining-time", data: "1"), over: .sse)
        }
        #expect(board.lines.count == 14)
    }

    @Test("reaches the report from the wire escaped")
    func wire() async throws {
        let answer: @Sendable (String) -> HostileServer.Answer = { request in
            .bytes(Canned.upgrade(request, ["Sec-WebSocket-Protocol": "\u{9B}31m\u{202E}"]))
        }
        let report = try await HostileServer.run(answer) { server, group in
            try await Doctor(DoctorPlan(url: server.url(scheme: "ws")), on: group).examine()
        }

        #expect(report.text.contains(#"\u{9B}31m\u{202E}"#))
        #expect(isHarmless(report.text))
    }
}

@Suite("A watch", .timeLimit(.minutes(1)))
struct WatchTests {
    @Test("ends with an error where there is no server, also into a pipe")
    func noServer() async throws {
        let port = try LoopbackPort.free()

        let process = try Compare.start(["watch", "AAAAAAAAAA", "--url", "HTTP://127.0.0.1:\(port)"], output: Pipe())

        #expect(await Compare.status(process) == 2)
    }

    @Test("ends with an error where there is no room")
    func noRoom() async throws {
        let status = try await HostileServer.run({ _ in .bytes(Canned.notFound, closes: true) }) { server, _ in
            await Compare.status(try Compare.start(["watch", "AAAAAAAAAA", "--url", "\(server.url())"]))
        }

        #expect(status == 1)
    }

    @Test("gives up a server that sends more than there may be")
    func flood() async throws {
        try await HostileServer.run({ _ in .flood(Canned.stream, Array("data: x\n".utf8)) }) { server, group in
            let watch = RoomWatch(endpoint: try StreamEndpoint(server.url(), .sse), group: group)

            await #expect(throws: StreamViolation.tooLong("an event", StreamLimits.event)) {
                try await watch.run { _ in }
            }
        }
    }

    @Test("comes back with its last id when neither events nor heartbeats come any more")
    func silence() async throws {
        let (requests, asked) = AsyncStream.makeStream(of: String.self)
        let events = "id: 3-1\nevent: remaining-time\ndata: 5\n\nevent: heartbeat\ndata: 100\n\n"
        let answer: @Sendable (String) -> HostileServer.Answer = {
            asked.yield($0)
            return .bytes(Canned.stream + events)
        }
        try await HostileServer.run(answer) { server, group in
            let watch = RoomWatch(
                endpoint: try StreamEndpoint(server.url(), .sse),
                group: group,
                patience: FollowerPatience(heartbeat: 1000, margin: 0.05, firstWait: 0.01)
            )
            let watching = Task { try await watch.run { _ in } }
            var iterator = requests.makeAsyncIterator()
            let first = await iterator.next()
            let second = await iterator.next()
            watching.cancel()
            _ = await watching.result

            #expect(first?.lowercased().contains("last-event-id") == false)
            #expect(second?.lowercased().contains("last-event-id: 3-1\r\n") == true)
        }
    }

    @Test("takes a scheme in upper case")
    func scheme() {
        #expect(StreamURL.parse("HTTPS://Example.org/a", ["http", "https"])?.absoluteString == "https://Example.org/a")
        #expect(StreamURL.parse("ftp://example.org", ["http", "https"]) == nil)
    }
}
