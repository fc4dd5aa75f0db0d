import Foundation
import Testing

/// What the script of a room's page says of it.
private enum Say {
    static let isRunning = "tandem.countdown.isRunning"
    static let isConnected = "tandem.state.status === 'connected' && tandem.countdown.id !== null"
    /// When nothing will remain, by the clock that all windows share.
    static let end = "tandem.countdown.remaining(tandem.now()) + tandem.now()"

    /// To a tenth of a second, which a page may know only after some ticks.
    static func ends(at end: Double) -> String {
        "Math.abs(\(Self.end) - \(end)) < 100"
    }

    /// - Parameter time: five characters. A busy machine may be too late to see a certain second.
    static func shows(atMost time: String) -> String {
        "document.querySelector('#time').textContent.padStart(5, '0') <= '\(time)'"
    }

    /// Waits until a page shows another second than now.
    static func ticks(_ page: Page) async throws {
        let time = try await page.text("#time")
        try await page.wait(for: "document.querySelector('#time').textContent !== '\(time)'")
    }
}

@Suite("The pages, in Chromium", .serialized, .timeLimit(.minutes(5)))
struct RoomPageTests {
    /// What a reader would take for a jump of the countdown, in ms; a busy machine may deliver a tick a little late.
    private static let jump = 400.0

    private func withSite(
        dark: Bool = false,
        keepsRooms: Bool = false,
        prefix: String? = nil,
        body: (Site, Browser) async throws -> Void
    ) async throws {
        try await Site.run(keepsRooms: keepsRooms, prefix: prefix) { site in
            try await Browser.run(dark: dark) { browser in
                try await body(site, browser)
            }
        }
    }

    /// A window on the room by `transport`, connected.
    /// - Parameter script: what runs in the window before the page's own scripts.
    private func open(
        _ browser: Browser,
        _ site: Site,
        _ code: String,
        _ transport: String,
        before script: String? = nil
    ) async throws -> Page {
        let page = try await browser.open(site.url)
        if let script { try await page.prepare(script) }
        try await page.run("localStorage['tandem.transport'] = '\"\(transport)\"'")
        try await page.go(to: "\(site.url)/rooms/\(code)")
        try await page.wait(for: Say.isConnected)
        return page
    }

    @Test("open a room, run and pause it for two windows on two transports, and let a third join late")
    func twoWindows() async throws {
        try await withSite { site, browser in
            let home = try await browser.open(site.url)
            try await home.picture("home")
            try await home.run(
                """
                document.querySelector('[name=preset][value="10"]').click();
                document.querySelector('[name=names]').value = '사과, 포도';
                document.querySelector('#create button').click();
                """
            )
            try await home.wait(for: "location.pathname.startsWith('/rooms/') && \(Say.isConnected)")
            let code = try await home.evaluate("return location.pathname.split('/')[2]", as: String.self)
            let sse = try await open(browser, site, code, "sse")
            let webSocket = try await open(browser, site, code, "websocket")
            #expect(try await sse.text("#status") == "Connected by SSE")
            #expect(try await webSocket.text("#status") == "Connected by WebSocket")

            try await sse.click("#toggle")
            for page in [sse, webSocket] { try await page.wait(for: Say.isRunning) }
            try await webSocket.wait(for: Say.shows(atMost: "09:58"))
            let end = try await sse.evaluate("return \(Say.end)", as: Double.self)
            try await webSocket.wait(for: Say.ends(at: end))
            #expect(try await sse.text("#toggle") == "Pause")

            let late = try await open(browser, site, code, "sse")
            #expect(try await late.evaluate("return \(Say.isRunning)", as: Bool.self))
            try await late.wait(for: Say.ends(at: end))
            try await late.wait(for: "document.querySelector('#presence').textContent.includes('1 by WebSocket')")
            try await late.picture("room")

            try await webSocket.run("localStorage['tandem.you'] = '\"사과\"'")
            try await webSocket.press(" ")
            for page in [sse, webSocket, late] {
                try await page.wait(for: "!\(Say.isRunning)")
                try await page.wait(for: "document.querySelector('#note').textContent === '사과: paused'")
            }
            let texts = [try await sse.text("#time"), try await webSocket.text("#time"), try await late.text("#time")]
            #expect(Set(texts).count == 1)
            #expect(try await browser.consoleErrors() == [])
        }
    }

    @Test("swap the roles once when a run ends, with three pages open")
    func oneEndIsOneSwap() async throws {
        try await withSite { site, browser in
            let code = try await site.createRoom(#"{"duration":1500,"names":["사과","포도"]}"#)
            var pages: [Page] = []
            for transport in ["sse", "websocket", "auto"] {
                pages.append(try await open(browser, site, code, transport))
            }

            try await pages[0].click("#toggle")

            for page in pages {
                try await page.wait(for: "document.querySelector('#note').textContent === 'Time is up'")
                #expect(try await page.text("#driver") == "포도")
                #expect(try await page.evaluate("return tandem.countdown.turn.turn", as: Int.self) == 2)
                #expect(try await page.text("#toggle") == "Start")
                #expect(try await page.text("#time") == "0:02")
            }
        }
    }

    @Test("show a room in eight tabs of a browser by one stream")
    func eightTabs() async throws {
        try await withSite { site, browser in
            let code = try await site.createRoom()
            var pages: [Page] = []
            for _ in 0..<8 { pages.append(try await open(browser, site, code, "sse")) }

            try await pages[7].press(" ")

            for page in pages { try await page.wait(for: Say.isRunning) }
            let room = try await site.request("GET", "/api/\(code)") as? [String: Any]
            #expect(room?["subscribers"] as? [String: Int] == ["sse": 1, "websocket": 0])
            for page in pages.dropFirst() { try await page.close() }
            try await Say.ticks(pages[0])
        }
    }

    @Test("have a stream each in a browser without shared workers, and agree as well")
    func noSharedWorker() async throws {
        try await withSite { site, browser in
            let code = try await site.createRoom()
            var pages: [Page] = []
            for transport in ["sse", "websocket", "sse"] {
                pages.append(try await open(browser, site, code, transport, before: "delete globalThis.SharedWorker"))
            }

            try await pages[1].press(" ")

            for page in pages { try await page.wait(for: Say.isRunning) }
            let room = try await site.request("GET", "/api/\(code)") as? [String: Any]
            #expect(room?["subscribers"] as? [String: Int] == ["sse": 2, "websocket": 1])
        }
    }

    @Test("sound and notify at the end where that was asked for, once per browser")
    func alerts() async throws {
        let recorder = """
            globalThis.alerts = [];
            globalThis.Notification = class {
                static permission = "granted";
                static requestPermission = async () => "granted";
                constructor(title, { body }) { alerts.push(`${title}: ${body}`); }
            };
            const start = OscillatorNode.prototype.start;
            OscillatorNode.prototype.start = function (...times) {
                alerts.push("tone");
                start.apply(this, times);
            };
            """
        try await withSite { site, browser in
            let code = try await site.createRoom(#"{"duration":1500,"name":"Kim & Park"}"#)
            let silent = try await open(browser, site, code, "sse", before: recorder)
            let pages = [
                try await open(browser, site, code, "sse", before: recorder),
                try await open(browser, site, code, "websocket", before: recorder),
            ]
            try await silent.click("#toggle")
            try await silent.wait(for: "document.querySelector('#note').textContent === 'Time is up'")
            #expect(try await silent.evaluate("return alerts", as: [String].self) == [])
            for page in pages {
                for selector in ["#sound", "#notification"] { try await page.click(selector) }
                try await page.wait(for: "document.querySelector('#notification').checked")
                // The sound is played once, low, when it is asked for.
                try await page.run("alerts.length = 0")
            }

            try await pages[0].click("#toggle")

            for page in pages {
                try await page.wait(for: "tandem.countdown.id === '4-0'")
                // Locks are given in the order of asking, so that who rings is decided when this one is.
                try await page.run("navigator.locks.request('decided', () => { window.isDecided = true })")
                try await page.wait(for: "window.isDecided")
            }
            var alerts: [String] = []
            for page in pages { alerts += try await page.evaluate("return alerts", as: [String].self) }
            #expect(alerts.sorted() == ["tone", "tone", "tone", "\u{2068}Kim & Park\u{2069}: Time is up"])
        }
    }

    @Test(
        "say that they are offline, and go on without a jump when the network is back",
        arguments: ["sse", "websocket"]
    )
    func offline(transport: String) async throws {
        try await withSite { site, browser in
            let page = try await open(browser, site, try await site.createRoom(), transport)
            try await page.click("#toggle")
            try await page.wait(for: Say.shows(atMost: "09:59"))
            let before = try await page.evaluate("return \(Say.end)", as: Double.self)

            try await page.setOffline(true)
            try await page.wait(for: "document.querySelector('#status').textContent.startsWith('Offline')")
            try await Say.ticks(page)
            try await page.setOffline(false)

            try await page.wait(for: Say.isConnected)
            try await Say.ticks(page)
            #expect(abs(try await page.evaluate("return \(Say.end)") - before) < Self.jump)
        }
    }

    @Test(
        "count down to the next try while the server restarts, and go on; or say so if it no longer knows the room",
        arguments: [true, false]
    )
    func restart(keepsRooms: Bool) async throws {
        try await withSite(keepsRooms: keepsRooms) { site, browser in
            let code = try await site.createRoom()
            let pages = [
                try await open(browser, site, code, "sse"), try await open(browser, site, code, "websocket"),
            ]
            try await pages[0].click("#toggle")
            for page in pages { try await page.wait(for: Say.isRunning) }
            let before = try await pages[0].evaluate("return \(Say.end)", as: Double.self)

            try await site.restart {
                for page in pages {
                    try await page.wait(
                        for: "/^Reconnecting in \\d s$/.test(document.querySelector('#status').textContent)"
                    )
                }
                try await pages[1].click("#toggle")
                try await pages[1].wait(for: "document.querySelector('#error').textContent !== ''")
            }

            for page in pages {
                try await page.wait(
                    for: "tandem.state.status !== 'waiting' && tandem.state.status !== 'connecting'",
                    seconds: 20
                )
                if keepsRooms {
                    try await page.wait(for: "\(Say.isConnected) && \(Say.isRunning)")
                    #expect(try await page.text("#error") == "", "what was said of the server is over")
                    #expect(abs(try await page.evaluate("return \(Say.end)") - before) < Self.jump)
                } else {
                    #expect(try await page.text("#gone-why") == "This room is gone: it has expired or was deleted.")
                }
            }
        }
    }

    @Test("explain in words what the server refuses")
    func refusals() async throws {
        try await withSite { site, browser in
            let page = try await open(browser, site, try await site.createRoom(), "websocket")

            try await page.run(
                "const form = document.querySelector('#duration'); form.noValidate = true;"
                    + "form.minutes.value = '2000'; form.requestSubmit()"
            )

            try await page.wait(
                for:
                    "document.querySelector('#error').textContent === 'The time must be more than 0 and at most 24 hours.'"
            )
            let gone = try await browser.open("\(site.url)/rooms/AAAAAAAAAA")
            try await gone.wait(for: "!document.querySelector('#gone').hidden")
            // No text at all in the place of a code.
            let broken = try await browser.open("\(site.url)/rooms/%FF")
            try await broken.wait(for: "!document.querySelector('#gone').hidden")
        }
    }

    @Test("say that their room was deleted", arguments: ["sse", "websocket"])
    func deleted(transport: String) async throws {
        try await withSite { site, browser in
            let code = try await site.createRoom()
            let page = try await open(browser, site, code, transport)

            try await site.request("DELETE", "/api/\(code)")

            try await page.wait(
                for: "document.querySelector('#gone-why').textContent === "
                    + "'This room is gone: it has expired or was deleted.'"
            )
            // Keys do nothing any more.
            try await page.press(" ")
            #expect(try await page.text("#error") == "")
        }
    }

    @Test("are found by a code or by a link to any of a room's pages")
    func join() async throws {
        try await withSite { site, browser in
            let code = try await site.createRoom()
            let rooms = "\(site.url)/rooms/\(code)"
            let home = try await browser.open(site.url)
            for text in [
                code, " \(code.prefix(5).lowercased()) \(code.dropFirst(5)) ", rooms, "\(rooms)/", "\(rooms)/compare",
                "\(rooms)?from=chat#top",
            ] {
                try await home.go(to: site.url)
                let script = """
                    const form = document.querySelector('#join');
                    form.code.value = '\(text)';
                    form.requestSubmit();
                    """
                try await home.run(script)
                try await home.wait(for: "location.pathname === '/rooms/\(code)'")
            }
        }
    }

    @Test("say that a room is another instance's, and offer a new one", arguments: ["sse", "websocket"])
    func misdirected(transport: String) async throws {
        try await withSite(prefix: "IAN") { site, browser in
            let page = try await open(browser, site, try await site.createRoom(), transport)

            try await page.go(to: "\(site.url)/rooms/IBNAAAAAAAAAA")

            try await page.wait(
                for: "document.querySelector('#gone-why').textContent === "
                    + "'This room lives on another instance of the server.'"
            )
            try await page.wait(for: "document.querySelector('#gone a').offsetParent !== null")
            try await page.picture("misdirected-\(transport)")
        }
    }

    @Test("stand side by side on two transports, are cut and recover")
    func compare() async throws {
        try await withSite { site, browser in
            let code = try await site.createRoom()
            let page = try await browser.open("\(site.url)/rooms/\(code)/compare")
            try await page.wait(for: "tandem.screens.every(screen => screen.state.status === 'connected')")

            try await page.click("[data-transport=websocket] .toggle")
            try await page.wait(for: "tandem.screens.every(screen => screen.countdown.isRunning)")
            try await page.wait(
                for: "document.querySelector('[data-transport=websocket] .round-trip').textContent.endsWith(' ms')"
            )
            try await page.wait(for: "tandem.screens.every(screen => screen.lateness.length > 1)")
            try await page.picture("compare")
            // What a connection begins with is not late, and no tick.
            let measured = try await page.evaluate(
                """
                const screen = new tandem.screens[0].constructor("sse", "SSE");
                screen.link.close();
                for (const [id, event, data, at] of [
                    [null, "connect", "OK", 0], ["9-5", "remaining-time", "5000", 900], ["9-5", "timer", "running", 900],
                    ["9-6", "remaining-time", "4000", 1000], ["9-7", "remaining-time", "3000", 2003]
                ]) screen.measure({ id, event, data, at });
                document.querySelector(".screen:last-of-type").remove();
                return screen.lateness
                """,
                as: [Double].self
            )
            #expect(measured == [0, 3])
            for transport in ["sse", "websocket"] { try await page.click("[data-transport=\(transport)] .cut") }

            try await page.wait(
                for: "tandem.screens.every(screen => screen.cuts === 1 && screen.state.status === 'connected')"
            )
            try await page.wait(
                for: "(([one, other]) => Math.abs(one - other) < 100)"
                    + "(tandem.screens.map(screen => screen.countdown.remaining(tandem.now())))"
            )
            // Put away, they show no number that could be old when they come back.
            let hidden = try await page.evaluate(
                """
                dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
                return [...document.querySelectorAll('.time')].map(time => time.textContent)
                """,
                as: [String].self
            )
            #expect(hidden == ["–:––", "–:––"])
            #expect(try await browser.consoleErrors() == [])
        }
    }

    @Test("keep still while the time runs, and fit a phone")
    func layout() async throws {
        try await withSite(dark: true) { site, browser in
            let code = try await site.createRoom(#"{"duration":605000,"name":"Kim & Park","names":["사과","포도"]}"#)
            let page = try await open(browser, site, code, "auto")
            try await page.resize(width: 420, height: 900)
            try await page.run(
                """
                window.shifts = [];
                new PerformanceObserver(list => shifts.push(...list.getEntries())).observe({ type: 'layout-shift' });
                """
            )

            try await page.click("#toggle")
            try await page.wait(for: Say.shows(atMost: "10:02"))

            #expect(try await page.evaluate("return shifts.length", as: Int.self) == 0)
            #expect(
                try await page.evaluate("return document.documentElement.scrollWidth <= innerWidth", as: Bool.self)
            )
            try await page.picture("phone-dark")
        }
    }

    @Test("speak Korean when asked to, and fill a projector")
    func korean() async throws {
        try await withSite { site, browser in
            let code = try await site.createRoom(#"{"duration":1500000,"name":"사과와 포도","names":["사과","포도"]}"#)
            let page = try await open(browser, site, code, "websocket")
            try await page.resize(width: 1920, height: 1080)

            try await page.click("[data-language=ko]")

            #expect(try await page.text("#toggle") == "시작")
            #expect(try await page.text("#status") == "WebSocket 연결됨")
            #expect(try await page.evaluate("return document.documentElement.lang", as: String.self) == "ko")
            try await page.press("s")
            try await page.wait(for: "document.querySelector('#driver').textContent === '포도'")
            try await page.wait(
                for: "document.querySelector('#announcement').textContent === '역할 교대. 드라이버 포도, 내비게이터 사과'"
            )
            try await page.picture("projector-korean")
        }
    }

    /// Rows of a code as numbers in base 36; `zbarimg` reads this one, and others of all ten versions.
    private static let code = """
        8tz6gv 4ic5kx 6hd9wd 6glt25 6gpyzh 4iyqf5 8tz2pr 696o 5nwp45 6swimb 3awail 7f2ibk 5ilayp 7eglhj \
        1igstl 1ymwj4 62uort 3t55xr 7vcyyp a4me8 7gtq7u wgf1 8uchg1 4ioljl 6gidbl 6gky0h 6gxu0n 4ig6j4 8u0os1
        """

    @Test("draw a QR code as ISO/IEC 18004 has it")
    func qr() async throws {
        try await withSite { site, browser in
            let page = try await browser.open(site.url)

            let rows = try await page.evaluate(
                """
                return import('/pages/qr.js').then(({ qr }) => qr('http://127.0.0.1:8080/rooms/ABCDEFGHJK')
                    .map(row => parseInt(row.map(Number).join(''), 2).toString(36)).join(' '))
                """,
                as: String.self
            )

            #expect(rows == Self.code)
        }
    }
}
