// QR codes (ISO/IEC 18004): text as bytes, error correction level M, versions 1 to 10.

/** Codewords of error correction per block, and data codewords of each block, by version. */
const versions = [
    [10, [16]], [16, [28]], [26, [44]], [18, [32, 32]], [24, [43, 43]], [16, [27, 27, 27, 27]],
    [18, [31, 31, 31, 31]], [22, [38, 38, 39, 39]], [22, [36, 36, 36, 37, 37]], [26, [43, 43, 43, 43, 44]],
];
const alignments = [
    [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
];
const masks = [
    (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
    (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2, (x, y) => ((x * y) % 2) + ((x * y) % 3),
    (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

/** Product in GF(256) over x^8 + x^4 + x^3 + x^2 + 1. */
function multiply(a, b) {
    let product = 0;
    for (let bit = 7; bit >= 0; bit--) {
        product = (product << 1) ^ ((product >> 7) * 0x11d);
        product ^= ((b >> bit) & 1) * a;
    }
    return product;
}

/** The remainder of Reed-Solomon division. */
function correction(block, count) {
    let generator = [1];
    for (let root = 1, i = 0; i < count; i++, root = multiply(root, 2)) {
        generator = [...generator, 0].map((term, j) => term ^ multiply(generator[j - 1] ?? 0, root));
    }
    const rest = [...block, ...Array(count).fill(0)];
    for (let i = 0; i < block.length; i++) {
        const factor = rest[i];
        generator.forEach((term, j) => (rest[i + j] ^= multiply(term, factor)));
    }
    return rest.slice(block.length);
}

function codewords(bytes, version) {
    const [count, lengths] = versions[version - 1];
    const capacity = lengths.reduce((a, b) => a + b);
    const bits = [0b0100n, 4n, BigInt(bytes.length), version < 10 ? 8n : 16n];
    let stream = (bits[0] << bits[3]) | bits[2];
    let length = Number(bits[1] + bits[3]);
    for (const byte of bytes) stream = (stream << 8n) | BigInt(byte);
    length += bytes.length * 8;
    const end = Math.min(4, capacity * 8 - length);
    const padding = (8 - ((length + end) % 8)) % 8;
    stream <<= BigInt(end + padding);
    length += end + padding;
    const data = [];
    for (let shift = length - 8; shift >= 0; shift -= 8) data.push(Number((stream >> BigInt(shift)) & 255n));
    for (let pad = 0xec; data.length < capacity; pad ^= 0xfd) data.push(pad);

    let start = 0;
    const blocks = lengths.map((size) => data.slice(start, (start += size)));
    const corrections = blocks.map((block) => correction(block, count));
    const interleave = (parts) =>
        Array.from({ length: Math.max(...parts.map((part) => part.length)) }, (_, i) => parts.map((part) => part[i]))
            .flat()
            .filter((word) => word !== undefined);
    return [...interleave(blocks), ...interleave(corrections)];
}

/** The remainder of `value`, shifted up by the degree of `polynomial`, divided by it; both as bits. */
function remainder(value, polynomial) {
    const degree = 31 - Math.clz32(polynomial);
    let rest = value << degree;
    while (rest >= 1 << degree) rest ^= polynomial << (31 - Math.clz32(rest) - degree);
    return rest;
}

function draw(version, words, mask) {
    const size = version * 4 + 17;
    const grid = Array.from({ length: size }, () => Array(size).fill(null));
    const square = (cx, cy, radius, isDark) => {
        for (let y = -radius; y <= radius; y++) {
            for (let x = -radius; x <= radius; x++) {
                if (grid[cy + y]?.[cx + x] !== undefined) grid[cy + y][cx + x] = isDark(Math.max(Math.abs(x), Math.abs(y)));
            }
        }
    };
    for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(x, y, 4, (ring) => ring !== 2 && ring !== 4);
    const centres = alignments[version - 1];
    for (const x of centres) {
        for (const y of centres) if (grid[y][x] === null) square(x, y, 2, (ring) => ring !== 1);
    }
    for (let i = 8; i < size - 8; i++) {
        grid[6][i] ??= i % 2 === 0;
        grid[i][6] ??= i % 2 === 0;
    }
    // Format: level M is 0.
    const format = ((mask << 10) | remainder(mask, 0x537)) ^ 0x5412;
    for (let i = 0; i < 15; i++) {
        const bit = ((format >> i) & 1) === 1;
        grid[i < 6 ? i : i < 8 ? i + 1 : size - 15 + i][8] = bit;
        grid[8][i < 8 ? size - 1 - i : i < 9 ? 7 : 14 - i] = bit;
    }
    grid[size - 8][8] = true;
    if (version >= 7) {
        const bits = (version << 12) | remainder(version, 0x1f25);
        for (let i = 0; i < 18; i++) {
            const [a, b] = [Math.floor(i / 3), size - 11 + (i % 3)];
            grid[a][b] = grid[b][a] = ((bits >> i) & 1) === 1;
        }
    }
    let index = 0;
    for (let right = size - 1, isUp = true; right > 0; right -= 2, isUp = !isUp) {
        if (right === 6) right--;
        for (let step = 0; step < size; step++) {
            const y = isUp ? size - 1 - step : step;
            for (const x of [right, right - 1]) {
                if (grid[y][x] !== null) continue;
                const bit = ((words[index >> 3] ?? 0) >> (7 - (index & 7))) & 1;
                index++;
                grid[y][x] = (bit === 1) !== (masks[mask](x, y) === 0);
            }
        }
    }
    return grid;
}

/** How hard a grid is to read: long runs, blocks, look-alikes of the corners, and imbalance. */
function penalty(grid) {
    const lines = [...grid, ...grid.map((_, x) => grid.map((row) => row[x]))];
    let points = 0;
    for (const line of lines.map((cells) => cells.map(Number).join(""))) {
        for (const run of line.match(/0{5,}|1{5,}/g) ?? []) points += run.length - 2;
        points += 40 * (line.match(/(?=10111010000|00001011101)/g) ?? []).length;
    }
    const size = grid.length;
    for (let y = 1; y < size; y++) {
        for (let x = 1; x < size; x++) {
            const dark = grid[y][x] + grid[y - 1][x] + grid[y][x - 1] + grid[y - 1][x - 1];
            if (dark % 4 === 0) points += 3;
        }
    }
    const dark = grid.flat().filter(Boolean).length / size ** 2;
    return points + 10 * Math.floor(Math.abs(dark - 0.5) * 20);
}

/** Rows of modules, true where dark; null if the text is too long. */
export function qr(text) {
    const bytes = new TextEncoder().encode(text);
    const version = versions.findIndex(([, lengths], i) => {
        return lengths.reduce((a, b) => a + b) >= bytes.length + (i < 9 ? 2 : 3);
    }) + 1;
    if (version === 0) return null;
    const words = codewords(bytes, version);
    const grids = masks.map((_, mask) => draw(version, words, mask));
    return grids.reduce((best, grid) => (penalty(grid) < penalty(best) ? grid : best));
}
