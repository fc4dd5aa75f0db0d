// A room's page: it shows what the events say, and never what a click hopes for.
import { now, request } from "./api.js";
import { Alerts } from "./alerts.js";
import { Countdown, clockText } from "./countdown.js";
import { forgetRoom, keepSetting, peopleIn, rememberRoom, setting } from "./memory.js";
import { qr } from "./qr.js";
import { openLink } from "./shared.js";
import { explain, isolated, nameNode, speak, text, textWithNames } from "./text.js";

const code = location.pathname.split("/")[2].toUpperCase();
const $ = (id) => document.getElementById(id);
const countdown = new Countdown();
const alerts = new Alerts($("sound"), $("notification"));
let room = null;
let duration = null;
let state = { status: "connecting" };
let link;

// Showing

/** Writes only what changed, so that nothing is laid out anew every frame. */
function show(element, value) {
    if (element.textContent !== value) element.textContent = value;
}

/** The room's name where markup is impossible. */
const title = () => (room?.name ? isolated(room.name) : "Tandem");

function showTime() {
    const remaining = countdown.remaining(now());
    if (remaining !== null) {
        const clock = clockText(remaining);
        show($("time"), clock);
        $("time").classList.toggle("long", clock.length > 5);
        const share = duration ? Math.min(1, remaining / duration) : 1;
        $("progress").style.strokeDashoffset = 1 - share;
        document.title = `${clock} · ${title()}`;
        alerts.showIcon(clock, share, countdown.isRunning);
    }
}

function showState() {
    const { isRunning, turn, presence } = countdown;
    document.body.classList.toggle("running", isRunning);
    show($("toggle"), text(isRunning ? "pause" : "start"));
    $("toggle").disabled = $("reset").disabled = countdown.id === null;
    show($("name"), room?.name ?? "");
    $("turn").hidden = !turn;
    if (turn) {
        show($("driver"), turn.driver);
        show($("navigator"), turn.navigator);
        $("turn").title = text("turn", { n: turn.turn });
    }
    if (presence) show($("presence"), text("present", presence));
    showTime();
}

const isOver = () => ["gone", "misdirected"].includes(state.status);

function showLink() {
    $("status").dataset.status = state.status;
    const transport = state.transport === "sse" ? "SSE" : "WebSocket";
    const n = Math.max(1, Math.ceil((state.retryAt - now()) / 1000));
    show($("status"), text(state.status, { transport, n }));
    $("again").hidden = !["ended", "waiting"].includes(state.status);
    $("gone").hidden = !isOver();
    document.body.classList.toggle("over", isOver());
    if (isOver()) show($("gone-why"), text(state.status));
    if (state.status === "gone") forgetRoom(code);
}

/** The wait for a reconnect counts down once a second, the clock ten times. */
function tick() {
    if (countdown.isRunning) showTime();
    if (state.status === "waiting") showLink();
}

// Following

let note = null;

/** Tells of a transition once it is known whether somebody's name comes with it. */
function tell(key, id) {
    clearTimeout(note?.timer);
    const mine = { key, id, by: null };
    mine.timer = setTimeout(() => {
        const words = () => (mine.by && key !== "didStop" ? [nameNode(mine.by), `: ${text(key)}`] : [text(key)]);
        const isNext = ["didStop", "didSwap"].includes(key) && countdown.turn;
        const next = isNext ? [". ", ...textWithNames("next", countdown.turn)] : [];
        $("note").replaceChildren(...words());
        $("announcement").replaceChildren(...words(), ...next);
    }, 40);
    note = mine;
}

function follow(event) {
    const { id, event: name, data } = event;
    const hadTurn = countdown.turn;
    countdown.apply(event);
    if (name === "timer" && data !== "running") {
        tell({ start: "didStart", pause: "didPause", update: "didUpdate", stop: "didStop" }[data], id);
        if (data === "update") refresh();
        if (data === "stop") alerts.ring(code, id, title());
    } else if (name === "by" && note?.id === id) {
        note.by = data;
    } else if (name === "turn" && note?.id !== id && hadTurn && hadTurn.turn !== countdown.turn?.turn) {
        tell(countdown.turn?.turn > 1 ? "didSwap" : "didNames", id);
    } else if (name === "connect") {
        refresh();
    }
    showState();
}

/** What no event says: the room's name, its duration and its people. */
async function refresh() {
    try {
        room = await request("GET", `/${code}`);
        countdown.refine(room, now());
    } catch {
        return;
    }
    duration = room.timer.duration;
    rememberRoom(code, room.name);
    const names = $("people").names;
    if (document.activeElement !== names) names.value = (room.names ?? []).join(", ");
    showState();
}

function connect() {
    link?.close();
    link = openLink({
        code,
        transport: setting("transport", "auto"),
        onEvent: follow,
        onState: (newState) => {
            state = newState;
            showLink();
        },
    });
    if (!navigator.onLine) link.setOnline(false);
}

// Asking

let pending = 0;

async function ask(command, members = {}) {
    $("error").textContent = "";
    const by = setting("you", "") || undefined;
    document.body.ariaBusy = ++pending > 0;
    try {
        await link.command(command, { ...members, by });
    } catch (refusal) {
        $("error").textContent = explain(refusal);
    } finally {
        document.body.ariaBusy = --pending > 0;
    }
}

const toggle = () => ask(countdown.isRunning ? "pause" : "start");
const setDuration = (minutes) => ask("update", { duration: Math.round(minutes * 60_000) });

async function reset() {
    if (countdown.isRunning) await ask("pause");
    await ask("update", { duration });
}

// The turn that the user sees is the one to end: whoever asks twice hands over once.
const swap = () => countdown.turn && ask("swap", { turn: countdown.turn.turn });
const fullscreen = () =>
    document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();

$("toggle").onclick = toggle;
$("reset").onclick = reset;
$("swap").onclick = swap;
$("fullscreen").onclick = fullscreen;
$("again").onclick = () => link.retry();
document.onkeydown = (event) => {
    // What has the focus keeps its own keys: a field all of them, a button or link those that press it.
    if (event.target.closest("input") || (event.target.closest("button, a") && [" ", "Enter"].includes(event.key))) return;
    if (isOver()) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const action = { " ": toggle, r: reset, s: swap, f: fullscreen }[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
};

$("duration").onsubmit = (event) => {
    event.preventDefault();
    setDuration(Number($("duration").minutes.value));
};
for (const preset of $("duration").querySelectorAll("[value]")) preset.onclick = () => setDuration(preset.value);

$("people").you.value = setting("you", "");
$("people").onsubmit = (event) => {
    event.preventDefault();
    keepSetting("you", $("people").you.value.trim());
    const names = peopleIn($("people").names.value);
    if (names.join() !== (room?.names ?? []).join()) ask("names", { names });
};
$("people").you.onchange = () => keepSetting("you", $("people").you.value.trim());

$("transport").onchange = ({ target }) => {
    keepSetting("transport", target.value);
    connect();
};
for (const input of $("transport").querySelectorAll("input")) {
    input.checked = input.value === setting("transport", "auto");
}

$("copy").onclick = async () => {
    const address = location.origin + location.pathname;
    try {
        await navigator.clipboard.writeText(address);
    } catch {
        // Only pages that came over TLS or from this machine may write to the clipboard.
        const field = Object.assign(document.createElement("input"), { value: address });
        document.body.append(field);
        field.select();
        document.execCommand("copy");
        field.remove();
    }
    show($("copy"), text("copied"));
    setTimeout(() => show($("copy"), text("copy")), 2000);
};

function showShare() {
    $("code").textContent = code;
    $("compare").href = `/rooms/${code}/compare`;
    const grid = qr(`${location.origin}/rooms/${code}`);
    if (!grid) return;
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    const dark = grid.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")));
    path.setAttribute("d", dark.join(""));
    $("qr").setAttribute("viewBox", `-4 -4 ${grid.length + 8} ${grid.length + 8}`);
    $("qr").replaceChildren(path);
}

addEventListener("online", () => link.setOnline(true));
addEventListener("offline", () => link.setOnline(false));
/** For the console, and for the tests in a browser. */
globalThis.tandem = { countdown, now, get state() { return state; } };

speak(() => {
    showState();
    showLink();
});
showShare();
connect();
setInterval(tick, 100);
