import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import TandemTesting

/// A headless Chromium, driven by W3C WebDriver over HTTP.
final class Browser: Sendable {
    private let url: String

    private init(url: String) {
        self.url = url
    }

    /// Runs `body` with a browser that is closed afterwards, with all its windows.
    /// - Parameter blocksSiteData: as people set it in its preferences.
    static func run(
        language: String = "en-US",
        dark: Bool = false,
        blocksSiteData: Bool = false,
        body: (Browser) async throws -> Void
    ) async throws {
        // Chromium leaves files behind where temporary ones are. The name of its socket there must not get too long.
        let folder = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let driver = try ServerProcess("env", ["TMPDIR=\(folder.path)", "chromedriver", "--port=\(try freePort())"])
        try await withEnd {
            let url = "http://127.0.0.1:\(try await driver.match(/on port (\d+)\./))/session"
            let session = try await send("POST", url, capabilities(language, dark, blocksSiteData)) as? [String: Any]
            let browser = Browser(url: "\(url)/\(session?["sessionId"] ?? "")")
            try await withEnd {
                try await body(browser)
            } end: {
                _ = try? await browser.command("DELETE", "")
            }
        } end: {
            // Its session is over; and it inherits SIGTERM blocked from the threads of the test.
            await driver.stop(SIGKILL)
        }
    }

    private static func capabilities(_ language: String, _ dark: Bool, _ blocksSiteData: Bool) -> [String: Any] {
        var arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--lang=\(language)", "--accept-lang=\(language)",
        ]
        if dark { arguments.append("--force-dark-mode") }
        var options: [String: Any] = ["args": arguments]
        if blocksSiteData { options["prefs"] = ["profile.default_content_setting_values.cookies": 2] }
        let wanted: [String: Any] = ["goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"]]
        return ["capabilities": ["alwaysMatch": wanted]]
    }

    /// Opens `url` in the window there is, or in a new one.
    func open(_ url: String, width: Int = 1280, height: Int = 860) async throws -> Page {
        let window = try await command("POST", "/window/new", ["type": "window"]) as? [String: Any]
        let page = Page(browser: self, handle: window?["handle"] as? String ?? "")
        try await page.resize(width: width, height: height)
        try await page.go(to: url)
        return page
    }

    /// What the pages wrote to the console as an error since the last call.
    func consoleErrors() async throws -> [String] {
        let entries = try await command("POST", "/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
        return entries.filter { $0["level"] as? String == "SEVERE" }.map { "\($0["message"] ?? "")" }
    }

    @discardableResult
    func command(_ method: String, _ path: String, _ body: [String: Any] = [:]) async throws -> Any {
        try await Self.send(method, url + path, method == "POST" ? body : nil)
    }

    private static func send(_ method: String, _ url: String, _ body: [String: Any]?) async throws -> Any {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        if let body { request.body = .bytes(ByteBuffer(data: try JSONSerialization.data(withJSONObject: body))) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let bytes = Data(buffer: try await response.body.collect(upTo: 1 << 26))
        let answer = try JSONSerialization.jsonObject(with: bytes) as? [String: Any]
        let value = answer?["value"] ?? NSNull()
        guard response.status == .ok else {
            throw BrowserError("\(method) \(url): \((value as? [String: Any])?["message"] ?? value)")
        }
        return value
    }
}

/// Why a browser did not do as told.
struct BrowserError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
