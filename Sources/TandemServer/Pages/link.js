// One stream of one room, by EventSource or WebSocket: it comes back by itself, resumes by id, and says how it stands.
import { Refusal, ask, base, now, patch, request } from "./api.js";

const names = ["connect", "remaining-time", "timer", "by", "turn", "presence", "heartbeat", "close"];
const withoutID = ["presence", "heartbeat", "close"];
/** For the first event, for an answer, and for the next tick of a running timer; milliseconds. */
const patience = 5000;
/** From one event to the next one, or to a heartbeat, until the server has said its own; milliseconds. */
const usualHeartbeat = 15_000;
const longestWait = 15_000;
/** Requests that find out why there is no stream show, within this time, that the network is there; milliseconds. */
const promptness = 1000;
const over = ["ended", "gone", "misdirected"];
const utf8 = new TextEncoder();

class EventStream {
    constructor(url) {
        const source = new EventSource(url);
        for (const event of names) {
            source.addEventListener(event, ({ data, lastEventId }) => {
                const id = withoutID.includes(event) ? null : lastEventId;
                const length = utf8.encode(`${id ? `id: ${id}\n` : ""}event: ${event}\ndata: ${data}\n\n`).length;
                // Each event is a chunk of its own: its length in hexadecimal, and two line ends.
                this.onmessage({ id, event, data }, length + length.toString(16).length + 4);
            });
        }
        source.onerror = () => this.onend();
        this.close = () => source.close();
    }
}

class SocketStream {
    constructor(url) {
        const socket = new WebSocket(url.replace(/^http/, "ws"), "tandem.v1.json");
        socket.onmessage = ({ data }) => {
            const length = utf8.encode(data).length;
            this.onmessage(JSON.parse(data), length + (length < 126 ? 2 : 4));
        };
        socket.onclose = () => this.onend();
        this.send = (message) => socket.send(JSON.stringify(message));
        this.close = () => socket.close();
    }
}

export class Link {
    #stream = null;
    #timer = 0;
    #failures = 0;
    /** Attempts that came to an end, and the last one whose transport did not get through although requests did. */
    #losses = 0;
    #stuck = null;
    #lastID = "";
    #isRunning = false;
    #isOffline = false;
    #heartbeat = usualHeartbeat;
    /** When the stream last said something, or began. */
    #heard = 0;
    #replies = new Map();
    #count = 0;
    /**
     * connecting, connected, waiting (until `retryAt`), offline, ended, gone, misdirected, or closed. `isBack` once there
     * was a connection; `reason` is the Refusal for which there is none.
     */
    state = { status: "connecting", transport: "sse", retryAt: 0, isBack: false, reason: null };

    /** `transport` is auto, sse or websocket; `onEvent` gets {id, event, data, at, bytes}, `onState` the state. */
    constructor({ code, transport, onEvent, onState }) {
        Object.assign(this, { code, transport, onEvent, onState });
        this.state.transport = transport === "websocket" ? "websocket" : "sse";
        this.#connect();
    }

    close() {
        this.#drop();
        this.state.status = "closed";
    }

    /** Loses the connection as a network does, to see it recover. */
    cut() {
        if (this.state.status === "connected") this.#lost();
    }

    /** Goes on at once where it waits or has ended. */
    retry() {
        if (!["connected", "connecting"].includes(this.state.status)) this.#connect();
    }

    /** The page is looked at again, or the network is back: what waits goes on, and a silent stream is opened anew. */
    check() {
        if (["waiting", "offline"].includes(this.state.status)) this.#connect();
        else if (this.#isSilent) this.#connect();
    }

    setOnline(isOnline) {
        this.#isOffline = !isOnline;
        if (over.includes(this.state.status)) return;
        if (isOnline) this.check();
        else this.#goOffline();
    }

    /** Resolves once the command is carried out; throws a Refusal. In-band on a WebSocket, by PATCH beside SSE. */
    async command(command, members = {}) {
        const { status, transport } = this.state;
        if (transport === "sse" || status !== "connected") return patch(this.code, command, members);
        const ref = String(++this.#count);
        return new Promise((resolve, reject) => {
            const timeout = setTimeout(() => this.#reply(ref, new Refusal("no-answer", "no answer came")), patience);
            this.#replies.set(ref, { resolve, reject, timeout });
            this.#stream.send({ command, ref, ...members });
        });
    }

    #reply(ref, refusal) {
        const reply = this.#replies.get(ref);
        if (!reply) return;
        this.#replies.delete(ref);
        clearTimeout(reply.timeout);
        if (refusal) reply.reject(refusal);
        else reply.resolve();
    }

    #tell(status, more) {
        this.state = { ...this.state, status, retryAt: 0, ...more };
        this.onState(this.state);
    }

    #connect() {
        this.#drop();
        this.#heard = now();
        this.#tell("connecting");
        const query = this.#lastID ? `?lastEventId=${this.#lastID}` : "";
        const Stream = this.state.transport === "sse" ? EventStream : SocketStream;
        try {
            const stream = new Stream(`${base}/${this.code}/connect${query}`);
            stream.onmessage = (message, bytes) => stream === this.#stream && this.#receive(message, bytes);
            stream.onend = () => stream === this.#stream && this.#lost();
            this.#stream = stream;
        } catch {
            return this.#lost();
        }
        this.#watch();
    }

    #drop() {
        clearTimeout(this.#timer);
        const stream = this.#stream;
        this.#stream = null;
        stream?.close();
        for (const ref of [...this.#replies.keys()]) this.#reply(ref, new Refusal("no-answer", "the connection was lost"));
    }

    /** How long the stream may say nothing; milliseconds. */
    get #silence() {
        const isTicking = this.state.status === "connecting" || this.#isRunning;
        return isTicking ? patience : 2 * this.#heartbeat + 5000;
    }

    get #isSilent() {
        return this.#stream !== null && now() - this.#heard >= this.#silence;
    }

    /** A network that vanishes says nothing: what is too long silent is lost. */
    #watch() {
        clearTimeout(this.#timer);
        const rest = this.#heard + this.#silence - now();
        this.#timer = setTimeout(() => (this.#isSilent ? this.#lost() : this.#watch()), Math.max(rest, 0) + 1);
    }

    #receive(message, bytes) {
        const at = now();
        this.#heard = at;
        if (message.event === "ack") return this.#reply(message.ref);
        if (message.event === "error") return this.#reply(message.ref, new Refusal(message.code, message.message));
        if (message.id) this.#lastID = message.id;
        if (message.event === "connect") {
            this.#failures = 0;
            this.#isRunning = false;
            this.#tell("connected", { isBack: true, reason: null });
        } else if (message.event === "timer" && message.data !== "update") {
            this.#isRunning = ["running", "start"].includes(message.data);
        } else if (message.event === "heartbeat") {
            this.#heartbeat = Number(message.data) || usualHeartbeat;
        } else if (message.event === "close") {
            return this.#closed(message.data);
        }
        this.#watch();
        this.onEvent({ ...message, at, bytes });
    }

    /** The server ended the stream on purpose. */
    #closed(reason) {
        if (reason === "lifetime") return this.#connect();
        if (!["OK", "deleted", "shutdown"].includes(reason)) return this.#lost();
        this.#drop();
        if (reason === "shutdown") return this.#wait(1000 + Math.random() * 5000);
        this.#tell("ended");
        this.#askWhy(true);
    }

    #lost() {
        const wasConnected = this.state.status === "connected";
        this.#drop();
        if (this.#isOffline) return this.#goOffline();
        const wait = Math.min(longestWait, 1000 * 2 ** this.#failures) * (0.75 + Math.random() / 4);
        this.#failures += 1;
        this.#losses += 1;
        this.#wait(wait);
        this.#askWhy(wasConnected);
    }

    #wait(time) {
        this.#tell("waiting", { retryAt: now() + time });
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#connect(), time);
    }

    /** Browsers are sometimes wrong about the network, so it is tried all the same. */
    #goOffline() {
        this.#drop();
        this.#tell("offline");
        this.#timer = setTimeout(() => this.#connect(), longestWait);
    }

    /** Neither transport says why it was refused; the room itself does, or an ordinary request for its stream. */
    async #askWhy(wasConnected) {
        const loss = this.#losses;
        const askedAt = now();
        const reason = await this.#reason(wasConnected);
        // In an outage the answers of several attempts overlap: only the newest attempt's says what holds.
        if (loss !== this.#losses) return;
        const isPrompt = now() - askedAt < promptness;
        const { status, transport } = this.state;
        if (!["waiting", "connecting", "ended"].includes(status)) return;
        const isGone = ["room-not-found", "invalid-code"].includes(reason?.code);
        if (isGone || reason?.code === "misdirected-room") {
            this.#drop();
            return this.#tell(isGone ? "gone" : "misdirected", { reason: null });
        }
        if (status === "ended") return;
        // The server is there, and this transport does not get through to it: the other may. Once is not enough, nor is
        // an answer that took long: a network that comes back lets the requests through after the stream was given up.
        const isStuck = !wasConnected && isPrompt && (!reason || reason.code === "no-websocket");
        if (isStuck && this.#stuck === loss - 1 && this.transport === "auto" && status === "waiting") {
            this.state.transport = transport === "sse" ? "websocket" : "sse";
            this.#stuck = null;
        } else if (isStuck) {
            this.#stuck = loss;
        }
        if (status === "waiting" && reason?.retryAfter > this.state.retryAt - now()) {
            this.#wait(reason.retryAfter * (1 + Math.random() / 4));
        }
        this.#tell(this.state.status, { retryAt: this.state.retryAt, reason });
    }

    /** A Refusal, or null where requests find nothing wrong. */
    async #reason(wasConnected) {
        const path = `/${this.code}`;
        const { transport } = this.state;
        try {
            await request("GET", path);
            if (wasConnected) return null;
            const headers = { Accept: "text/event-stream" };
            const { response, control } = await ask(`${base}${path}/connect`, { headers });
            if (!response.ok) return await Refusal.of(response);
            control.abort();
            if (transport === "sse") return null;
            // A WebSocket needs what a request that changes something needs. This one changes nothing.
            const answer = await request("PATCH", path, {}).catch((refusal) => refusal);
            return answer?.code === "origin-not-allowed" ? answer : new Refusal("no-websocket", "");
        } catch (refusal) {
            return refusal;
        }
    }
}
