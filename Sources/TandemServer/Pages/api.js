// The server's HTTP interface, and the clock that all of a page's times are by.

/** Where the pages are, whatever path a proxy before the server has put before theirs. */
export const root = new URL("..", import.meta.url);
const path = globalThis.document
    ? document.querySelector("meta[name=tandem-base]").content
    : new URL(location).searchParams.get("base");
/** Where the rooms are, as an absolute URL without a slash at its end. */
export const base = new URL(`.${path}`, root).href.replace(/\/$/, "");
export const basePath = path;
export const roomPage = (code, page = "") => new URL(`rooms/${code}${page}`, root).href;
/** The code in the address of one of a room's pages. */
export function codeInAddress() {
    const segment = location.pathname.slice(root.pathname.length).split("/")[1];
    try {
        return decodeURIComponent(segment).toUpperCase();
    } catch {
        // Not UTF-8: no room has it, and the server says so.
        return segment.toUpperCase();
    }
}

/** What the server, or the way to it, refused: `code` is the contract's, `retryAfter` in milliseconds. */
export class Refusal extends Error {
    constructor(code, message, status = 0, retryAfter = 0) {
        super(message);
        Object.assign(this, { code, status, retryAfter });
    }

    static async of(response) {
        const problem = await response.json().catch(() => null);
        const retryAfter = Number(response.headers.get("Retry-After")) * 1000 || 0;
        const { status } = response;
        if (problem?.code) return new Refusal(problem.code, problem.detail, status, retryAfter);
        return new Refusal("not-tandem", `HTTP ${status}`, status, retryAfter);
    }
}

/** `fetch` that is over after 8 s, or by `control.abort()`. */
export async function ask(url, options) {
    const control = new AbortController();
    setTimeout(() => control.abort(), 8000);
    try {
        return { response: await fetch(url, { ...options, cache: "no-store", signal: control.signal }), control };
    } catch {
        throw new Refusal("unreachable", "");
    }
}

export async function request(method, path, body, headers = {}) {
    if (body) headers = { ...headers, "Content-Type": "application/json" };
    const { response } = await ask(base + path, { method, headers, body: body && JSON.stringify(body) });
    if (!response.ok) throw await Refusal.of(response);
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => null);
    // What signs people in to a network answers everything with a page of its own.
    if (!answer) throw new Refusal("not-tandem", `HTTP ${response.status}`, response.status);
    return answer;
}

/** The room, and between which two instants it was as the answer says. */
export async function readRoom(code) {
    const sentAt = now();
    const room = await request("GET", `/${code}`);
    return { room, sentAt, receivedAt: now() };
}

/** Commands by name: the same that a WebSocket takes in-band. */
const paths = { start: "/timer/start", pause: "/timer/pause", update: "/timer", swap: "/turn/swap" };

export const patch = (code, command, members) => request("PATCH", `/${code}${paths[command]}`, members);

/** More than this, in ms, between the wall clock and the other is no drift: the machine slept, or the clock was set. */
const jump = 500;
let slept = 0;
let skew = Date.now() - performance.now();
const sleepers = new Set();

/** A monotonic clock that goes on while the machine sleeps, which `performance.now()` often does not; milliseconds. */
export function now() {
    const time = performance.now();
    const gained = Date.now() - time - skew;
    skew += gained;
    if (gained > jump) {
        slept += gained;
        for (const wake of sleepers) queueMicrotask(wake);
    }
    return performance.timeOrigin + time + slept;
}

/** Calls `wake` when `now` has leapt over a sleep, which a clock that was set looks like. */
export const onLeap = (wake) => sleepers.add(wake);
