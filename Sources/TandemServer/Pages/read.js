// What people write or paste: names, times, codes.

/** The names in a text, with commas between them. */
export const peopleIn = (text) => text.split(/[,、，]/).map((name) => name.trim()).filter(Boolean);

const units = [
    [/^(h|hrs?|hours?|시간)$/i, 3_600_000],
    [/^(m|mins?|minutes?|분)$/i, 60_000],
    [/^(s|secs?|seconds?|초)$/i, 1000],
];

/**
 * A time in milliseconds: minutes (`12.5`), `12:30`, `1:02:03`, `90s`, `1h 30`, `1시간 30분`. NaN for anything else,
 * and for nothing.
 */
export function timeIn(text) {
    const plain = text.normalize("NFKC").trim();
    if (/^\d{1,6}(:[0-5]?\d){1,2}$/.test(plain)) {
        return plain.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
    }
    const parts = [...plain.matchAll(/(\d{1,9}(?:[.,]\d{1,9})?)\s*(\p{L}*)\s*/gu)];
    if (parts.length === 0 || parts.map(([part]) => part).join("") !== plain) return NaN;
    let sum = 0;
    // A number without a unit has the one after the last: `1h 30` and `1m 30`; alone, it is minutes.
    let next = 1;
    for (const [i, [, number, unit]] of parts.entries()) {
        const size = unit ? units.findIndex(([name]) => name.test(unit)) : next;
        if (size < 0 || size > 2 || (i > 0 && size < next)) return NaN;
        sum += Number(number.replace(",", ".")) * units[size][1];
        next = size + 1;
    }
    return Math.round(sum);
}

const code = "(?:[A-Z]{3})?[2-9A-HJKMNP-Z]{10}";
const alone = new RegExp(`^${code}$`, "i");
const word = new RegExp(`(?<![A-Z0-9])${code}(?![A-Z0-9])`, "i");
const inLink = new RegExp(`/(${code})(?![A-Z0-9])`, "i");

/** The access code in a text: alone, in any case, with blanks or quotes; or in a link, also one that is part of another. */
export function codeIn(text) {
    const bare = text.replace(/[^A-Z0-9]/gi, "");
    if (alone.test(bare)) return bare.toUpperCase();
    let plain = text.replace(/\s/g, "");
    // Mail programs and chats wrap links in links of theirs, escaped once or twice.
    for (let i = 0; i < 3; i++) {
        const found = (plain.match(new RegExp(`/rooms${inLink.source}`, "i")) ?? plain.match(inLink))?.[1];
        if (found) return found.toUpperCase();
        try {
            plain = decodeURIComponent(plain);
        } catch {
            break;
        }
    }
    return text.match(word)?.[0].toUpperCase() ?? null;
}
