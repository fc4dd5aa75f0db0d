// The server's HTTP interface.

export const base = globalThis.document
    ? document.querySelector("meta[name=tandem-base]").content
    : new URL(location).searchParams.get("base");

/** What the server, or the way to it, refused: `code` is the contract's. */
export class Refusal extends Error {
    constructor(code, message, status = 0) {
        super(message);
        this.code = code;
        this.status = status;
    }
}

export async function request(method, path, body) {
    let response;
    try {
        response = await fetch(base + path, {
            method,
            headers: body ? { "Content-Type": "application/json" } : {},
            body: body && JSON.stringify(body),
            signal: AbortSignal.timeout(8000),
        });
    } catch {
        throw new Refusal("unreachable", "the server cannot be reached");
    }
    const answer = response.status === 204 ? null : await response.json().catch(() => null);
    if (response.ok) return answer;
    throw new Refusal(answer?.code ?? "unreachable", answer?.detail ?? response.statusText, response.status);
}

/** Commands by name: the same that a WebSocket takes in-band. */
const paths = { start: "/timer/start", pause: "/timer/pause", update: "/timer", swap: "/turn/swap", names: "" };

export const patch = (code, command, members) => request("PATCH", `/${code}${paths[command]}`, members);

/** The wall clock as a monotonic one, comparable between a page and its worker; milliseconds. */
export const now = () => performance.timeOrigin + performance.now();
