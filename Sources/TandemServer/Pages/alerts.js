// What reaches somebody who looks elsewhere: the tab's icon, a sound and a notification.
import { root } from "./api.js";
import { attempt, keepSetting, setting } from "./memory.js";
import { text } from "./text.js";

export class Alerts {
    #icon = document.querySelector("link[rel=icon]");
    #shown = "";
    #audio = null;
    #say;

    /** `say` gets the key of a text: why there is no alert of a kind. */
    constructor(sound, notification, say) {
        this.sound = sound;
        this.notification = notification;
        this.#say = say;
        sound.checked = setting("sound", false);
        sound.onchange = () => {
            keepSetting("sound", sound.checked);
            if (sound.checked) this.#chime(0.25);
        };
        // Browsers let a page sound only after the user did something in it.
        if (sound.checked) addEventListener("pointerdown", () => attempt(() => this.#context()), { once: true });
        const isThere = isSecureContext && attempt(() => Notification) !== undefined;
        notification.checked = isThere && setting("notification", false) && Notification.permission === "granted";
        notification.onchange = async () => {
            say("");
            if (notification.checked) {
                const answer = isThere && (await attempt(() => Notification.requestPermission())?.catch?.(() => "denied"));
                notification.checked = (answer || attempt(() => Notification.permission)) === "granted";
                if (!notification.checked) say(isThere ? "notifyDenied" : "notifyMissing");
            }
            keepSetting("notification", notification.checked);
        };
    }

    /** The end of a run, once per browser, however many tabs show the room. */
    ring(code, id, title) {
        const end = `${code} ${id}`;
        if (this.sound.checked) this.#once("sound", end, () => this.#chime(1));
        if (this.notification.checked) {
            const options = { body: text("didStop"), tag: end, icon: new URL("pages/icon.svg", root).href };
            this.#once("notification", end, () => this.#notify(title, options));
        }
    }

    /** Some browsers, those of Android among them, let only a service worker notify. */
    async #notify(title, options) {
        try {
            new Notification(title, options);
        } catch {
            const worker = await attempt(() => navigator.serviceWorker.getRegistration())?.catch(() => undefined);
            if (!worker) return this.#say("notifyFailed");
            await worker.showNotification(title, options).catch(() => this.#say("notifyFailed"));
        }
    }

    /** Tabs hear of the end at the same moment, before what one stores can reach another: a lock decides between them. */
    #once(kind, end, act) {
        const key = `rung.${kind}`;
        if (setting(key, "") === end) return;
        keepSetting(key, end);
        let isDecided = false;
        const decide = (lock) => {
            isDecided = true;
            if (!lock) return;
            act();
            return new Promise((resolve) => setTimeout(resolve, 5_000));
        };
        const locked = attempt(() => navigator.locks.request(`tandem.${key} ${end}`, { ifAvailable: true }, decide));
        // Where there are no locks, or none for this page, it rings for itself.
        Promise.resolve(locked ?? Promise.reject()).catch(() => isDecided || act());
    }

    /** Minutes, or the last minute's seconds, in a ring. */
    showIcon(clock, share, isRunning) {
        const [minutes, seconds] = clock.split(":").slice(-2);
        const number = clock.length > 5 ? "" : minutes === "0" ? seconds : minutes;
        const steps = Math.ceil(share * 40);
        const icon = `${number} ${steps} ${isRunning}`;
        if (icon === this.#shown) return;
        this.#shown = icon;
        const colour = isRunning ? "#1f7a5c" : "#6b7a75";
        const svg =
            `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14" fill="#fff"/>` +
            `<circle cx="16" cy="16" r="14" fill="none" stroke="${colour}" stroke-width="3" pathLength="40" ` +
            `stroke-dasharray="${steps} 40" transform="rotate(-90 16 16)"/><text x="16" y="21.5" text-anchor="middle" ` +
            `font-family="sans-serif" font-weight="700" font-size="15" fill="#17211d">${Number(number) || ""}</text></svg>`;
        this.#icon.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    }

    #context() {
        this.#audio ??= new AudioContext();
        this.#audio.resume().catch(() => {});
        return this.#audio;
    }

    /** Three soft tones, each a third above the one before. */
    #chime(volume) {
        const context = attempt(() => this.#context());
        if (!context) return this.#say("noSound");
        [523.25, 659.25, 783.99].forEach((frequency, i) => {
            const start = context.currentTime + i * 0.22;
            const gain = new GainNode(context, { gain: 0 });
            gain.gain.setValueAtTime(0, start);
            gain.gain.linearRampToValueAtTime(0.3 * volume, start + 0.02);
            gain.gain.exponentialRampToValueAtTime(0.001, start + 1.2);
            const tone = new OscillatorNode(context, { frequency });
            tone.connect(gain).connect(context.destination);
            tone.start(start);
            tone.stop(start + 1.3);
        });
    }
}
