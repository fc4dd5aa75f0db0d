// One stream of one room, by EventSource or WebSocket: it comes back by itself, resumes by id, and says how it stands.
import { Refusal, base, now, patch, request } from "./api.js";

const names = ["connect", "remaining-time", "timer", "by", "turn", "presence", "close"];
const withoutID = ["presence", "close"];
/** For the first event, for an answer, and for the next tick of a running timer; milliseconds. */
const patience = 5000;
const longestWait = 15000;
const utf8 = new TextEncoder();

class EventStream {
    constructor(path) {
        const source = new EventSource(path);
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
    constructor(path) {
        const url = new URL(path, location.origin);
        url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
        const socket = new WebSocket(url, "tandem.v1.json");
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
    #lastID = "";
    #isRunning = false;
    #replies = new Map();
    #count = 0;
    /** connecting, connected, waiting (until `retryAt`), offline, ended, gone, or misdirected. */
    state = { status: "connecting", transport: "sse", retryAt: 0 };

    /** `transport` is auto, sse or websocket; `onEvent` gets {id, event, data, at, bytes}, `onState` the state. */
    constructor({ code, transport, onEvent, onState }) {
        Object.assign(this, { code, transport, onEvent, onState });
        this.state.transport = transport === "websocket" ? "websocket" : "sse";
        this.#connect();
    }

    close() {
        clearTimeout(this.#timer);
        this.#drop();
    }

    /** Loses the connection as a network does, to see it recover. */
    cut() {
        if (this.state.status === "connected") this.#lost();
    }

    /** Goes on at once where it waits or has ended. */
    retry() {
        if (!["connected", "connecting"].includes(this.state.status)) this.#connect();
    }

    setOnline(isOnline) {
        if (isOnline && this.state.status === "offline") {
            this.#connect();
        } else if (!isOnline && !["ended", "gone", "misdirected"].includes(this.state.status)) {
            this.close();
            this.#tell("offline");
        }
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
        this.close();
        this.#tell("connecting");
        const query = this.#lastID ? `?lastEventId=${this.#lastID}` : "";
        const stream = new (this.state.transport === "sse" ? EventStream : SocketStream)(
            `${base}/${this.code}/connect${query}`,
        );
        stream.onmessage = (message, bytes) => stream === this.#stream && this.#receive(message, bytes);
        stream.onend = () => stream === this.#stream && this.#lost();
        this.#stream = stream;
        this.#timer = setTimeout(() => this.#lost(), patience);
    }

    #drop() {
        const stream = this.#stream;
        this.#stream = null;
        stream?.close();
        for (const ref of [...this.#replies.keys()]) this.#reply(ref, new Refusal("no-answer", "the connection was lost"));
    }

    #receive(message, bytes) {
        const at = now();
        if (message.event === "ack") return this.#reply(message.ref);
        if (message.event === "error") return this.#reply(message.ref, new Refusal(message.code, message.message));
        if (message.id) this.#lastID = message.id;
        if (message.event === "connect") {
            this.#failures = 0;
            this.#isRunning = false;
            this.#tell("connected");
        } else if (message.event === "timer" && message.data !== "update") {
            this.#isRunning = ["running", "start"].includes(message.data);
        } else if (message.event === "close") {
            return this.#closed(message.data);
        }
        clearTimeout(this.#timer);
        if (this.#isRunning) this.#timer = setTimeout(() => this.#lost(), patience);
        this.onEvent({ ...message, at, bytes });
    }

    /** The server ended the stream on purpose. */
    #closed(reason) {
        this.close();
        if (reason === "shutdown") return this.#wait(1000 + Math.random() * 5000);
        if (reason === "lifetime") return this.#connect();
        this.#tell("ended");
        this.#askWhy();
    }

    #lost() {
        const wasConnected = this.state.status === "connected";
        this.close();
        const wait = Math.min(longestWait, 1000 * 2 ** this.#failures) * (0.75 + Math.random() / 4);
        this.#failures += 1;
        this.#wait(wait);
        this.#askWhy(() => {
            // The server is there, and this transport does not get through to it: the other may.
            if (this.transport === "auto" && !wasConnected) {
                this.state.transport = this.state.transport === "sse" ? "websocket" : "sse";
            }
        });
    }

    #wait(time) {
        this.#tell("waiting", { retryAt: now() + time });
        this.#timer = setTimeout(() => this.#connect(), time);
    }

    /** Neither transport says why it was refused; the room itself does. */
    async #askWhy(isThere = () => {}) {
        const { status } = this.state;
        try {
            await request("GET", `/${this.code}`);
            if (this.state.status === status) isThere();
        } catch (refusal) {
            if (this.state.status === "connected") return;
            const final = { 404: "gone", 421: "misdirected" }[refusal.status];
            if (!final) return;
            this.close();
            this.#tell(final);
        }
    }
}
