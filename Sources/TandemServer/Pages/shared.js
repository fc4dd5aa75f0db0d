// A tab's end of the stream that it shares with the browser's other tabs, with the same face as a Link of its own.
import { Refusal, base } from "./api.js";
import { Link } from "./link.js";

export function openLink(options) {
    return globalThis.SharedWorker ? new SharedLink(options) : new Link(options);
}

class SharedLink {
    #replies = new Map();
    #count = 0;
    #join;

    constructor({ code, transport, onEvent, onState }) {
        const worker = new SharedWorker(`/pages/worker.js?base=${encodeURIComponent(base)}`, { type: "module" });
        this.#join = { code, transport };
        this.port = worker.port;
        this.port.onmessage = ({ data: { event, state, reply } }) => {
            if (event) onEvent(event);
            if (state) onState(state);
            if (reply) this.#settle(reply);
        };
        this.port.postMessage({ join: this.#join });
        this.alive = setInterval(() => this.port.postMessage({}), 30_000);
        addEventListener("pagehide", this.#leave);
        addEventListener("pageshow", this.#comeBack);
    }

    close() {
        clearInterval(this.alive);
        removeEventListener("pagehide", this.#leave);
        removeEventListener("pageshow", this.#comeBack);
        this.#leave();
    }

    retry() {
        this.port.postMessage({ retry: true });
    }

    setOnline(online) {
        this.port.postMessage({ online });
    }

    command(command, members) {
        const number = ++this.#count;
        this.port.postMessage({ command: { number, command, members } });
        return new Promise((resolve, reject) => this.#replies.set(number, { resolve, reject }));
    }

    #leave = () => this.port.postMessage({ leave: true });

    #comeBack = ({ persisted }) => persisted && this.port.postMessage({ join: this.#join });

    #settle({ number, refusal }) {
        const { resolve, reject } = this.#replies.get(number);
        this.#replies.delete(number);
        if (refusal) reject(new Refusal(refusal.code, refusal.message, refusal.status));
        else resolve();
    }
}
