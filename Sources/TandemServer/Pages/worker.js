// One stream per browser, room and transport, shared by all tabs: a browser has six connections per server over
// HTTP/1.1, and every EventSource of its own would take one of them for good.
import { now } from "./api.js";
import { Link } from "./link.js";

/** Tabs that crash say nothing; one that was not heard for this long counts no more. A hidden tab wakes every minute. */
const silence = 180_000;
const streams = new Map();

class SharedStream {
    tabs = new Map();
    #latest = new Map();
    #isRunning = false;
    #id = null;

    constructor(code, transport) {
        this.link = new Link({
            code,
            transport,
            onEvent: (event) => this.#remember(event),
            onState: () => this.#send(this.#state),
        });
    }

    add(tab) {
        const isNew = !this.tabs.has(tab);
        this.tabs.set(tab, performance.now());
        if (!isNew) return;
        send(tab, this.#state);
        for (const { id, ...event } of this.#latest.values()) {
            const newest = { ...event, id: id && this.#id };
            if (event.event !== "timer") send(tab, told(newest));
            else if (this.#isRunning) send(tab, told({ ...newest, data: "running" }));
        }
    }

    get #state() {
        const { reason, ...state } = this.link?.state ?? { status: "connecting", retryAt: 0 };
        // An error loses its members on the way.
        const plain = reason && { ...reason, message: reason.message };
        return { state: { ...state, reason: plain }, wait: state.retryAt - now() };
    }

    #remember(event) {
        if (event.event === "connect") {
            this.#latest.clear();
            this.#isRunning = false;
        }
        if (event.event === "timer" && event.data !== "update") {
            this.#isRunning = ["running", "start"].includes(event.data);
        }
        if (event.id) this.#id = event.id;
        // Kept in the order of a snapshot: connect, remaining-time, timer, and so on, as they first came.
        if (!["by", "heartbeat"].includes(event.event)) this.#latest.set(event.event, event);
        this.#send(told(event));
    }

    #send(message) {
        for (const tab of this.tabs.keys()) send(tab, message);
    }
}

/** Clocks begin anew in every tab; how long ago something was means the same in all. */
const told = (event) => ({ event, age: now() - event.at });
const send = (tab, message) => tab.postMessage({ ...message, sent: Date.now() });

self.onconnect = ({ ports: [tab] }) => {
    let key;
    const leave = () => {
        const stream = streams.get(key);
        stream?.tabs.delete(tab);
        if (stream?.tabs.size === 0) {
            stream.link.close();
            streams.delete(key);
        }
        key = undefined;
    };
    tab.onmessage = async ({ data }) => {
        if (data.leave) return leave();
        if (data.ping) send(tab, {});
        if (data.join) {
            leave();
            key = `${data.join.code} ${data.join.transport}`;
        }
        if (!key) return;
        if (!streams.has(key)) streams.set(key, new SharedStream(...key.split(" ")));
        const stream = streams.get(key);
        stream.add(tab);
        if (data.retry) stream.link.retry();
        if (data.check) stream.link.check();
        if ("online" in data) stream.link.setOnline(data.online);
        if (data.command) {
            const { number, command, members } = data.command;
            const reply = { number };
            try {
                await stream.link.command(command, members);
            } catch ({ code, message, status }) {
                reply.refusal = { code, message, status };
            }
            send(tab, { reply });
        }
    };
};

setInterval(() => {
    for (const [key, stream] of streams) {
        for (const [tab, heard] of stream.tabs) if (performance.now() - heard > silence) stream.tabs.delete(tab);
        if (stream.tabs.size > 0) continue;
        stream.link.close();
        streams.delete(key);
    }
}, silence / 3);
