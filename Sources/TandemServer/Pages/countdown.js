// What a stream's events say of the room, and what remains between two of them.

/** How fast this browser's clock may run, compared with the server's: milliseconds a second. */
const drift = 0.5;
/** A painted time that is this much too low, in ms, was wrong; one that is less so waits until it is right. */
const wrong = 2000;

export class Countdown {
    isRunning = false;
    turn = null;
    presence = null;
    id = null;
    /** What remains while nothing counts down. */
    #remaining = null;
    /** When nothing will remain, by this browser's clock. */
    #endsAt = 0;
    #painted = Infinity;
    /** Since a `timer` event, whose `remaining-time` is still to come. */
    #since = null;
    /** The revision of a `remaining-time` whose `timer` is still to come: a pause. */
    #half = null;
    #timerRevision = null;
    /** From `connect` to `remaining-time`: what was missed. */
    #snapshot = null;
    #isDoubtful = false;

    /** Takes in an event as of the instant `at`. */
    apply({ id, event, data, at }) {
        switch (event) {
            case "connect":
                this.#snapshot = { isResumed: id === this.id && !this.#isBetween, run: null, isMissed: false };
                this.#half = this.#since = null;
                return;
            case "remaining-time":
                this.#remains(Number(data), id, at);
                break;
            case "timer":
                this.#change(data, revisionOf(id), at);
                break;
            case "turn":
                this.turn = JSON.parse(data);
                if (this.turn.turn === 0) this.turn = null;
                break;
            case "presence":
                this.presence = JSON.parse(data);
                return;
            case "by":
                break;
            default:
                return;
        }
        this.id = id;
    }

    /**
     * Takes in a room as the server reports it, to the millisecond, in the answer to a request. Events can only come
     * late; that the end is later than they say, this alone can tell.
     */
    refine({ revision, timer }, sentAt, receivedAt) {
        const isSame = String(revision) === revisionOf(this.id ?? "");
        if (!isSame || timer.state !== "running" || !this.isRunning || this.#isBetween) return;
        const [earliest, latest] = [sentAt + timer.remainingTime, receivedAt + timer.remainingTime];
        this.#endsAt = Math.max(earliest, Math.min(latest, this.#endsAt));
        this.#isDoubtful = false;
    }

    /** This browser's clock may be wrong: the next event says what holds, whatever was thought before. */
    doubt() {
        this.#isDoubtful = true;
        this.#painted = Infinity;
    }

    /** What remains at the instant `now`, in milliseconds; null before the first event. Only commands raise it. */
    remaining(now) {
        const isCounting = this.isRunning && this.#half === null;
        const remaining = isCounting ? Math.max(0, this.#endsAt - now) : this.#remaining;
        if (remaining === null) return null;
        const isRaised = remaining > this.#painted && remaining < this.#painted + wrong;
        if (!isRaised) this.#painted = remaining;
        return this.#painted;
    }

    get #isBetween() {
        return this.#snapshot !== null || this.#since !== null || this.#half !== null;
    }

    #remains(remaining, id, at) {
        const isTick = !id.endsWith("-0");
        if (this.#snapshot) {
            const { isResumed, run, isMissed } = this.#snapshot;
            this.#snapshot = null;
            const isKnown = isResumed && !isMissed;
            // Without a tick it may run all the same: `timer running` follows.
            const isRunning = isTick || (run ?? (isKnown && this.isRunning));
            if (isKnown && isRunning && this.isRunning) this.#tick(remaining, at);
            else this.#set(remaining, at);
            this.isRunning = isRunning;
        } else if (this.#since !== null) {
            this.#set(remaining, Math.min(at, this.#since));
        } else if (!isTick && revisionOf(id) !== this.#timerRevision) {
            this.#half = revisionOf(id);
            this.#remaining = remaining;
        } else if (this.isRunning) {
            this.#tick(remaining, at);
        } else {
            this.#set(remaining, at);
            this.isRunning = isTick;
        }
    }

    #change(change, revision, at) {
        this.#timerRevision = revision;
        const run = { running: true, start: true, pause: false, stop: false }[change];
        if (this.#snapshot) {
            this.#snapshot.isMissed = true;
            this.#snapshot.run = run ?? this.#snapshot.run;
            return;
        }
        const isWhole = this.#half === revision;
        this.#half = null;
        if (change !== "running" && !isWhole) this.#since = at;
        if (isWhole) this.#painted = Infinity;
        if (run === undefined || run === this.isRunning) return;
        if (change === "start") this.#endsAt = at + this.#remaining;
        if (!run && !isWhole) this.#remaining = change === "stop" ? 0 : this.remaining(at);
        this.isRunning = run;
    }

    /** What remains is another than before. */
    #set(remaining, at) {
        this.#remaining = remaining;
        this.#endsAt = at + remaining;
        this.#painted = Infinity;
        this.#since = null;
        this.#isDoubtful = false;
    }

    /** An event can only come late, so of all ticks of a run the earliest end that one of them foretells is the best. */
    #tick(remaining, at) {
        if (this.#isDoubtful) return this.#set(remaining, at);
        this.#remaining = remaining;
        this.#endsAt = Math.min(at + remaining, this.#endsAt + drift);
    }
}

/** In place of a number that may be old. */
export const noTime = "–:––";

/**
 * From when a page is put away until its number is right again. What is painted when it is put away is seen when it
 * comes back, before any script runs.
 */
export class Absence {
    #isFrozen = false;
    #isLeft = false;

    /** `hide` takes the number from the screen; `goOn` is called when a script that was frozen goes on. */
    constructor(hide, goOn) {
        document.addEventListener("freeze", () => {
            this.#isFrozen = true;
            hide();
        });
        // A page that was left may be resumed, too, before it is shown again. Its stream is still to come back.
        document.addEventListener("resume", () => {
            this.#isFrozen = false;
            goOn();
        });
        addEventListener("pagehide", () => {
            this.#isLeft = true;
            hide();
        });
    }

    get isOver() {
        return !this.#isFrozen && !this.#isLeft;
    }

    /** The stream has said what remains. */
    end() {
        this.#isFrozen = this.#isLeft = false;
    }
}

const revisionOf = (id) => id.split("-")[0];

/** `9:05`; whole seconds, rounded up, so that it changes as a tick comes. */
export function clockText(milliseconds) {
    const seconds = Math.ceil(milliseconds / 1000 - 0.01);
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const rest = String(seconds % 60).padStart(2, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
