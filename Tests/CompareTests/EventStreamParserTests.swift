import Testing

@testable import compare

@Suite("The parser of event streams")
struct EventStreamParserTests {
    private static let table: [(text: String, items: [EventStreamItem])] = [
        ("id: 1-0\nevent: timer\ndata: start\n\n", [.event(id: "1-0", name: "timer", data: "start")]),
        ("data:a\r\ndata: b\r\n\r\n", [.event(id: "", name: "message", data: "a\nb")]),
        ("data: a\rdata: b\r\r", [.event(id: "", name: "message", data: "a\nb")]),
        (":\n\n", [.comment]),
        ("retry: 1000\n\n", [.retry(milliseconds: 1000)]),
        ("retry: soon\n\n", []),
        ("event: nothing\n\n", []),
        (
            "id: 7\ndata: a\n\ndata: b\n\n",
            [.event(id: "7", name: "message", data: "a"), .event(id: "7", name: "message", data: "b")]
        ),
        ("\u{FEFF}data: a\n\n", [.event(id: "", name: "message", data: "a")]),
        ("data\n\n", [.event(id: "", name: "message", data: "")]),
        ("data: unfinished\n", []),
    ]

    @Test("reads what the standard says", arguments: table)
    func items(text: String, items: [EventStreamItem]) {
        var parser = EventStreamParser()

        #expect(parser.read(Array(text.utf8)) == items)
    }

    @Test("does not mind where its pieces begin", arguments: table)
    func pieces(text: String, items: [EventStreamItem]) {
        var parser = EventStreamParser()

        #expect(Array(text.utf8).flatMap { parser.read([$0]) } == items)
    }
}

@Suite("The scanner of the load's streams")
struct EventScannerTests {
    private func scan(_ transport: StreamTransport, _ bytes: [UInt8]) -> (events: [ScannedEvent], pings: Int, used: Int)
    {
        var events: [ScannedEvent] = []
        var pings = 0
        let used = bytes.withUnsafeBytes { pointer in
            EventScanner(transport: transport).scan(pointer) {
                events.append($0)
            } ping: {
                pings += 1
            }
        }
        return (events, pings, used)
    }

    @Test("finds events in chunks and passes over heartbeats")
    func chunks() {
        let text = "27\r\nid: 12-3\nevent: remaining-time\ndata: 1\n\n\r\n3\r\n:\n\n\r\n"

        let result = scan(.sse, Array(text.utf8))

        #expect(result.events == [ScannedEvent(kind: .remainingTime, revision: 12, tick: 3)])
    }

    @Test("leaves the beginning of an event for the next time")
    func partial() {
        let whole = "id: 1-0\nevent: timer\ndata: start\n\n"

        let result = scan(.sse, Array("\(whole)id: 1-1\nevent: rem".utf8))

        #expect(result.events == [ScannedEvent(kind: .timer, revision: 1, tick: 0)])
        #expect(result.used == whole.utf8.count)
    }

    @Test("finds events and pings in frames")
    func frames() {
        let json = #"{"id":"2-5","event":"remaining-time","data":"1"}"#
        let ping: [UInt8] = [0x89, 0]

        let result = scan(.websocket, ping + [0x81, UInt8(json.utf8.count)] + Array(json.utf8) + [0x81])

        #expect(result.events == [ScannedEvent(kind: .remainingTime, revision: 2, tick: 5)])
        #expect(result.pings == 1)
        #expect(result.used == 4 + json.utf8.count)
    }
}
