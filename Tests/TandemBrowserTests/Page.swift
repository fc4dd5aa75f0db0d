import Foundation

/// One window of a ``Browser``.
struct Page: Sendable {
    let browser: Browser
    let handle: String

    func go(to url: String) async throws {
        try await focus()
        try await browser.command("POST", "/url", ["url": url])
    }

    func resize(width: Int, height: Int) async throws {
        try await focus()
        try await browser.command("POST", "/window/rect", ["width": width, "height": height])
    }

    /// What the body of a function, `script`, returns in the page.
    func evaluate<Value>(_ script: String, as type: Value.Type = Value.self) async throws -> Value {
        try await focus()
        let value = try await browser.command("POST", "/execute/sync", ["script": script, "args": [] as [Any]])
        guard let value = value as? Value else { throw BrowserError("\(script) is \(value), not \(Value.self)") }
        return value
    }

    /// Runs `script` in the page.
    func run(_ script: String) async throws {
        try await focus()
        try await browser.command("POST", "/execute/sync", ["script": script, "args": [] as [Any]])
    }

    /// Waits until `condition`, an expression, holds in the page.
    func wait(for condition: String, seconds: Double = 20) async throws {
        try await focus()
        let script = """
            const done = arguments[0], end = performance.now() + \(seconds * 1000);
            (function look() {
                let holds = false;
                try { holds = \(condition); } catch {}
                if (holds) done("");
                else if (performance.now() < end) setTimeout(look, 20);
                else done(document.body.innerText);
            })();
            """
        let rest = try await browser.command("POST", "/execute/async", ["script": script, "args": [] as [Any]])
        if let text = rest as? String, text.isEmpty { return }
        throw BrowserError("\(condition) did not come true; the page says: \(rest)")
    }

    func click(_ selector: String) async throws {
        try await run("document.querySelector('\(selector)').click()")
    }

    /// Types as a person does, into whatever has the focus.
    func press(_ key: String) async throws {
        try await focus()
        let actions = [["type": "keyDown", "value": key], ["type": "keyUp", "value": key]]
        let keyboard: [String: Any] = ["type": "key", "id": "keyboard", "actions": actions]
        try await browser.command("POST", "/actions", ["actions": [keyboard]])
    }

    func text(_ selector: String) async throws -> String {
        try await evaluate("return document.querySelector('\(selector)').textContent")
    }

    /// Runs `script` before any of the page's own, from the next page on.
    func prepare(_ script: String) async throws {
        try await focus()
        let command: [String: Any] = ["cmd": "Page.addScriptToEvaluateOnNewDocument", "params": ["source": script]]
        try await browser.command("POST", "/goog/cdp/execute", command)
    }

    /// Takes the network from this window, as far as the browser can, or gives it back.
    func setOffline(_ isOffline: Bool) async throws {
        try await focus()
        let conditions: [String: Any] = [
            "offline": isOffline, "latency": 0, "download_throughput": -1, "upload_throughput": -1,
        ]
        try await browser.command("POST", "/chromium/network_conditions", ["network_conditions": conditions])
    }

    func close() async throws {
        try await focus()
        try await browser.command("DELETE", "/window")
    }

    /// Keeps a picture of the window in `.build/screenshots`.
    func picture(_ name: String) async throws {
        try await focus()
        let image = try await browser.command("GET", "/screenshot") as? String ?? ""
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../.build/screenshots")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(base64Encoded: image)?.write(to: folder.appending(path: "\(name).png"))
    }

    private func focus() async throws {
        try await browser.command("POST", "/window", ["handle": handle])
    }
}
