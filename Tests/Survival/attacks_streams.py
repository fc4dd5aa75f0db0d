"""Attacks by those who watch: re-entrance, slow readers, half-closes, resets, floods of streams and of presence."""
import selectors
import socket
import time

import wire
from attacker import attack


def audience(a, code, number, websockets=0.5, addresses=10):
    """`number` streams of a room, from some addresses; refused ones are left out."""
    sources = [a.address() for _ in range(addresses)]
    clients = []
    for index in range(number):
        try:
            client = a.connect(sources[index % addresses])
            client.sendall(wire.upgrade(code) if a.rng.random() < websockets else wire.stream(code))
            clients.append(client)
        except OSError:
            a.count("errors")
    return clients


def answers(a, clients):
    """Those that became streams, with what came at once read."""
    streams = []
    for client in clients:
        try:
            head, _ = wire.read_head(client)
        except OSError:
            head = b""
        code = wire.status(head)
        if code in (200, 101):
            streams.append(client)
        else:
            a.count("refused")
            client.close()
    return streams


def wait_for(clients, words, until):
    """Returns as soon as one of the streams reads one of `words`."""
    selector = selectors.DefaultSelector()
    for client in clients:
        client.setblocking(False)
        selector.register(client, selectors.EVENT_READ)
    try:
        while time.monotonic() < until:
            for key, _ in selector.select(0.2):
                try:
                    data = key.fileobj.recv(4096)
                except OSError:
                    data = b""
                if not data:
                    selector.unregister(key.fileobj)
                elif any(word in data for word in words):
                    return True
        return False
    finally:
        selector.close()


def crowd_that_resets(a, words, act=None):
    """A one-second room whose whole audience resets at the moment `words` arrive, last to first."""
    number = 300 if a.first else a.rng.choice([2, 30, 300, 600])
    code = a.room(duration=1000, **({} if a.first or a.rng.random() < 0.5 else {"names": ["a", "b"]}))
    streams = answers(a, audience(a, code, number, a.choose(0.5, [0, 0.5, 1])))
    if not streams:
        return
    order = streams[:]
    a.choose(order.reverse, [order.reverse, lambda: a.rng.shuffle(order), lambda: None])()
    some = order if a.first or a.rng.random() < 0.7 else order[:len(order) * 2 // 3]
    if act:
        act(code)
    begin = time.monotonic()
    # Either at the first arrival, or at the time at which it is due, give or take the time that a pass takes.
    if words and (a.first or a.rng.random() < 0.5):
        wait_for(streams, words, min(a.until + 2, begin + 2.5))
    else:
        time.sleep(max(0, 1 + a.rng.uniform(-0.002, 0.006)))
    for client in some:
        wire.reset(client)
    a.count("crowds")
    for client in streams:
        wire.reset(client)


def start(a, code, action="start"):
    return wire.ask(a.port, "PATCH", "/api/%s/timer/%s" % (code, action), {}, source=a.address())[0]


@attack("re-entrance", workers=3, weight=2)
def reset_at_last_tick(a):
    """All reset as the last tick arrives."""
    a.repeat(lambda: crowd_that_resets(a, [b"data: 0", b'"data":"0"', b"stop"], lambda code: start(a, code)))


@attack("re-entrance", workers=2)
def reset_at_presence(a):
    """All reset as they read who is connected."""
    a.repeat(lambda: crowd_that_resets(a, [b"presence"]))


@attack("re-entrance", workers=2)
def reset_at_transition(a):
    """All reset as a transition arrives, one after another in a stream of transitions."""
    def once():
        code = a.room(duration=a.choose(1000, [1000, 60_000]))
        streams = answers(a, audience(a, code, a.choose(300, [3, 100, 300])))
        commands = [wire.request("PATCH", "/api/%s/timer/%s" % (code, action), {}) for action in ("start", "pause")]
        with a.connect(a.address()) as control:
            for client in streams:
                control.sendall(b"".join(commands) * a.choose(1, [1, 2, 5]))
                batch = [client] if len(streams) < 10 else streams[:len(streams) // 3]
                for one in batch:
                    wire.reset(one)
                streams = [one for one in streams if one not in batch]
                if not streams:
                    break
            a.drain(control, 0.2)
        for client in streams:
            wire.reset(client)
        a.count("crowds")
    a.repeat(once)


@attack("re-entrance", workers=2)
def reset_while_ending(a):
    """All reset while the room is deleted, or its streams ended, or its last tick is due."""
    def once():
        code = a.room(duration=1000)
        streams = answers(a, audience(a, code, a.choose(200, [20, 200, 400])))
        with a.connect(a.address()) as control:
            control.sendall(wire.request("DELETE", a.choose("/api/%s/connect", ["/api/%s/connect", "/api/%s"]) % code))
            for client in reversed(streams):
                wire.reset(client)
            a.drain(control, 0.2)
        a.count("crowds")
    a.repeat(once)


@attack("strange")
def slow_readers(a):
    """Streams that read one byte a second while the room has many transitions."""
    code = a.room(names=["n" * 32 for _ in range(16)] if a.first else ["a", "b"])
    sources = [a.address() for _ in range(10)]
    clients = []
    for index in range(60):
        try:
            client = a.connect(sources[index % 10], receive=2048)
            client.sendall(wire.upgrade(code) if index % 2 else wire.stream(code))
            clients.append(client)
        except OSError:
            a.count("errors")
    while a.goes_on():
        try:
            wire.ask(a.port, "PATCH", "/api/%s/turn/swap" % code, {}, source=a.address())
            a.count("swaps")
        except OSError:
            a.count("errors")
        for client in clients:
            try:
                client.recv(1)
            except OSError:
                pass
        a.rest(0.05)
    for client in clients:
        client.close()


@attack("strange")
def half_closes(a):
    """A FIN at every step of a request, a handshake or a stream."""
    code = a.room()
    texts = [wire.stream(code), wire.upgrade(code), wire.request("GET", "/"), wire.request("POST", "/api/rooms", {}),
             wire.upgrade(code) + wire.text({"command": "ping"}), wire.request("PATCH", "/api/%s/timer/start" % code)]

    def once():
        data = a.rng.choice(texts)
        cut = len(data) if a.rng.random() < 0.4 else a.rng.randint(0, len(data))
        with a.connect(a.address()) as client:
            client.sendall(data[:cut])
            if a.rng.random() < 0.5:
                time.sleep(a.rng.random() * 0.01)
            client.shutdown(socket.SHUT_WR)
            if a.rng.random() < 0.5:
                a.drain(client, 0.05)
            a.count("half-closes")
    a.repeat(once)


@attack("strange", workers=2)
def resets_in_the_handshake(a):
    """A RST after every number of bytes of a handshake, and before its answer is read."""
    code = a.room()
    texts = [wire.upgrade(code), wire.stream(code), wire.upgrade(code, [wire.DEFLATE]) + wire.frame(0x89),
             wire.request("PATCH", "/api/%s/timer/start" % code, {}), wire.request("GET", "/api/%s" % code)]

    def once():
        data = a.rng.choice(texts)
        client = a.connect(a.address())
        try:
            client.sendall(data[:len(data) if a.rng.random() < 0.6 else a.rng.randint(0, len(data))])
            if a.rng.random() < 0.3:
                client.settimeout(0.2)
                client.recv(1)
        finally:
            wire.reset(client)
        a.count("resets")
    a.repeat(once)


@attack("strange", workers=2)
def presence_storm(a):
    """Joins and leaves of one room as fast as they go."""
    code = a.room()
    source = a.address()

    def once():
        client = a.connect(source if a.first else a.address())
        try:
            client.sendall(wire.upgrade(code) if a.rng.random() < 0.5 else wire.stream(code))
            client.recv(1)
            a.count("joins")
        finally:
            client.close() if a.rng.random() < 0.5 else wire.reset(client)
    a.repeat(once)


@attack("strange")
def delete_connect_storm(a):
    """`DELETE /connect` again and again in a room whose streams return at once."""
    code = a.room()

    def once():
        streams = audience(a, code, 20)
        for _ in range(5):
            wire.ask(a.port, "DELETE", "/api/%s/connect" % code, source=a.address())
            a.count("deletes")
        for client in streams:
            client.close()
    a.repeat(once)


@attack("strange")
def absurd_resumes(a):
    """Resumes with ids that nobody was given, of a room with a full history."""
    code = a.room(names=["n" * 32] * 2)
    with a.connect(a.address()) as control:
        control.sendall(wire.request("PATCH", "/api/%s/turn/swap" % code, {}) * 128)
        a.drain(control, 0.2)
    ids = ["0-0", "1-0", "-1--1", "9" * 1000, "1-" + "9" * 19, "9223372036854775807-9223372036854775807",
           "18446744073709551616-0", "1.1-1", "a-b", "%00", "1-1" * 4000, "-" * 15_000, "0.0.0.0-0", "\u0661-1"]

    def once():
        value = a.rng.choice(ids)
        fields = [("Last-Event-ID", value.encode("utf-8", "replace").decode("latin-1"))]
        with a.connect(a.address()) as client:
            make = wire.upgrade if a.rng.random() < 0.5 else wire.stream
            query = "?lastEventId=" + value[:1000].replace("\u0661", "%D9%A1")
            data = make(code, fields) if a.rng.random() < 0.5 else make(code, query=query)
            client.sendall(data)
            client.settimeout(0.5)
            client.recv(65536)
            a.count("resumes")
    a.repeat(once)


@attack("floods")
def idle_streams(a):
    """As many streams as it gets, that do nothing; from one address or from many."""
    code = a.room()
    one = a.address()
    clients = []
    many = a.choose(False, [False, True])
    while a.goes_on() and len(clients) < 1500:
        try:
            client = a.connect(a.address() if many else one)
            client.sendall(wire.upgrade(code) if a.rng.random() < 0.5 else wire.stream(code))
            head, _ = wire.read_head(client)
            a.count("streams" if wire.status(head) in (200, 101) else "refused")
            clients.append(client)
        except OSError:
            a.count("errors")
            time.sleep(0.01)
    a.hold(clients)
