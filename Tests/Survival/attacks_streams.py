"""Attacks by those who watch: whole audiences that reset while they are written to."""
import selectors
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
