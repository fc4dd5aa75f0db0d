// What a browser remembers of its user.

const read = (key, fallback) => {
    try {
        return JSON.parse(localStorage.getItem(`tandem.${key}`)) ?? fallback;
    } catch {
        return fallback;
    }
};
const write = (key, value) => localStorage.setItem(`tandem.${key}`, JSON.stringify(value));

export const recentRooms = () => read("rooms", []);
export const saveRecentRooms = (rooms) => write("rooms", rooms.slice(0, 8));
export const rememberRoom = (code, name) =>
    saveRecentRooms([{ code, name }, ...recentRooms().filter((room) => room.code !== code)]);
export const forgetRoom = (code) => saveRecentRooms(recentRooms().filter((room) => room.code !== code));

export const setting = (name, fallback) => read(name, fallback);
export const keepSetting = write;

/** The names in a text, with commas between them. */
export const peopleIn = (text) => text.split(/[,、，]/).map((name) => name.trim()).filter(Boolean);
