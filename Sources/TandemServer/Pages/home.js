// Opens a room, or finds one again.
import { Refusal, request, roomPage } from "./api.js";
import { keeps, recentRooms, saveRecentRooms } from "./memory.js";
import { codeIn, peopleIn, timeIn } from "./read.js";
import { explain, isolated, nameNode, speak, text } from "./text.js";

const create = document.querySelector("#create");
const join = document.querySelector("#join");
const recent = document.querySelector("#recent");
const error = document.querySelector("#error");

const go = (code) => (location.href = roomPage(code));

async function orExplain(work) {
    error.textContent = "";
    try {
        await work();
    } catch (refusal) {
        error.textContent = explain(refusal);
    }
}

create.minutes.oninput = () => {
    for (const preset of create.elements.preset) preset.checked = false;
};
create.onchange = ({ target }) => {
    if (target.name === "preset") create.minutes.value = "";
};
create.onsubmit = (event) => {
    event.preventDefault();
    orExplain(async () => {
        const value = create.minutes.value || create.preset.value;
        const duration = timeIn(value);
        if (Number.isNaN(duration)) return (error.textContent = text("badTime", { value }));
        const names = peopleIn(create.names.value);
        const room = await request("POST", "/rooms", {
            duration,
            name: create.elements.name.value.trim() || undefined,
            names: names.length ? names : undefined,
        });
        go(room.code);
    });
};
join.onsubmit = (event) => {
    event.preventDefault();
    orExplain(async () => {
        const code = codeIn(join.code.value);
        if (!code) throw new Refusal("invalid-code", "");
        go((await request("GET", `/${code}`)).code);
    });
};

function showRecent() {
    const rooms = recentRooms();
    recent.hidden = rooms.length === 0;
    recent.querySelector("ul").replaceChildren(
        ...rooms.map((room) => {
            const item = document.createElement("li");
            const link = document.createElement("a");
            link.href = roomPage(room.code);
            link.append(nameNode(room.name || room.code));
            const forget = document.createElement("button");
            forget.type = "button";
            forget.textContent = text("forget");
            forget.setAttribute("aria-label", `${text("forget")} ${isolated(room.name || room.code)}`);
            forget.onclick = () => {
                saveRecentRooms(recentRooms().filter(({ code }) => code !== room.code));
                showRecent();
            };
            item.append(link, forget);
            return item;
        }),
    );
}

document.querySelector("#kept").hidden = keeps;
speak(showRecent);
showRecent();
// A page that comes back by the browser's button may have missed a room.
addEventListener("pageshow", showRecent);
