import Foundation
import Testing

/// The comparison counts the lines that a page needs on each transport; what it counts has to work.
@Suite("The clients of the comparison, in Chromium", .serialized, .timeLimit(.minutes(5)))
struct CountedClientTests {
    private static func source(_ client: String) throws -> String {
        let file = URL(filePath: #filePath).appending(path: "../../../Compare/Clients/\(client).js")
        return try String(contentsOf: file.standardized, encoding: .utf8).replacing("export function", with: "function")
    }

    @Test("follow a room and command it", arguments: ["sse", "sse-unwatched", "websocket", "websocket-unwatched"])
    func follow(client: String) async throws {
        try await Site.run { site in
            try await Browser.run { browser in
                let page = try await Self.open(client, site, browser)

                try await Self.startAndPause(page)
            }
        }
    }

    @Test("go on after the server's restart", arguments: ["sse", "sse-unwatched", "websocket"])
    func restart(client: String) async throws {
        try await Site.run(keepsRooms: true) { site in
            try await Browser.run { browser in
                let page = try await Self.open(client, site, browser)
                try await page.run("room.start()")
                try await page.wait(for: "seen.running && seen.remaining < 600000")

                try await site.restart { try await page.wait(for: "seen.offline") }

                try await page.run("seen.remaining = 600000")
                try await page.wait(for: "!seen.offline && seen.running && seen.remaining < 600000", seconds: 25)
                try await page.run("room.pause()")
                try await page.wait(for: "!seen.running")
                try await page.run("room.pause().catch(refusal => { seen.refusal = refusal.message })")
                try await page.wait(for: "seen.refusal === 'timer-not-running'")
            }
        }
    }

    @Test("notice a silent connection and come back with their last id", arguments: ["sse", "websocket"])
    func watch(client: String) async throws {
        try await Self.rehearse(client) { page in
            try await page.run("opened[0].hear('connect', 'OK', '0-0'); opened[0].hear('timer', 'start', '3-1')")
            try await page.run("advance(34999)")
            try await page.wait(for: "opened.length === 1 && seen.offline === false")
            try await page.run("advance(1)")
            try await page.wait(for: "seen.offline && opened[0].closed")

            try await page.run("advance(1500)")
            try await page.wait(for: "opened.length === 2 && opened[1].url.endsWith('?lastEventId=3-1')")
            // An attempt that gets no answer is given up as well; the next wait is twice as long.
            try await page.run("advance(9999)")
            try await page.wait(for: "!opened[1].closed")
            try await page.run("advance(1 + 3000)")
            try await page.wait(for: "opened[1].closed && opened.length === 3")
        }
    }

    @Test("take the interval of heartbeats from the server", arguments: ["sse", "websocket"])
    func interval(client: String) async throws {
        try await Self.rehearse(client) { page in
            try await page.run("opened[0].hear('connect', 'OK', '0-0'); opened[0].hear('heartbeat', '1000')")

            try await page.run("advance(6999)")
            try await page.wait(for: "seen.offline === false")
            try await page.run("advance(1)")
            try await page.wait(for: "seen.offline")
        }
    }

    @Test("send a command once, although its answer is lost", arguments: ["sse", "websocket"])
    func command(client: String) async throws {
        try await Self.rehearse(client) { page in
            try await page.run("opened[0].hear('connect', 'OK', '0-0')")
            try await page.run("room.start().catch(error => { seen.error = error.message })")
            try await page.wait(for: "sent.length === 1")

            try await page.run("loseAnswers(); advance(40000); opened.at(-1).hear('connect', 'OK', '0-0')")

            try await page.wait(for: "seen.error === 'unanswered' && opened.length > 1 && sent.join() === 'start'")
        }
    }

    @Test("stay away when the room is over", arguments: ["sse", "websocket"])
    func over(client: String) async throws {
        try await Self.rehearse(client) { page in
            try await page.run("opened[0].hear('connect', 'OK', '0-0'); opened[0].hear('close', 'deleted')")
            try await page.run("opened[0].onclose?.(); advance(100000)")

            try await page.wait(for: "opened.length === 1")
        }
    }

    // MARK: Pages

    private static func open(_ client: String, _ site: Site, _ browser: Browser) async throws -> Page {
        let code = try await site.createRoom()
        let page = try await browser.open(site.url)
        try await page.run(
            """
            \(try source(client))
            window.seen = {}
            window.room = follow("\(site.url)/api/\(code)", change => Object.assign(seen, change))
            """
        )
        try await page.wait(for: "seen.remaining === 600000 && seen.offline === false")
        return page
    }

    private static func startAndPause(_ page: Page) async throws {
        try await page.run("room.start()")
        try await page.wait(for: "seen.running && seen.remaining < 600000")
        try await page.run("room.pause()")
        try await page.wait(for: "!seen.running")
    }

    /// Runs a client against a network and a clock that the test moves.
    private static func rehearse(_ client: String, _ body: (Page) async throws -> Void) async throws {
        try await Browser.run { browser in
            let page = try await browser.open("about:blank")
            try await page.run(
                """
                \(stage)
                \(try source(client))
                window.seen = {}
                window.room = follow("http://server/api/ROOM", change => Object.assign(seen, change))
                """
            )
            try await body(page)
        }
    }

    /// A clock, transports and requests in place of the browser's.
    private static let stage = """
        let now = 0, key = 0
        const timers = new Map()
        const setTimeout = (act, delay) => { timers.set(++key, { at: now + delay, act }); return key }
        const clearTimeout = key => timers.delete(key)
        window.advance = time => {
          const end = now + time
          for (;;) {
            const [key, timer] = [...timers].sort((a, b) => a[1].at - b[1].at)[0] ?? []
            if (!timer || timer.at > end) break
            timers.delete(key)
            now = timer.at
            timer.act()
          }
          now = end
        }
        window.opened = []
        window.sent = []
        class EventSource {
          listeners = {}
          constructor(url) { this.url = url; opened.push(this) }
          addEventListener(name, act) { this.listeners[name] = act }
          close() { this.closed = true }
          hear(type, data, lastEventId = "") { this.listeners[type]?.({ type, data, lastEventId }) }
        }
        class WebSocket {
          static OPEN = 1
          readyState = 1
          constructor(url) { this.url = url; opened.push(this) }
          close() { this.closed = true }
          send(text) { sent.push(JSON.parse(text).command) }
          hear(event, data, id) { this.onmessage?.({ data: JSON.stringify({ event, data, id }) }) }
        }
        // Waits are at their longest.
        const Math = { random: () => 1, min: globalThis.Math.min }
        const waiting = []
        window.loseAnswers = () => { for (const reject of waiting) reject(new Error()) }
        const fetch = url => {
          sent.push(url.split("/").at(-1))
          return new Promise((_, reject) => waiting.push(reject))
        }
        const AbortSignal = { timeout: () => null }
        """
}
