"""What a stranger does ten thousand times, by mistake or not."""
import os
import socket
import time

import wire
from attacker import attack
from attacks_floods import ask_often
from attacks_streams import audience


@attack("strange", workers=2)
def short_connections(a):
    """Connections that are opened and closed, nothing else."""
    a.repeat(lambda: a.connect(a.address()).close())


@attack("strange")
def other_protocols(a):
    """TLS hellos, HTTP/2 prefaces, SSH, RESP and noise."""
    texts = [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500),
             b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0",
             b"SSH-2.0-OpenSSH_9\r\n", b"*1\r\n$4\r\nPING\r\n", os.urandom(1000), b"\0", b"\r\n" * 1000, b"EHLO a\r\n",
             b"\x05\x01\x00", b"GET /\r\n", b"HTTP/1.1 200 OK\r\n\r\n",
             b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"]

    def once():
        with a.connect(a.address()) as client:
            client.sendall(a.rng.choice(texts))
            a.drain(client, 0.05)
            a.count("hellos")
    a.repeat(once)


@attack("strange")
def methods_flood(a):
    """HEAD of streams and pages, OPTIONS, TRACE, PUT, unknown methods."""
    code = a.room()
    paths = ["/api/%s/connect" % code, "/", "/api/rooms", "*", "/api/" + code, "/metrics", "/openapi.json"]
    preflight = [("Origin", "https://a.example"), ("Access-Control-Request-Method", "PATCH")]
    ask_often(a, lambda: wire.request(a.rng.choice(["HEAD", "OPTIONS", "OPTIONS", "TRACE", "PUT", "BREW"]),
                                      a.rng.choice(paths),
                                      fields=a.rng.choice([[], preflight])), batch=1 if a.first else 10)


@attack("strange")
def drip(a):
    """Connections that send a byte now and then, every nine seconds or fifty times a second."""
    clients = []
    for _ in range(200):
        try:
            clients.append(a.connect(a.address()))
        except OSError:
            a.count("errors")
    data = b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 1000
    position = 0
    while a.goes_on():
        for client in clients:
            try:
                client.send(data[position:position + 1])
                a.count("bytes")
            except OSError:
                a.count("cut off")
        position = (position + 1) % len(data)
        a.rest(a.choose(9, [0.02, 0.2, 9]))
    for client in clients:
        client.close()


@attack("strange")
def names_storm(a):
    """The names of a room changed and swapped again and again while others watch."""
    code = a.room(names=["a", "b"])
    long = ["\U0001F350" * 31 + chr(97 + i) for i in range(16)]
    watchers = []
    for _ in range(20):
        client = a.connect(a.address())
        client.sendall(wire.stream(code))
        watchers.append(client)
    ask_often(a, lambda: a.rng.choice([wire.request("PATCH", "/api/" + code, {"names": long}),
                                       wire.request("PATCH", "/api/" + code, {"names": []}),
                                       wire.request("PATCH", "/api/%s/turn/swap" % code, {"by": "x" * 32})]))
    for client in watchers:
        client.close()


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
