// What a browser remembers of its user: where it may not, for as long as the page is open.

/** What `get` returns; undefined where a browser denies even the look, as it does where site data is blocked. */
export function attempt(get) {
    try {
        return get() ?? undefined;
    } catch {
        return undefined;
    }
}

const unkept = new Map();

function read(key, fallback) {
    if (unkept.has(key)) return unkept.get(key);
    return attempt(() => JSON.parse(localStorage.getItem(`tandem.${key}`))) ?? fallback;
}

function write(key, value) {
    try {
        localStorage.setItem(`tandem.${key}`, JSON.stringify(value));
        unkept.delete(key);
    } catch {
        unkept.set(key, value);
    }
}

/** Whether what is written will be there the next time. */
export const keeps = attempt(() => localStorage.setItem("tandem.kept", "1") ?? true) ?? false;

export function recentRooms() {
    const rooms = read("rooms", []);
    return Array.isArray(rooms) ? rooms : [];
}
export const saveRecentRooms = (rooms) => write("rooms", rooms.slice(0, 8));
export const rememberRoom = (code, name) =>
    saveRecentRooms([{ code, name }, ...recentRooms().filter((room) => room.code !== code)]);
export const forgetRoom = (code) => saveRecentRooms(recentRooms().filter((room) => room.code !== code));

export const setting = read;
export const keepSetting = write;
