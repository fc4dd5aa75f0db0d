import Foundation
import Testing

/// The comparison counts the lines that a page needs on each transport; what it counts has to work.
@Suite("The clients of the comparison, in Chromium", .serialized, .timeLimit(.minutes(5)))
struct CountedClientTests {
    @Test("follow a room, command it, and go on after the server's restart", arguments: ["sse", "websocket"])
    func follow(transport: String) async throws {
        let file = URL(filePath: #filePath).appending(path: "../../../Compare/Clients/\(transport).js")
        let source = try String(contentsOf: file.standardized, encoding: .utf8)
        try await Site.run(keepsRooms: true) { site in
            try await Browser.run { browser in
                let code = try await site.createRoom()
                let page = try await browser.open(site.url)
                try await page.run(
                    """
                    \(source.replacing("export function", with: "function"))
                    window.seen = {}
                    window.room = follow("\(site.url)/api/\(code)", change => Object.assign(seen, change))
                    """
                )
                try await page.wait(for: "seen.remaining === 600000 && seen.offline === false")

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
}
