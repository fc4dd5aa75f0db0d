// What a stream's events say of the room, and what remains between two of them.

export class Countdown {
    isRunning = false;
    turn = null;
    presence = null;
    id = null;
    #remaining = null;
    /** When nothing will remain, by this browser's clock. */
    #endsAt = 0;

    /** Takes in an event as of the instant `at`. */
    apply({ id, event, data, at }) {
        const isFirst = this.isAwaitingSnapshot;
        switch (event) {
            case "connect":
                this.isAwaitingSnapshot = true;
                return;
            case "remaining-time":
                this.isAwaitingSnapshot = false;
                this.#set(Number(data), at, this.isStale || this.#revision !== id.split("-")[0]);
                this.isStale = false;
                // Only a running timer has ticks; without one, `timer running` follows if it runs.
                if (isFirst) this.#run(!id.endsWith("-0"), at);
                break;
            case "timer":
                if (data === "running" || data === "start") this.#run(true, at);
                if (data === "pause" || data === "stop") this.#run(false, at);
                this.isStale = true;
                break;
            case "turn":
                this.turn = JSON.parse(data);
                if (this.turn.turn === 0) this.turn = null;
                break;
            case "presence":
                this.presence = JSON.parse(data);
                return;
        }
        this.id = id;
    }

    /** Takes in a room as the server reports it, to the millisecond: an event may tell of a tick up to 1 s ago. */
    refine({ revision, timer }, at) {
        if (timer.state === "running" && this.isRunning && String(revision) === this.#revision) {
            this.#set(timer.remainingTime, at, false);
        }
    }

    get #revision() {
        return this.id?.split("-")[0];
    }

    /** What remains at the instant `now`, in milliseconds; null before the first event. */
    remaining(now) {
        return this.isRunning ? Math.max(0, this.#endsAt - now) : this.#remaining;
    }

    #run(isRunning, at) {
        if (isRunning === this.isRunning) return;
        this.isRunning = isRunning;
        this.#endsAt = at + this.#remaining;
    }

    /** An event can only come late, so of all ticks of a run the earliest end that one of them foretells is the best. */
    #set(remaining, at, isNew) {
        this.#remaining = remaining;
        const endsAt = at + remaining;
        const isFarOff = Math.abs(endsAt - this.#endsAt) > 1000;
        this.#endsAt = isNew || isFarOff ? endsAt : Math.min(endsAt, this.#endsAt + 0.5);
    }
}

/** `9:05`; whole seconds, rounded up, so that it changes as a tick comes. */
export function clockText(milliseconds) {
    const seconds = Math.ceil(milliseconds / 1000 - 0.01);
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const rest = String(seconds % 60).padStart(2, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
