import Foundation
import Testing

/// A page of one site that uses the server of another, and a browser between them that decides.
@Suite("A page of another origin, in Chromium", .serialized, .timeLimit(.minutes(5)))
struct CrossOriginTests {
    /// Does all that the contract has, and keeps what came of each step in `seen`.
    private static let script = """
        window.seen = { streamed: "" };
        const step = (name, result) => result.then(value => { seen[name] = value }, error => { seen[name] = "refused" });
        const call = (method, path, body) => fetch(api + path, {
            method, headers: { "Content-Type": "application/json", "If-Match": "*", "X-Request-Id": "a-1" }, body,
        });
        (async () => {
            await step("post", call("POST", "/rooms", '{"duration":600000}').then(async answer => {
                code = (await answer.json()).code;
                return `${answer.status} ${answer.headers.get("Location") === `/api/${code}`}`;
            }));
            await step("patch", call("PATCH", `/${code}/timer/start`).then(answer => answer.status));
            await step("get", fetch(`${api}/${code}`).then(answer => answer.status));
            await step("tag", fetch(`${site}/pages/style.css`).then(answer => answer.headers.get("ETag")?.length > 2));
            await step("problem", call("PATCH", `/${code}/turn/swap`).then(answer => answer.json()).then(body => body.code));
            await step("stream", fetch(`${api}/${code}/connect`, { headers: { "Last-Event-ID": "0-0" } }).then(
                async answer => {
                    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
                    while (!seen.streamed.includes("data: start")) seen.streamed += (await reader.read()).value;
                    await reader.cancel();
                    return answer.status;
                }));
            await step("eventSource", new Promise((resolve, reject) => {
                const source = new EventSource(`${api}/${code}/connect`);
                source.addEventListener("connect", event => { source.close(); resolve(event.data) });
                source.onerror = reject;
            }));
            await step("webSocket", new Promise((resolve, reject) => {
                const socket = new WebSocket(`${api.replace("http", "ws")}/${code}/connect`, "tandem.v1.json");
                socket.onmessage = message => { socket.close(); resolve(JSON.parse(message.data).event) };
                socket.onerror = reject;
            }));
            await step("delete", call("DELETE", `/${code}`).then(answer => answer.status));
            seen.isOver = true;
        })();
        """

    /// Runs the script in a page at `url` of a site without a policy of its own.
    private func use(_ site: Site, code: String = "", from url: String) async throws -> [String: String] {
        var seen: [String: String] = [:]
        try await Browser.run { browser in
            let page = try await browser.open("\(url)/health/live")
            let place = "var site = '\(site.url)', api = '\(site.url)/api', code = '\(code)';"
            try await page.run("window.eval(`\(place)`); \(Self.script)")
            try await page.wait(for: "seen.isOver", seconds: 60)
            let results = try await page.evaluate("return JSON.stringify(seen)", as: String.self)
            let members = try JSONSerialization.jsonObject(with: Data(results.utf8)) as? [String: Any] ?? [:]
            seen = members.filter { $0.key != "streamed" && $0.key != "isOver" }.mapValues { "\($0)" }
        }
        return seen
    }

    @Test("uses rooms by every method and transport where it is listed, in whatever spelling")
    func listed() async throws {
        try await Site.run { other in
            try await Site.run(more: ["--allowed-origins", "https://a.example, \(other.url.uppercased())"]) { site in
                let seen = try await use(site, from: other.url)

                #expect(
                    seen == [
                        "post": "201 true", "patch": "204", "get": "200", "tag": "1", "problem": "no-names",
                        "stream": "200", "eventSource": "OK", "webSocket": "connect", "delete": "204",
                    ]
                )
            }
        }
    }

    @Test("is refused all of it by its browser where it is not listed")
    func unlisted() async throws {
        try await Site.run { other in
            try await Site.run(more: ["--allowed-origins", other.url]) { site in
                let code = try await site.createRoom()
                let seen = try await use(
                    site,
                    code: code,
                    from: other.url.replacing("127.0.0.1", with: "localhost")
                )

                #expect(seen.count == 9)
                #expect(seen.values.allSatisfy { $0 == "refused" }, "\(seen)")
                let room = try await site.request("GET", "/api/\(code)") as? [String: Any]
                #expect(room?["revision"] as? Int == 0)
            }
        }
    }
}
