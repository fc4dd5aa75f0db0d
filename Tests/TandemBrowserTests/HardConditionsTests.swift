import Foundation
import Testing

@Suite("The pages, where browsers and networks are in their way", .serialized, .timeLimit(.minutes(5)))
struct HardConditionsTests {
    private static let isConnected = "tandem.state.status === 'connected' && tandem.countdown.id !== null"
    /// A page on its own stream, which the clock of a test reaches.
    private static let alone = "delete globalThis.SharedWorker;"

    /// Runs `body` with a page on a room, connected.
    /// - Parameter script: what runs before the page's own scripts.
    private func withPage(
        _ json: String = #"{"duration":600000,"names":["사과","포도"]}"#,
        before script: String = "",
        blocksSiteData: Bool = false,
        more: [String] = [],
        body: (Site, Page, String) async throws -> Void
    ) async throws {
        try await Site.run(more: more) { site in
            try await Browser.run(blocksSiteData: blocksSiteData) { browser in
                let code = try await site.createRoom(json)
                let page = try await browser.open(site.url)
                try await page.prepare(script)
                try await page.go(to: "\(site.url)/rooms/\(code)")
                try await page.wait(for: Self.isConnected)
                try await body(site, page, code)
            }
        }
    }

    private func set(_ names: String, in code: String, _ site: Site) async throws {
        try await site.request("PATCH", "/api/\(code)", #"{"names":\#(names)}"#)
    }

    // MARK: What a browser may deny

    @Test("work where site data is blocked, and say that settings are not kept")
    func blockedSiteData() async throws {
        try await withPage(blocksSiteData: true) { site, page, code in
            #expect(
                try await page.evaluate(
                    "try { return localStorage.length } catch { return 'denied' }",
                    as: String.self
                ) == "denied"
            )
            try await page.run(
                "const form = document.querySelector('#people'); form.you.value = '사과'; form.requestSubmit()"
            )
            try await page.click("#toggle")
            try await page.wait(for: "document.querySelector('#note').textContent === '사과: started'")

            try await page.wait(for: "document.querySelector('#kept').textContent.startsWith('This browser blocks')")
            try await page.run("document.querySelector('#kept').scrollIntoView()")
            try await page.picture("site-data-blocked")
            let home = try await page.browser.open(site.url)
            try await home.wait(for: "document.querySelector('#kept').offsetParent !== null")
            try await home.click("[data-language=ko]")
            #expect(try await home.text("#create button") == "방 열기")
            try await home.click("#create button")
            try await home.wait(for: Self.isConnected)
        }
    }

    /// What each does to the page's own scripts, or to its worker.
    private static let denials = [
        "globalThis.SharedWorker = class { constructor() { throw new DOMException('no', 'SecurityError') } };",
        """
        globalThis.SharedWorker = class {
            port = { postMessage() {} };
            constructor() { setTimeout(() => this.onerror(new Event('error'))) }
        };
        """,
        // A worker that never says a word.
        "globalThis.SharedWorker = class { port = { postMessage() {} } };",
        """
        const deny = (owner, names) => names.forEach(name => Object.defineProperty(owner, name, {
            get() { throw new DOMException(name, 'SecurityError') }
        }));
        deny(globalThis, ['localStorage', 'sessionStorage', 'SharedWorker', 'Notification', 'caches', 'indexedDB']);
        deny(Navigator.prototype, ['locks', 'serviceWorker', 'clipboard']);
        """,
    ]

    @Test("have a stream of their own where no worker gives them one", arguments: denials)
    func denied(script: String) async throws {
        try await withPage(#"{"duration":1500}"#, before: script) { site, page, code in
            try await page.click("#sound")
            try await page.click("#toggle")

            try await page.wait(for: "document.querySelector('#note').textContent === 'Time is up'")
            let room = try await site.request("GET", "/api/\(code)") as? [String: Any]
            #expect(room?["subscribers"] as? [String: Int] == ["sse": 1, "websocket": 0])
            #expect(try await page.browser.consoleErrors() == [])
        }
    }

    @Test("say what the browser does not do for them")
    func unable() async throws {
        let script = """
            globalThis.Notification = class {
                static permission = 'granted';
                static requestPermission = async () => 'granted';
                constructor() { throw new TypeError('Illegal constructor') }
            };
            Element.prototype.requestFullscreen = undefined;
            Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined });
            document.execCommand = () => false;
            """
        try await withPage(#"{"duration":1500}"#, before: script) { _, page, code in
            try await page.click("#fullscreen")
            #expect(try await page.text("#error") == "This browser does not show the page in full screen.")
            try await page.click("#copy")
            try await page.wait(for: "document.querySelector('#error').textContent.endsWith('/rooms/\(code)')")
            #expect(try await page.text("#copy") == "Copy link")
            try await page.press("s")
            try await page.wait(for: "document.querySelector('#error').textContent === 'Name the people first.'")

            try await page.click("#notification")
            try await page.wait(for: "document.querySelector('#notification').checked")
            try await page.click("#toggle")
            try await page.wait(for: "document.querySelector('#alert').textContent.startsWith('The time is up, but')")
        }
    }

    // MARK: Networks

    @Test(
        "notice within two heartbeats and 5 s that the network is silent, and go on when it is back",
        arguments: ["sse", "websocket"]
    )
    func silence(transport: String) async throws {
        try await withPage(before: Self.alone, more: ["--heartbeat", "1"]) { site, page, code in
            try await page.run("localStorage['tandem.transport'] = '\"\(transport)\"'")
            try await page.go(to: "\(site.url)/rooms/\(code)")
            try await page.wait(for: Self.isConnected)
            try await site.silence {
                try await page.wait(
                    for: "document.querySelector('#status').textContent.startsWith('Reconnecting')"
                )
                try await page.picture("reconnecting-\(transport)")
            }
            try await site.request("PATCH", "/api/\(code)/timer/start")

            try await page.wait(for: "\(Self.isConnected) && tandem.countdown.isRunning")
        }
    }

    @Test("keep their transport through a silence in which an attempt fails, and go on when it is over")
    func silenceOnAuto() async throws {
        try await withPage(before: Self.alone, more: ["--heartbeat", "1"]) { site, page, _ in
            #expect(try await page.text("#status") == "Connected by SSE")
            try await site.silence {
                for status in ["waiting", "connecting", "waiting"] {
                    try await page.wait(for: "tandem.state.status === '\(status)'")
                }
            }

            try await page.wait(for: Self.isConnected)
            #expect(try await page.text("#status") == "Connected by SSE")
        }
    }

    @Test("say in words why there is no stream")
    func refused() async throws {
        let script = """
            globalThis.WebSocket = class {
                constructor() { setTimeout(() => this.onclose()) }
                close() {}
            };
            """
        try await withPage(before: Self.alone + script, more: ["--max-streams-per-room", "1"]) { site, page, code in
            let second = try await page.browser.open("\(site.url)/rooms/\(code)")
            try await second.wait(
                for: "/^Too much at once.*\\(.*limit.*\\)$/.test(document.querySelector('#why').textContent)"
            )
            try await second.picture("refused")
            try await second.close()
            try await page.run("localStorage['tandem.transport'] = '\"websocket\"'")
            try await page.go(to: "\(site.url)/rooms/\(code)")
            try await page.wait(for: "document.querySelector('#why').textContent.startsWith('WebSocket does not get')")
        }
    }

    // MARK: The number

    @Test("never count upwards but by a command, however late the ticks and in whichever order the events of a pause")
    func monotone() async throws {
        try await withPage { _, page, _ in
            let texts = try await page.evaluate(
                """
                return import('/pages/countdown.js').then(({ Countdown, clockText }) => {
                    const run = [
                        [0, "0-0", "connect", "OK"], [0, "0-0", "remaining-time", "600000"],
                        [100, "1-0", "timer", "start"], [101, "1-0", "remaining-time", "600000"],
                        [1100, "1-1", "remaining-time", "599000"],
                        // Three seconds in which nothing comes, and then all at once.
                        [4150, "1-2", "remaining-time", "598000"], [4151, "1-3", "remaining-time", "597000"],
                        [4152, "1-4", "remaining-time", "596000"], [5100, "1-5", "remaining-time", "595000"],
                        // The stream is opened anew: what it begins with is up to a second old.
                        [5900, "1-5", "connect", "OK"], [5950, "1-5", "remaining-time", "595000"],
                        [5951, "1-5", "timer", "running"], [6100, "1-6", "remaining-time", "594000"],
                        // A swap is another revision, and the same run.
                        [6200, "2-0", "turn", '{"turn":2,"driver":"a","navigator":"b"}'],
                        [7400, "2-7", "remaining-time", "593000"],
                    ];
                    const pauses = [
                        [[8110, "3-0", "remaining-time", "591995"], [8112, "3-0", "timer", "pause"]],
                        [[8110, "3-0", "timer", "pause"], [8112, "3-0", "remaining-time", "591995"]],
                    ];
                    return pauses.map((pause) => {
                        const countdown = new Countdown();
                        const seen = [];
                        const paint = (at) => {
                            const remaining = countdown.remaining(at);
                            if (remaining !== null && clockText(remaining) !== seen.at(-1)) seen.push(clockText(remaining));
                        };
                        let time = 0;
                        for (const [at, id, event, data] of [...run, ...pause]) {
                            for (; time < at; time += 1) paint(time);
                            countdown.apply({ id, event, data, at });
                            paint(at);
                        }
                        return `${seen.join(" ")} ${countdown.remaining(9999)} ${countdown.isRunning}`;
                    });
                })
                """,
                as: [String].self
            )

            let text = "10:00 9:59 9:58 9:57 9:56 9:55 9:54 9:53 9:52 591995 false"
            #expect(texts == [text, text])
        }
    }

    @Test("show the right number at once after the machine slept, and never the one from before")
    func sleep() async throws {
        try await withPage(before: Self.alone) { _, page, _ in
            try await page.click("#toggle")
            try await page.wait(for: "tandem.countdown.isRunning")

            // The wall clock has gone on by 90 s, and no other.
            try await page.run(
                """
                window.seen = [];
                const time = document.querySelector('#time');
                new MutationObserver(() => seen.push(time.textContent)).observe(time, { childList: true });
                const clock = Date.now.bind(Date);
                Date.now = () => clock() + 90_000;
                """
            )

            // This server did not sleep, so that in the end it is right.
            try await page.wait(for: "seen.length > 2 && \(Self.isConnected)")
            let seen = try await page.evaluate("return seen", as: [String].self)
            #expect(seen[0].hasPrefix("8:2") || seen[0].hasPrefix("8:30"))
            #expect(seen[1].hasPrefix("9:5") || seen[1] == "10:00")
        }
    }

    @Test("show no number when they are put away, and the right one when they come back")
    func backForward() async throws {
        try await withPage { site, page, code in
            let hidden = try await page.evaluate(
                """
                dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
                return document.querySelector('#time').textContent
                """,
                as: String.self
            )
            #expect(hidden == "–:––")
            try await site.request("PATCH", "/api/\(code)/timer", #"{"duration":300000}"#)

            try await page.run(
                """
                window.seen = [];
                const time = document.querySelector('#time');
                new MutationObserver(() => seen.push(time.textContent)).observe(time, { childList: true });
                dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
                """
            )

            try await page.wait(for: "seen.length > 0")
            #expect(try await page.evaluate("return seen[0]", as: String.self) == "5:00")
        }
    }

    @Test("show no old number when they are resumed before they are shown again")
    func resumedFirst() async throws {
        try await withPage { site, page, code in
            let seen = try await page.evaluate(
                """
                const time = document.querySelector('#time');
                const put = (...events) => {
                    for (const name of events) {
                        if (name.startsWith('page')) dispatchEvent(new PageTransitionEvent(name, { persisted: true }));
                        else document.dispatchEvent(new Event(name));
                    }
                    return time.textContent;
                };
                return [put('freeze'), put('resume'), put('pagehide', 'freeze', 'resume')]
                """,
                as: [String].self
            )
            #expect(seen == ["–:––", "10:00", "–:––"])
            try await site.request("PATCH", "/api/\(code)/timer", #"{"duration":300000}"#)

            try await page.run("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

            try await page.wait(for: "document.querySelector('#time').textContent === '5:00'")
        }
    }

    // MARK: People

    /// Holds the page's own look at the room until `release()`.
    private static let held = """
        const send = fetch;
        const answer = new Promise((resolve) => { globalThis.release = resolve });
        globalThis.fetch = async (url, options) => {
            if (options?.method === 'GET') await answer;
            return send(url, options);
        };
        """

    @Test("keep and save the names that somebody writes before the room's first answer")
    func early() async throws {
        try await withPage(#"{"duration":600000,"name":"방"}"#, before: Self.held) { site, page, code in
            let field = "document.querySelector('#people').names.value"
            try await page.run("\(field) = 'a, b'; document.querySelector('#people').requestSubmit()")
            try await page.run("release()")

            try await page.wait(for: "document.querySelector('#driver').textContent === 'a'")
            #expect(try await page.evaluate("return \(field)", as: String.self) == "a, b")
            let room = try await site.request("GET", "/api/\(code)") as? [String: Any]
            #expect(room?["names"] as? [String] == ["a", "b"])
        }
    }

    @Test("do not save over a list that came after somebody began to write")
    func earlyOverOthers() async throws {
        try await withPage(before: Self.held) { site, page, code in
            let field = "document.querySelector('#people').names.value"
            try await page.run("\(field) = 'a, b'; release()")
            try await page.run("document.querySelector('#people').requestSubmit()")

            try await page.wait(for: "document.querySelector('#error').textContent.endsWith('\u{2068}a, b\u{2069}')")
            #expect(try await page.evaluate("return \(field)", as: String.self) == "사과, 포도")
            let room = try await site.request("GET", "/api/\(code)") as? [String: Any]
            #expect(room?["names"] as? [String] == ["사과", "포도"])
        }
    }

    @Test("follow the list of people, and put no old one back")
    func people() async throws {
        try await withPage { site, page, code in
            let field = "document.querySelector('#people').names.value"
            try await page.wait(for: "\(field) === '사과, 포도'")
            try await set(#"["a","b","c"]"#, in: code, site)
            try await page.wait(for: "\(field) === 'a, b, c'")
            // In the midst of writing the text stays, and a save changes nothing.
            try await page.run("\(field) = 'a, b, c, d'")
            try await set(#"["x","y"]"#, in: code, site)
            try await page.wait(for: "document.querySelector('#driver').textContent === 'x'")
            #expect(try await page.evaluate("return \(field)", as: String.self) == "a, b, c, d")

            try await page.run("document.querySelector('#people').requestSubmit()")

            try await page.wait(for: "\(field) === 'x, y'")
            let words = "Somebody else changed the people meanwhile. This is the new list; yours was: "
            #expect(try await page.text("#error") == words + "\u{2068}a, b, c, d\u{2069}")
            try await page.run("document.querySelector('#error').scrollIntoView({ block: 'center' })")
            try await page.picture("list-changed")
            let room = try await site.request("GET", "/api/\(code)") as? [String: Any]
            #expect(room?["names"] as? [String] == ["x", "y"])
            // Once it has been seen, it can be changed.
            try await page.run("\(field) = 'x, y, z'; document.querySelector('#people').requestSubmit()")
            try await page.wait(for: "document.body.ariaBusy === 'false' && \(field) === 'x, y, z'")
            let saved = try await site.request("GET", "/api/\(code)") as? [String: Any]
            #expect(saved?["names"] as? [String] == ["x", "y", "z"])
            #expect(try await page.text("#error") == "")
        }
    }

    /// Somebody's request that arrives right before each of the page's own that changes the list, once.
    private static func before(_ path: String, _ json: String) -> String {
        """
        const send = fetch;
        globalThis.fetch = (url, options) => {
            if (options.method === 'PATCH' && options.headers['If-Match'] && !window.isDone) {
                window.isDone = true;
                const request = new XMLHttpRequest();
                request.open('PATCH', url + '\(path)', false);
                request.setRequestHeader('Content-Type', 'application/json');
                request.send('\(json)');
            }
            return send(url, options);
        };
        """
    }

    @Test("save nothing over a list that changed at the same moment")
    func raced() async throws {
        try await withPage(before: Self.before("", #"{"names":["x","y"]}"#)) { site, page, code in
            let field = "document.querySelector('#people').names.value"
            try await page.wait(for: "\(field) === '사과, 포도'")

            try await page.run("\(field) = 'a, b'; document.querySelector('#people').requestSubmit()")

            try await page.wait(for: "document.querySelector('#error').textContent.startsWith('Somebody else')")
            #expect(try await page.evaluate("return \(field)", as: String.self) == "x, y")
            let room = try await site.request("GET", "/api/\(code)") as? [String: Any]
            #expect(room?["names"] as? [String] == ["x", "y"])
        }
    }

    @Test("save a list although something else happened at the same moment")
    func unrelated() async throws {
        try await withPage(before: Self.before("/timer/start", "{}")) { site, page, code in
            let field = "document.querySelector('#people').names.value"
            try await page.wait(for: "\(field) === '사과, 포도'")

            try await page.run("\(field) = 'a, b'; document.querySelector('#people').requestSubmit()")

            try await page.wait(
                for: "document.querySelector('#driver').textContent === 'a' && tandem.countdown.isRunning"
            )
            #expect(try await page.text("#error") == "")
        }
    }

    // MARK: What people press and write

    @Test("take keys by their place where the letter is not a Latin one")
    func keys() async throws {
        try await withPage { _, page, _ in
            let press = """
                const press = (target, key, code, more) =>
                    target.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, ...more }));
                """
            for (turn, key) in [(2, "ㄴ"), (3, "ы"), (4, "Process"), (5, "S")] {
                try await page.run("\(press) press(document.body, '\(key)', 'KeyS')")
                try await page.wait(for: "tandem.countdown.turn.turn === \(turn)")
            }

            // Another Latin letter at that place, modifiers, a field, and keys that are none.
            try await page.run(
                """
                \(press)
                press(document.body, 'o', 'KeyS');
                for (const key of ['ctrlKey', 'altKey', 'metaKey', 'shiftKey', 'isComposing', 'repeat']) {
                    press(document.body, 'ㄴ', 'KeyS', { [key]: true });
                }
                press(document.querySelector('#people').names, 'ㄴ', 'KeyS');
                press(document.body, 'F5', 'F5');
                press(document.body, undefined, undefined);
                press(document.body, ' ', 'Space');
                """
            )
            try await page.wait(for: "tandem.countdown.isRunning")
            #expect(try await page.evaluate("return tandem.countdown.turn.turn", as: Int.self) == 5)
        }
    }

    @Test("read times as people write them")
    func times() async throws {
        try await withPage { _, page, _ in
            let read = try await page.evaluate(
                """
                const texts = [
                    '12:30', '1:02:03', '90', '12,5', '1h', '45s', '1h 30', '1시간 30분', '１２：３０',
                    '12:75', '1:2:3:4', 'soon', '', '-5', '1e3', '30s 5m'
                ];
                return import('/pages/read.js').then(({ timeIn }) => texts.map(timeIn).join(' '))
                """,
                as: String.self
            )
            #expect(
                read
                    == "750000 3723000 5400000 750000 3600000 45000 5400000 5400000 750000 NaN NaN NaN NaN NaN NaN NaN"
            )
            let form = "const form = document.querySelector('#duration');"
            try await page.run("\(form) form.minutes.value = '12:30'; form.requestSubmit()")
            try await page.wait(for: "document.querySelector('#time').textContent === '12:30'")
            try await page.run("\(form) form.minutes.value = '12:75'; form.requestSubmit()")
            #expect(try await page.text("#error").hasPrefix("“12:75” is no time."))
        }
    }

    @Test("find the code in whatever was pasted")
    func codes() async throws {
        try await withPage { _, page, _ in
            let read = try await page.evaluate(
                """
                const code = 'ABCDEFGHJK';
                const texts = [
                    code, ' abcde fghjk ', `https://other.example/timer/rooms/${code}?from=chat#top`,
                    `<http://h/rooms/${code}>,`, `http://h/rooms/${code}.`, `http://h/api/${code}/connect`, `join ${code}!`,
                    `https://safe.example/?url=https%3A%2F%2Fh%2Frooms%2F${code}%3Fa&data=x`,
                    `https://h/rooms/${code}?${'x=y&'.repeat(3000)}`, '방 코드: ' + code + '입니다'
                ];
                return import('/pages/read.js').then(({ codeIn }) =>
                    texts.map(codeIn).filter((found) => found !== code).length + ' ' + codeIn('http://h/') + codeIn(''))
                """,
                as: String.self
            )
            #expect(read == "0 nullnull")
            #expect(
                try await page.evaluate(
                    "return import('/pages/read.js').then(({ codeIn }) => codeIn('http://h/rooms/ianABCDEFGHJK'))",
                    as: String.self
                ) == "IANABCDEFGHJK"
            )
        }
    }
}
