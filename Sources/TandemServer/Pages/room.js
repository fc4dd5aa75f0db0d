// A room's page: it shows what the events say, and never what a click hopes for.
import { codeInAddress, now, onLeap, readRoom, request, roomPage } from "./api.js";
import { Alerts } from "./alerts.js";
import { Absence, Countdown, clockText, noTime } from "./countdown.js";
import { forgetRoom, keepSetting, keeps, rememberRoom, setting } from "./memory.js";
import { qr } from "./qr.js";
import { peopleIn, timeIn } from "./read.js";
import { SharedLink } from "./shared.js";
import { explain, explainFully, isolated, nameNode, speak, text, textWithNames } from "./text.js";

const code = codeInAddress();
const $ = (id) => document.getElementById(id);
const countdown = new Countdown();
const alerts = new Alerts($("sound"), $("notification"), (key) => ($("alert").textContent = text(key)));
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
    if (remaining !== null && absence.isOver) {
        const clock = clockText(remaining);
        show($("time"), clock);
        $("time").classList.toggle("long", clock.length > 5);
        const share = duration ? Math.min(1, remaining / duration) : 1;
        $("progress").style.strokeDashoffset = 1 - share;
        document.title = `${clock} · ${title()}`;
        alerts.showIcon(clock, share, countdown.isRunning);
    }
}

function hideTime() {
    show($("time"), noTime);
    document.title = title();
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
    const isBack = state.status === "connecting" && state.isBack;
    show($("status"), text(isBack ? "reconnecting" : state.status, { transport, n }));
    show($("why"), state.reason ? explainFully(state.reason) : "");
    $("again").hidden = !["ended", "waiting", "offline"].includes(state.status);
    $("gone").hidden = !isOver();
    document.body.classList.toggle("over", isOver());
    if (isOver()) show($("gone-why"), text(state.status));
    if (state.status === "gone") forgetRoom(code);
}

let ticked = now();

/** The wait for a reconnect counts down once a second, the clock ten times. */
function tick() {
    const time = now();
    if (time - ticked > 3000) wake();
    ticked = time;
    if (countdown.isRunning) showTime();
    if (state.status === "waiting") showLink();
}

/** The page is looked at again, or its script goes on after it stood still. */
function wake() {
    link.check();
    showTime();
}

const absence = new Absence(hideTime, wake);

// Following

let note = null;
/** Who asked for which transition: its `by` comes before or behind what it did. */
let author = { id: null, name: null };
/** The id of all that a stream begins with, "" until it is known. Of that, the room itself tells more. */
let beginning = "";

/** Tells of a transition, a moment later: somebody's name may still come with it. */
function tell(key, id) {
    clearTimeout(note?.timer);
    const mine = { key, id };
    mine.timer = setTimeout(() => {
        const by = author.id === id && key !== "didStop" ? author.name : null;
        const words = () => (by ? [nameNode(by), `: ${text(key)}`] : [text(key)]);
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
    if (name === "connect") beginning = "";
    if (name === "remaining-time") {
        absence.end();
        beginning ||= id;
    }
    if (name === "turn" && beginning && id !== beginning && !isListed(countdown.turn)) refresh();
    if (name === "timer" && data !== "running") {
        tell({ start: "didStart", pause: "didPause", update: "didUpdate", stop: "didStop" }[data], id);
        if (data === "update") refresh();
        if (data === "stop") alerts.ring(code, id, title());
    } else if (name === "by") {
        author = { id, name: data };
    } else if (name === "turn" && note?.id !== id && hadTurn && hadTurn.turn !== countdown.turn?.turn) {
        tell(countdown.turn?.turn > 1 ? "didSwap" : "didNames", id);
    } else if (name === "connect") {
        refresh();
    }
    showState();
}

/** Whether the list of people that the page has is that of `turn`; turn 1 begins with a list that may be new. */
function isListed(turn) {
    const names = room?.names ?? [];
    if (!turn) return names.length === 0;
    const of = (n) => names[n % names.length];
    return turn.turn > 1 && of(turn.turn - 1) === turn.driver && of(turn.turn) === turn.navigator;
}

let asked = 0;
let answered = 0;

/** What no event says: the room's name, its duration and its people. Throws a Refusal. */
async function read() {
    const number = ++asked;
    const answer = await readRoom(code);
    countdown.refine(answer.room, answer.sentAt, answer.receivedAt);
    if (number < answered) return;
    answered = number;
    room = answer.room;
    duration = room.timer.duration;
    rememberRoom(code, room.name);
    showPeople();
    showState();
}

const refresh = () => read().catch(() => {});

function connect() {
    link?.close();
    link = new SharedLink({
        code,
        transport: setting("transport", "auto"),
        onEvent: follow,
        onState: (newState) => {
            state = newState;
            showLink();
            if (state.status === "connected" && wasAway) say("");
        },
    });
}

// Asking

let pending = 0;

/** What is said is that the server was not there. */
let wasAway = false;

/** Shows `words`, also to somebody who has scrolled on to a form. */
function say(words) {
    wasAway = false;
    $("error").textContent = words;
    if (words) $("error").scrollIntoView({ block: "nearest" });
}

const by = () => setting("you", "") || undefined;

/** Does `work`, or says why not. */
async function orExplain(work) {
    say("");
    document.body.ariaBusy = ++pending > 0;
    try {
        await work();
    } catch (refusal) {
        say(explain(refusal));
        wasAway = ["unreachable", "no-answer"].includes(refusal.code);
    } finally {
        document.body.ariaBusy = --pending > 0;
    }
}

const ask = (command, members = {}) => orExplain(() => link.command(command, { ...members, by: by() }));
const toggle = () => ask(countdown.isRunning ? "pause" : "start");

function setDuration(value) {
    const duration = timeIn(value);
    if (Number.isNaN(duration)) say(text("badTime", { value }));
    else ask("update", { duration });
}

async function reset() {
    if (countdown.isRunning) await ask("pause");
    await orExplain(async () => {
        if (duration === null) await read();
        await link.command("update", { duration, by: by() });
    });
}

// The turn that the user sees is the one to end: whoever asks twice hands over once.
const swap = () => (countdown.turn ? ask("swap", { turn: countdown.turn.turn }) : say(text("no-names")));

async function fullscreen() {
    try {
        await (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
    } catch {
        say(text("noFullscreen"));
    }
}

$("toggle").onclick = toggle;
$("reset").onclick = reset;
$("swap").onclick = swap;
$("fullscreen").onclick = fullscreen;
$("again").onclick = () => link.retry();
const actions = { Space: toggle, KeyR: reset, KeyS: swap, KeyF: fullscreen };

/** The key by its letter; by its place where the letter is of another script, or is still being composed. */
function keyOf({ key = "", code }) {
    if (/^[\p{Script=Latin}]$/u.test(key)) return `Key${key.toUpperCase()}`;
    if (key === " ") return "Space";
    return /^(\p{L}|Process|Unidentified)$/u.test(key) ? code : "";
}

document.onkeydown = (event) => {
    const key = keyOf(event);
    // What has the focus keeps its own keys: a field all of them, a button or link those that press it.
    if (event.target.closest("input") || (event.target.closest("button, a") && key === "Space")) return;
    if (isOver()) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat || event.isComposing) return;
    const action = actions[key];
    if (!action) return;
    event.preventDefault();
    action();
};

$("duration").onsubmit = (event) => {
    event.preventDefault();
    setDuration($("duration").minutes.value);
};
for (const preset of $("duration").querySelectorAll("[value]")) preset.onclick = () => setDuration(preset.value);

/**
 * The list that was last shown, with the room's revision then: what a save replaces, and nothing else. Before the
 * room's first answer the user sees none.
 */
let listed = { names: [], revision: null, text: "" };
const field = $("people").names;
const isSame = (names, others) => names.join() === others.join();

/** Shows the room's people, unless the user is writing others. */
function showPeople() {
    const { names = [], revision } = room;
    const shown = names.join(", ");
    const isTouched = ![listed.text, shown].includes(field.value);
    if (isTouched && !isSame(listed.names, names)) return;
    if (!isTouched && field.value !== shown) field.value = shown;
    listed = { names, revision, text: isTouched ? listed.text : shown };
}

/** Replaces the list that the user saw. If it is another by now, shows that instead and says so. */
async function savePeople() {
    const written = field.value;
    const names = peopleIn(written);
    if (listed.revision === null) {
        await read();
        // The user has seen no list, and wrote none.
        if (names.length === 0) return;
    }
    if (isSame(names, room.names ?? [])) return;
    while (isSame(listed.names, room.names ?? [])) {
        try {
            await request("PATCH", `/${code}`, { names, by: by() }, { "If-Match": `"${listed.revision}"` });
            listed = { names, revision: listed.revision, text: written };
            return await read();
        } catch (refusal) {
            if (refusal.code !== "precondition-failed") throw refusal;
            // Something has happened in the room; whether to the list, the room says.
            await read();
        }
    }
    const own = field.value;
    listed.text = own;
    showPeople();
    say(text("listChanged", { names: isolated(own) }));
}

$("people").you.value = setting("you", "");
$("people").onsubmit = (event) => {
    event.preventDefault();
    keepSetting("you", $("people").you.value.trim());
    orExplain(savePeople);
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
    const address = roomPage(code);
    let isCopied = true;
    try {
        await navigator.clipboard.writeText(address);
    } catch {
        // Only pages that came over TLS or from this machine may write to the clipboard.
        const field = Object.assign(document.createElement("input"), { value: address });
        document.body.append(field);
        field.select();
        isCopied = document.execCommand("copy");
        field.remove();
    }
    if (!isCopied) return say(text("copyFailed", { address }));
    show($("copy"), text("copied"));
    setTimeout(() => show($("copy"), text("copy")), 2000);
};

function showShare() {
    $("code").textContent = code;
    $("compare").href = roomPage(code, "/compare");
    const grid = qr(roomPage(code));
    if (!grid) return;
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    const dark = grid.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")));
    path.setAttribute("d", dark.join(""));
    $("qr").setAttribute("viewBox", `-4 -4 ${grid.length + 8} ${grid.length + 8}`);
    $("qr").replaceChildren(path);
}

addEventListener("online", () => link.setOnline(true));
addEventListener("offline", () => link.setOnline(false));
onLeap(() => {
    // The machine slept, or its clock was set; the server knows which.
    countdown.doubt();
    refresh();
    wake();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
$("kept").hidden = keeps;
/** For the console, and for the tests in a browser. */
globalThis.tandem = { countdown, now, get state() { return state; } };

speak(() => {
    showState();
    showLink();
});
showShare();
connect();
setInterval(tick, 100);
