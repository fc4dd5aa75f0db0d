// Two screens of one room, one by SSE and one by WebSocket, each with what it costs and how it recovers.
import { codeInAddress, now, onLeap, readRoom, roomPage } from "./api.js";
import { Absence, Countdown, clockText, noTime } from "./countdown.js";
import { Link } from "./link.js";
import { explain, explainFully, isolated, speak, text } from "./text.js";

const code = codeInAddress();
const error = document.querySelector("#error");
const logLength = 200;

class Screen {
    countdown = new Countdown();
    absence = new Absence(() => this.hideTime(), () => this.wake());
    events = 0;
    bytes = 0;
    cuts = 0;
    lateness = [];
    isSnapshot = false;
    state = { status: "connecting" };

    constructor(transport, title) {
        this.title = title;
        const section = document.querySelector("template").content.firstElementChild.cloneNode(true);
        document.querySelector("#screens").append(section);
        this.find = (name) => section.querySelector(name);
        section.dataset.transport = transport;
        this.find("h2").textContent = title;
        this.find(".toggle").onclick = () => this.ask(this.countdown.isRunning ? "pause" : "start");
        this.find(".reset").onclick = () => this.reset();
        this.find(".cut").onclick = () => this.link.cut();
        this.link = new Link({
            code,
            transport,
            onEvent: (event) => this.follow(event),
            onState: (state) => {
                const before = this.state.status;
                if (state.status === "waiting" && before === "connected") this.cuts += 1;
                this.state = state;
                if (state.status !== before) this.log(`· ${this.stateText()}`);
                this.show();
            },
        });
    }

    follow(event) {
        this.measure(event);
        this.countdown.apply(event);
        if (event.event === "remaining-time") this.absence.end();
        if (event.event === "connect") this.refine();
        this.events += 1;
        this.bytes += event.bytes;
        const data = ["by", "turn"].includes(event.event) ? isolated(event.data) : event.data;
        this.log([event.id ?? "–", event.event, data].join(" "));
        this.show();
    }

    /**
     * A tick foretells the ones after it; the quickest one so far says when they should come. What a connection begins
     * with is no tick: the time that remained at the last one.
     */
    measure({ id, event, data, at }) {
        if (event === "connect") this.isSnapshot = true;
        if (event === "timer" && ["running", "start"].includes(data)) this.isSnapshot = false;
        if (event !== "remaining-time" || this.isSnapshot || id.endsWith("-0")) return;
        const end = at + Number(data);
        const run = id.split("-")[0];
        if (run !== this.run) Object.assign(this, { run, ends: [], lateness: [] });
        this.ends = [...this.ends.slice(-999), end];
        const earliest = Math.min(...this.ends);
        this.lateness = this.ends.map((other) => other - earliest).sort((a, b) => a - b);
    }

    log(line) {
        const log = this.find(".log");
        const lines = log.textContent ? log.textContent.split("\n").slice(1 - logLength) : [];
        log.textContent = [...lines, line].join("\n");
        log.scrollTop = log.scrollHeight;
    }

    stateText() {
        const n = Math.max(1, Math.ceil((this.state.retryAt - now()) / 1000));
        const isBack = this.state.status === "connecting" && this.state.isBack;
        return text(isBack ? "reconnecting" : this.state.status, { transport: this.title, n });
    }

    show() {
        const { countdown, lateness } = this;
        const values = {
            ".state": this.stateText(),
            ".why": this.state.reason ? explainFully(this.state.reason) : "",
            ".toggle": text(countdown.isRunning ? "pause" : "start"),
            ".events": String(this.events),
            ".bytes": this.bytes.toLocaleString("en"),
            ".cuts": String(this.cuts),
            ".lateness": lateness.length
                ? `${lateness[lateness.length >> 1].toFixed(1)} / ${lateness.at(-1).toFixed(1)} ms`
                : "–",
        };
        const remaining = countdown.remaining(now());
        if (remaining !== null && this.absence.isOver) values[".time"] = clockText(remaining);
        for (const [name, value] of Object.entries(values)) {
            if (this.find(name).textContent !== value) this.find(name).textContent = value;
        }
        for (const name of [".toggle", ".reset"]) this.find(name).disabled = countdown.id === null;
        this.find(".cut").disabled = this.state.status !== "connected";
        this.find(".state").dataset.status = this.state.status;
        this.find(".state").parentElement.classList.toggle("running", countdown.isRunning);
    }

    hideTime() {
        this.find(".time").textContent = noTime;
    }

    async ask(command, members) {
        error.textContent = "";
        const start = performance.now();
        try {
            await this.link.command(command, members);
            this.find(".round-trip").textContent = `${(performance.now() - start).toFixed(1)} ms`;
        } catch (refusal) {
            error.textContent = `${this.title}: ${explain(refusal)}`;
        }
    }

    async refine() {
        const answer = await readRoom(code).catch(() => null);
        if (answer) this.countdown.refine(answer.room, answer.sentAt, answer.receivedAt);
    }

    async reset() {
        if (this.countdown.isRunning) await this.ask("pause");
        try {
            await this.ask("update", { duration: (await readRoom(code)).room.timer.duration });
        } catch (refusal) {
            error.textContent = explain(refusal);
        }
    }

    /** After a sleep, of the machine or of this page: what the stream says next, holds. */
    wake(isUnsure) {
        if (isUnsure) {
            this.countdown.doubt();
            this.refine();
        }
        this.link.check();
        this.show();
    }
}

const link = document.querySelector("#room");
link.href = roomPage(code);
link.textContent = code;
const screens = [new Screen("sse", "SSE"), new Screen("websocket", "WebSocket")];
/** For the console, and for the tests in a browser. */
globalThis.tandem = { screens, now };
const wake = (isUnsure = false) => screens.forEach((screen) => screen.wake(isUnsure));
onLeap(() => wake(true));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
addEventListener("online", () => wake());
addEventListener("pagehide", () => screens.forEach((screen) => screen.link.close()));
addEventListener("pageshow", ({ persisted }) => persisted && screens.forEach((screen) => screen.link.retry()));
speak(() => screens.forEach((screen) => screen.show()));
setInterval(() => {
    for (const screen of screens) if (screen.countdown.isRunning || screen.state.status === "waiting") screen.show();
}, 100);
