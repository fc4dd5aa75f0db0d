// What the pages say, in English and Korean.
import { attempt, keepSetting, setting } from "./memory.js";

const english = {
    tagline: "One countdown, the same second on every screen.",
    newRoom: "New room", minutes: "minutes", ownTime: "Another time", roomName: "Name of the room", optional: "optional",
    people: "People", peopleHint: "2 to 16 names, with commas between them: they take turns at the keyboard",
    create: "Open the room", join: "Join a room", code: "Access code", enter: "Enter", recent: "Recent rooms",
    forget: "Forget", start: "Start", pause: "Pause", reset: "Reset", swap: "Swap", fullscreen: "Full screen",
    duration: "Duration", set: "Set", share: "Share", copy: "Copy link", copied: "Copied", save: "Save",
    driver: "Driver", navigator: "Navigator", turn: "Turn {n}", you: "Your name",
    youHint: "shown to the others with what you do", connection: "Connection", transport: "Transport",
    automatic: "Automatic", alerts: "At the end", sound: "Sound", notification: "Notification",
    present: "{sse} by SSE, {websocket} by WebSocket", compare: "Side by side", keys: "Keys",
    keysHint: "Space start or pause · R reset · S swap · F full screen", remaining: "remaining time",
    connecting: "Connecting…", connected: "Connected by {transport}", waiting: "Reconnecting in {n} s",
    offline: "Offline: the network is away", ended: "The stream was ended", again: "Connect again",
    gone: "This room is gone: it has expired or was deleted.",
    misdirected: "This room lives on another instance of the server.", openNew: "Open a new room",
    didStart: "started", didPause: "paused", didUpdate: "set the time", didStop: "Time is up",
    didSwap: "swapped the roles", didNames: "named the people", somebody: "Somebody", isRunning: "The timer is running",
    next: "{driver} drives, {navigator} navigates", twoScreens: "One room, two transports",
    twoScreensHint: "Start either: it must never happen that one runs and the other stands still.",
    cut: "Cut the connection", bytes: "Bytes", lateness: "Lateness", roundTrip: "Command", events: "Events",
    lost: "Cuts", latenessHint: "how much later than foretold a tick came, middle and worst",
    reconnecting: "Reconnecting…",
    notKept: "This browser blocks site data: what you set here holds until you leave the page.",
    notifyMissing: "This browser has no notifications for this page. At an https address it may.",
    notifyDenied: "The browser does not allow this page any notifications. Its settings can.",
    notifyFailed: "The time is up, but the browser did not show the notification.",
    noSound: "This browser plays no sound here.", noFullscreen: "This browser does not show the page in full screen.",
    copyFailed: "Copying did not work. The address is {address}",
    badTime: "“{value}” is no time. Write minutes (12.5), or 12:30, 1:02:03, 45s, 1h 30m.",
    listChanged: "Somebody else changed the people meanwhile. This is the new list; yours was: {names}",
    unreachable: "The server cannot be reached.",
    "no-answer": "No answer came; the screen shows what holds.", "room-not-found": "There is no such room.",
    "invalid-code": "That is no access code: it has ten letters and digits.",
    "misdirected-room": "This room lives on another instance of the server.",
    "timer-not-running": "The timer was not running any more.", "timer-finished": "The time was up before the pause.",
    "invalid-timer": "The time must be more than 0 and at most 24 hours.",
    "invalid-name": "A name has 1 to 80 visible characters, a person's at most 32.", "invalid-names": "A room names 2 to 16 people, each in 1 to 32 visible characters.",
    "no-names": "Name the people first.", "too-many-requests": "Too much at once: try again in a moment.",
    unavailable: "The server is busy or restarting: try again in a moment.",
    "store-unavailable": "The server cannot save just now: try again in a moment.",
    "not-tandem": "Something else answers in the server's place: a proxy, or a network that wants you to sign in.",
    "no-websocket": "WebSocket does not get through to the server. A proxy before it must pass on Upgrade, Connection and Host.",
    "upgrade-required": "A proxy before the server takes away what a WebSocket needs.",
    "origin-not-allowed": "The server takes no changes from pages of this address.",
    "host-not-allowed": "The server does not answer at this address.",
    "internal-error": "The server failed at this.",
    "not-found": "The server has nothing at this address. A proxy before it may change the path.",
    "precondition-failed": "The room has changed meanwhile. Look at it, and try again.",
    "request-timeout": "The request took too long to arrive. Try again.",
    "bad-request": "The request arrived damaged. Something on its way to the server may have changed it.",
    "unsupported-media-type": "The request arrived without its content type. A proxy must pass it on.",
    "invalid-command": "The server does not know what this page asked for. Load the page again.",
    "payload-too-large": "That is more than the server takes. Make it shorter.",
    "headers-too-large": "The browser sends more fields than the server takes. Delete the cookies of this address.",
    language: "Language", qr: "QR code",
};

const korean = {
    tagline: "모든 화면에서 똑같이 흐르는 하나의 타이머.",
    newRoom: "새 방", minutes: "분", ownTime: "직접 입력", roomName: "방 이름", optional: "선택",
    people: "함께하는 사람", peopleHint: "이름 2~16개를 쉼표로 나눠 적으면 차례대로 키보드를 잡습니다",
    create: "방 열기", join: "방에 들어가기", code: "참여 코드", enter: "들어가기", recent: "최근 방",
    forget: "지우기", start: "시작", pause: "일시정지", reset: "초기화", swap: "역할 교대", fullscreen: "전체 화면",
    duration: "시간", set: "설정", share: "공유", copy: "링크 복사", copied: "복사했습니다", save: "저장",
    driver: "드라이버", navigator: "내비게이터", turn: "{n}번째 차례", you: "내 이름",
    youHint: "내가 한 일과 함께 모두에게 보입니다", connection: "연결", transport: "전송 방식",
    automatic: "자동", alerts: "끝날 때", sound: "소리", notification: "알림",
    present: "SSE {sse}, WebSocket {websocket}", compare: "나란히 보기", keys: "단축키",
    keysHint: "스페이스 시작·일시정지 · R 초기화 · S 교대 · F 전체 화면", remaining: "남은 시간",
    connecting: "연결하는 중…", connected: "{transport} 연결됨", waiting: "{n}초 뒤 다시 연결합니다",
    offline: "오프라인: 네트워크가 끊겼습니다", ended: "연결이 종료되었습니다", again: "다시 연결",
    gone: "이 방은 사라졌습니다. 만료되었거나 삭제되었습니다.",
    misdirected: "이 방은 다른 서버 인스턴스에 있습니다.", openNew: "새 방 열기",
    didStart: "시작", didPause: "일시정지", didUpdate: "시간 변경", didStop: "시간이 끝났습니다",
    didSwap: "역할 교대", didNames: "참여자 변경", somebody: "누군가", isRunning: "타이머가 돌고 있습니다",
    next: "드라이버 {driver}, 내비게이터 {navigator}", twoScreens: "한 방, 두 가지 전송 방식",
    twoScreensHint: "어느 쪽에서든 시작해 보세요. 한쪽만 흐르고 다른 쪽이 멈추는 일은 없습니다.",
    cut: "연결 끊기", bytes: "바이트", lateness: "지연", roundTrip: "명령", events: "이벤트",
    lost: "끊김", latenessHint: "예정보다 늦게 도착한 정도, 중앙값과 최댓값",
    reconnecting: "다시 연결하는 중…",
    notKept: "브라우저가 사이트 데이터를 막고 있어, 설정은 이 페이지를 떠날 때까지만 유지됩니다.",
    notifyMissing: "이 브라우저는 이 페이지의 알림을 지원하지 않습니다. https 주소에서는 될 수 있습니다.",
    notifyDenied: "이 페이지의 알림이 차단되어 있습니다. 브라우저 설정에서 허용할 수 있습니다.",
    notifyFailed: "시간이 끝났지만 브라우저가 알림을 표시하지 못했습니다.",
    noSound: "이 브라우저에서는 소리를 낼 수 없습니다.", noFullscreen: "이 브라우저에서는 전체 화면을 쓸 수 없습니다.",
    copyFailed: "복사하지 못했습니다. 주소: {address}",
    badTime: "‘{value}’은(는) 시간이 아닙니다. 12.5(분), 12:30, 1:02:03, 45초, 1시간 30분처럼 적어 주세요.",
    listChanged: "그사이 다른 사람이 목록을 바꿨습니다. 지금 보이는 것이 새 목록입니다. 적으신 목록: {names}",
    unreachable: "서버에 닿을 수 없습니다.",
    "no-answer": "응답이 없습니다. 화면에 보이는 것이 실제 상태입니다.", "room-not-found": "그런 방이 없습니다.",
    "invalid-code": "참여 코드가 아닙니다. 글자와 숫자 10개입니다.",
    "misdirected-room": "이 방은 다른 서버 인스턴스에 있습니다.",
    "timer-not-running": "타이머가 이미 멈춰 있습니다.", "timer-finished": "일시정지하기 전에 시간이 끝났습니다.",
    "invalid-timer": "시간은 0보다 크고 24시간 이하여야 합니다.",
    "invalid-name": "이름은 눈에 보이는 글자로 80자(사람 이름은 32자)까지 쓸 수 있습니다.", "invalid-names": "이름은 2~16개, 각각 눈에 보이는 글자로 1~32자여야 합니다.",
    "no-names": "먼저 함께하는 사람을 적어 주세요.", "too-many-requests": "요청이 너무 많습니다. 잠시 뒤에 다시 해 주세요.",
    unavailable: "서버가 바쁘거나 다시 시작하는 중입니다. 잠시 뒤에 다시 해 주세요.",
    "store-unavailable": "지금은 저장할 수 없습니다. 잠시 뒤에 다시 해 주세요.",
    "not-tandem": "서버 대신 다른 곳에서 응답했습니다. 프록시이거나 로그인이 필요한 네트워크일 수 있습니다.",
    "no-websocket": "WebSocket이 서버에 닿지 않습니다. 앞단 프록시가 Upgrade, Connection, Host 헤더를 전달해야 합니다.",
    "upgrade-required": "앞단 프록시가 WebSocket에 필요한 헤더를 없앱니다.",
    "origin-not-allowed": "서버가 이 주소의 페이지에서 보낸 변경을 받지 않습니다.",
    "host-not-allowed": "서버가 이 주소로는 응답하지 않습니다.",
    "internal-error": "서버에서 오류가 났습니다.",
    "not-found": "서버에 이 주소가 없습니다. 앞단 프록시가 경로를 바꿨을 수 있습니다.",
    "precondition-failed": "그사이 방이 바뀌었습니다. 확인하고 다시 해 주세요.",
    "request-timeout": "요청이 제때 도착하지 않았습니다. 다시 해 주세요.",
    "bad-request": "요청이 잘못된 형태로 도착했습니다. 중간에서 바뀌었을 수 있습니다.",
    "unsupported-media-type": "요청의 Content-Type이 빠졌습니다. 앞단 프록시가 이 헤더를 전달해야 합니다.",
    "invalid-command": "서버가 모르는 요청입니다. 페이지를 새로 고쳐 주세요.",
    "payload-too-large": "서버가 받을 수 있는 것보다 깁니다. 줄여 주세요.",
    "headers-too-large": "브라우저가 보낸 헤더가 너무 큽니다. 이 주소의 쿠키를 지워 주세요.",
    language: "언어", qr: "QR 코드",
};

/** Codes that mean the same as another one to whoever looks at a page. */
const alike = {
    "malformed-json": "bad-request", "bad-handshake": "bad-request", "uri-too-long": "payload-too-large",
    "unknown-command": "invalid-command", "method-not-allowed": "invalid-command",
    "method-not-implemented": "invalid-command",
};

const languages = { en: english, ko: korean };
const browsers = navigator.language?.startsWith("ko") ? "ko" : "en";
// An older page kept the bare word.
const kept = setting("language", attempt(() => localStorage.getItem("tandem.language")));
let language = kept in languages ? kept : browsers;

/** The text of `key` with `{name}` replaced from `values`; `fallback` where there is none. */
export function text(key, values = {}, fallback = key) {
    return (languages[language][key] ?? fallback).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A name among other text where markup is impossible: right-to-left letters in it do not move what is around it. */
export const isolated = (name) => `\u2068${name}\u2069`;

/** A name among other text, likewise. */
export function nameNode(name) {
    const node = document.createElement("bdi");
    node.textContent = name;
    return node;
}

/** The text of `key` as nodes, with `{name}` replaced by the name in `values`. */
export const textWithNames = (key, values) =>
    languages[language][key]
        .split(/\{(\w+)\}/)
        .map((part, i) => (i % 2 ? nameNode(values[part]) : part));

/** A refusal in words: by its code, or as the server put it. */
export const explain = (refusal) => text(alike[refusal.code] ?? refusal.code, refusal, refusal.message);

/** Likewise, with what the server says to whoever runs it. */
export function explainFully(refusal) {
    const words = explain(refusal);
    return refusal.message && refusal.message !== words ? `${words} (${refusal.message})` : words;
}

function translate() {
    document.documentElement.lang = language;
    for (const element of document.querySelectorAll("[data-t]")) element.textContent = text(element.dataset.t);
    for (const element of document.querySelectorAll("[data-label]")) {
        element.setAttribute("aria-label", text(element.dataset.label));
    }
    for (const button of document.querySelectorAll("[data-language]")) {
        button.setAttribute("aria-pressed", button.dataset.language === language);
    }
}

/** Translates the page, now and whenever another language is chosen. */
export function speak(onChange = () => {}) {
    for (const button of document.querySelectorAll("[data-language]")) {
        button.onclick = () => {
            language = button.dataset.language;
            keepSetting("language", language);
            translate();
            onChange();
        };
    }
    translate();
}
