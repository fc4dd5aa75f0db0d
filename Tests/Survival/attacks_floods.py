"""Floods: as much of one thing as a client can get, from one address or from many."""
import os
import time

import wire
from attacker import LIVE, attack
from attacks_frames import bomb, deflated, open_socket


def many_or_one(a):
    """An address for each request, or one for all of them."""
    one = a.address()
    many = a.choose(False, [False, True])
    return lambda: a.address() if many else one


def ask_often(a, make, connections=4, batch=20):
    """Requests in batches on kept connections, all answers read; counts the statuses."""
    address = many_or_one(a)

    def one(_):
        while a.goes_on():
            with a.connect(address(), timeout=3) as client:
                while a.goes_on():
                    client.sendall(b"".join(make() for _ in range(batch)))
                    data, until = b"", time.monotonic() + 3
                    while data.count(b"HTTP/1.1 ") < batch and time.monotonic() < until:
                        more = client.recv(65536)
                        if not more:
                            break
                        data += more
                    for part in data.split(b"HTTP/1.1 ")[1:]:
                        status = part[:3].decode("latin-1")
                        a.count("rooms" if status == "201" else status)
                    if data.count(b"HTTP/1.1 ") < batch:
                        break
    a.in_parallel(connections, lambda index: a.repeat(lambda: one(index)))


@attack("floods")
def new_rooms(a):
    """Rooms with long names, as fast as they are given."""
    body = {"duration": 60_000, "name": "\U0001F34E" * 80,
            "names": ["\U0001F350" * 31 + str(i % 10) for i in range(16)]}
    ask_often(a, lambda: wire.request("POST", "/api/rooms", body))


@attack("floods")
def guesses(a):
    """Codes guessed, by request and by stream."""
    alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

    def make():
        code = "".join(a.rng.choices(alphabet, k=10))
        return a.rng.choice([wire.request("GET", "/api/" + code), wire.request("PATCH", "/api/%s/timer/start" % code,
                                                                               {}),
                             wire.request("GET", "/api/%s/timer" % code),
                             wire.request("HEAD", "/api/%s/connect" % code)])
    ask_often(a, make)


@attack("floods", workers=2)
def new_connections(a):
    """Short connections: opened, asked or not, closed or reset."""
    address = many_or_one(a)

    def once():
        client = a.connect(address())
        way = 0 if a.first else a.rng.randint(0, 3)
        if way < 2:
            client.sendall(LIVE)
            client.recv(4096)
        client.close() if way != 1 else wire.reset(client)
    a.repeat(once)


@attack("floods")
def unfinished_requests(a):
    """Heads and bodies that do not go on, on as many connections as it gets."""
    address = many_or_one(a)
    starts = [b"", b"G", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nA: " + b"a" * 15_000,
              b"POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 16000\r\n\r\n" + b"[" * 15_000,
              b"POST /api/rooms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 2000]
    clients = []
    while a.goes_on() and len(clients) < 1500:
        try:
            client = a.connect(address())
            clients.append(client)
            client.sendall(starts[3] if a.first else a.rng.choice(starts))
        except OSError:
            a.count("errors")
            time.sleep(0.01)
    a.hold(clients)


@attack("floods")
def full_histories(a):
    """Rooms of 16 long names with full histories, and streams that resume from their beginning."""
    names = ["\U0001F350" * 31 + chr(97 + i) for i in range(16)]
    rooms = [a.room(duration=60_000, names=names) for _ in range(a.choose(3, [1, 5, 10]))]

    def once():
        code = a.rng.choice(rooms)
        with a.connect(a.address(), timeout=3) as client:
            client.sendall(wire.request("PATCH", "/api/%s/turn/swap" % code, {"by": names[0]}) * 130)
            a.drain(client, 0.3)
        for _ in range(20):
            with a.connect(a.address(), timeout=3) as client:
                client.sendall(a.rng.choice([wire.stream, wire.upgrade])(code, [("Last-Event-ID", "1-0")]))
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


@attack("floods")
def unfinished_messages(a):
    """Half a message on every connection, kept open: plain, or compressed so that each has an inflater."""
    code = a.room()
    half = [wire.frame(0x01, b"a" * 60_000), wire.frame(0x81, b"a" * 60_000)[:50_000], wire.frame(0x41, bomb(60_000)),
            wire.frame(0x41, deflated(os.urandom(40_000)))]
    clients = []
    one = a.address()
    while a.goes_on() and len(clients) < 1000:
        try:
            client = open_socket(a, code, one if a.first else None)
            clients.append(client)
            client.sendall(half[3] if a.first else a.rng.choice(half))
            a.count("halves")
        except OSError:
            a.count("refused")
            time.sleep(0.01)
    a.hold(clients)
