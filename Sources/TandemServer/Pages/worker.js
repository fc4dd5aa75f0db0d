// One stream per browser, room and transport, shared by all tabs: a browser has six connections per server over
// HTTP/1.1, and every EventSource of its own would take one of them for good.
import { Link } from "./link.js";

/** Tabs that crash say nothing; one that was not heard for this long counts no more. A hidden tab wakes every minute. */
const silence = 180_000;
const streams = new Map();

class SharedStream {
    tabs = new Map();
    #latest = new Map();
    #isRunning = false;

    constructor(code, transport) {
        this.link = new Link({
            code,
            transport,
            onEvent: (event) => this.#remember(event),
            onState: (state) => this.#send({ state }),
        });
    }

    add(tab) {
        const isNew = !this.tabs.has(tab);
        this.tabs.set(tab, performance.now());
        if (!isNew) return;
        tab.postMessage({ state: this.link.state });
        for (const event of this.#latest.values()) {
            if (event.event !== "timer") tab.postMessage({ event });
            else if (this.#isRunning) tab.postMessage({ event: { ...event, data: "running" } });
        }
    }

    #remember(event) {
        if (event.event === "connect") {
            this.#latest.clear();
            this.#isRunning = false;
        }
        if (event.event === "timer" && event.data !== "update") {
            this.#isRunning = ["running", "start"].includes(event.data);
        }
        // Kept in the order of a snapshot: connect, remaining-time, timer, and so on, as they first came.
        if (event.event !== "by") this.#latest.set(event.event, event);
        this.#send({ event });
    }

    #send(message) {
        for (const tab of this.tabs.keys()) tab.postMessage(message);
    }
}

self.onconnect = ({ ports: [tab] }) => {
    let key;
    const leave = () => {
        const stream = streams.get(key);
        stream?.tabs.delete(tab);
        if (stream?.tabs.size === 0) {
            stream.link.close();
            streams.delete(key);
        }
    };
    tab.onmessage = async ({ data }) => {
        if (data.leave) return leave();
        if (data.join) {
            leave();
            key = `${data.join.code} ${data.join.transport}`;
        }
        if (!streams.has(key)) streams.set(key, new SharedStream(...key.split(" ")));
        const stream = streams.get(key);
        stream.add(tab);
        if (data.retry) stream.link.retry();
        if ("online" in data) stream.link.setOnline(data.online);
        if (data.command) {
            const { number, command, members } = data.command;
            const reply = { number };
            try {
                await stream.link.command(command, members);
            } catch ({ code, message, status }) {
                reply.refusal = { code, message, status };
            }
            tab.postMessage({ reply });
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
