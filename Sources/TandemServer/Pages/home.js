// Opens a room, or finds one again.
import { request } from "./api.js";
import { explain, isolated, nameNode, speak, text } from "./text.js";
import { peopleIn, recentRooms, saveRecentRooms } from "./memory.js";

const create = document.querySelector("#create");
const join = document.querySelector("#join");
const recent = document.querySelector("#recent");
const error = document.querySelector("#error");

const go = (code) => (location.href = `/rooms/${code}`);

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
        const minutes = Number(create.minutes.value || create.preset.value);
        const names = peopleIn(create.names.value);
        const room = await request("POST", "/rooms", {
            duration: Math.round(minutes * 60_000),
            name: create.elements.name.value.trim() || undefined,
            names: names.length ? names : undefined,
        });
        go(room.code);
    });
};
join.onsubmit = (event) => {
    event.preventDefault();
    // A pasted link is as good as a code, whichever page of the room it leads to.
    const parts = join.code.value.replace(/\s/g, "").split(/[?#]/)[0].split("/");
    const code = (parts.findLast((part) => part && part !== "compare") ?? "").toUpperCase();
    orExplain(async () => go((await request("GET", `/${encodeURIComponent(code)}`)).code));
};

function showRecent() {
    const rooms = recentRooms();
    recent.hidden = rooms.length === 0;
    recent.querySelector("ul").replaceChildren(
        ...rooms.map((room) => {
            const item = document.createElement("li");
            const link = document.createElement("a");
            link.href = `/rooms/${room.code}`;
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

speak(showRecent);
showRecent();
