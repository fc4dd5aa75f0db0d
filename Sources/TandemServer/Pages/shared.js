// A tab's end of the stream that it shares with the browser's other tabs, with the same face as a Link of its own. Where
// there is no worker for it, or none that answers, it is a Link of its own.
import { Refusal, basePath, now, patch, root } from "./api.js";
import { Link } from "./link.js";
import { attempt } from "./memory.js";

/** For the worker's first word, and for its answer to a command; milliseconds. */
const patience = 10_000;
/** From one sign of life to the next; milliseconds. */
const period = 15_000;

export class SharedLink {
    #options;
    #port = null;
    #own = null;
    #replies = new Map();
    #count = 0;
    #alive = 0;
    #asked = 0;
    #heard = 0;

    constructor(options) {
        this.#options = options;
        addEventListener("pagehide", this.#leave);
        addEventListener("pageshow", this.#comeBack);
        this.#join();
    }

    close() {
        removeEventListener("pagehide", this.#leave);
        removeEventListener("pageshow", this.#comeBack);
        this.#leave();
    }

    retry() {
        if (this.#own) this.#own.retry();
        else this.#port?.postMessage({ retry: true });
    }

    check() {
        if (this.#own) this.#own.check();
        else this.#port?.postMessage({ check: true });
    }

    setOnline(online) {
        if (this.#own) this.#own.setOnline(online);
        else this.#port?.postMessage({ online });
    }

    async command(command, members) {
        if (this.#own) return this.#own.command(command, members);
        if (!this.#port) return patch(this.#options.code, command, members);
        const number = ++this.#count;
        return new Promise((resolve, reject) => {
            this.#replies.set(number, { resolve, reject });
            this.#port.postMessage({ command: { number, command, members } });
            setTimeout(() => this.#settle({ number, refusal: { code: "no-answer", message: "no answer" } }), patience);
        });
    }

    #join() {
        const worker = attempt(
            () =>
                // The name changes with what the two say to each other: a worker of an older page may be about.
                new SharedWorker(new URL(`pages/worker.js?base=${encodeURIComponent(basePath)}`, root), {
                    type: "module",
                    name: "tandem-2",
                }),
        );
        if (!worker) return this.#goAlone();
        const port = worker.port;
        worker.onerror = () => port === this.#port && this.#goAlone();
        port.onmessage = ({ data }) => port === this.#port && this.#receive(data);
        this.#port = port;
        this.#heard = 0;
        port.postMessage({ join: { code: this.#options.code, transport: this.#options.transport } });
        // A page that comes back has missed what happened to the network, and the worker may have heard it from others.
        port.postMessage({ online: navigator.onLine });
        this.#ask();
        this.#alive = setInterval(() => this.#ask(), period);
        setTimeout(() => port === this.#port && this.#heard === 0 && this.#goAlone(), patience);
    }

    /** Workers die without a word, too. One that is asked twice, and in all the time between says nothing, is dead. */
    #ask() {
        const time = now();
        const isLate = time - this.#asked > 2 * period;
        if (this.#asked > this.#heard && this.#heard > 0 && !isLate) return this.#goAlone();
        this.#asked = time;
        this.#port.postMessage({ ping: true });
    }

    #receive({ event, age, state, wait, reply, sent }) {
        this.#heard = now();
        // Only the wall clock is the same in both; what it says of the way here is all that is used.
        const at = this.#heard - Math.max(0, Date.now() - sent);
        if (event) this.#options.onEvent({ ...event, at: at - age });
        if (state) this.#options.onState({ ...state, retryAt: at + wait });
        if (reply) this.#settle(reply);
    }

    #goAlone() {
        this.#leave();
        this.#own = new Link(this.#options);
        this.#own.setOnline(navigator.onLine);
    }

    #leave = () => {
        clearInterval(this.#alive);
        attempt(() => this.#port?.postMessage({ leave: true }));
        this.#port = null;
        this.#own?.close();
        this.#own = null;
        for (const number of [...this.#replies.keys()]) {
            this.#settle({ number, refusal: { code: "no-answer", message: "no answer" } });
        }
    };

    #comeBack = ({ persisted }) => persisted && this.#join();

    #settle({ number, refusal }) {
        const reply = this.#replies.get(number);
        if (!reply) return;
        this.#replies.delete(number);
        if (refusal) reply.reject(new Refusal(refusal.code, refusal.message, refusal.status));
        else reply.resolve();
    }
}
