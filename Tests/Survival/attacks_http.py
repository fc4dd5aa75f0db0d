"""Attacks by request: unread answers, bytes after a request, other sites, costly headers, floods of requests."""
import json
import os
import socket
import time

import wire
from attacker import attack

# Unread answers

LIVE = b"GET /health/live HTTP/1.1\r\nHost:a\r\n\r\n"


def unread(a, requests, connections):
    """Sends requests as fast as they are taken and reads no answer."""
    block = b"".join(requests)
    block *= max(1, 65536 // len(block))
    sources = [a.address() for _ in range(connections)]

    def one(index):
        source = "127.0.0.2" if a.first else sources[index]
        with a.connect(source, receive=4096) as client:
            a.flood(client, block, 100 << 20)
            a.hold([client])
    a.in_parallel(connections, one)


@attack("unread", weight=2.5)
def unread_health(a):
    """40-byte requests whose answers nobody reads."""
    unread(a, [LIVE], a.choose(8, [1, 4, 16]))


@attack("unread", weight=1.5)
def unread_pages(a):
    """Pages of 26 KiB that nobody reads."""
    path = a.choose("/", ["/", "/rooms/ABCDEFGHJK", "/room.js", "/style.css", "/qr.js"])
    unread(a, [wire.request("GET", path, fields=a.choose([], [[], [("Accept-Encoding", "gzip")]]))], a.choose(4, [1, 8]))


@attack("unread")
def unread_refusals(a):
    """Refusals that nobody reads: unknown codes, bad methods, HEAD, preflights, all of them in turn."""
    texts = [wire.request("GET", "/api/23456789AB"), wire.request("GET", "/api/nonsense"),
             wire.request("PUT", "/api/rooms"), wire.request("HEAD", "/"), wire.request("BREW", "/"),
             wire.request("HEAD", "/health/live"), wire.request("DELETE", "/api/23456789AB"),
             wire.request("OPTIONS", "/api/rooms"), wire.request("POST", "/api/rooms", b"[")]
    unread(a, texts if a.first else [a.rng.choice(texts)], a.choose(4, [1, 4, 16]))


# Bytes after a request

def floods_after(a, prefixes, connections=2):
    code = a.room()
    blocks = [b"\0" * 65536, b"A" * 65536, b"\r\n" * 32768, LIVE * 1600, os.urandom(65536), b"\x81\x80\0\0\0\0" * 10922,
              b"0\r\n\r\n" * 13107, b"\xff" * 65536]
    block = a.choose(blocks[0], blocks)

    def one(index):
        prefix = prefixes(code)
        while a.goes_on():
            with a.connect(a.address() if not a.first else "127.0.0.2") as client:
                client.sendall(prefix)
                a.flood(client, block)
            # One that is cut off at once is not to be taken for a flood of connections.
            a.rest(0.05)
    a.in_parallel(connections, one)


@attack("after", weight=1.5)
def after_connect(a):
    """Hundreds of MB after `CONNECT`."""
    prefix = a.choose(b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
                      [b"CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", b"CONNECT a:443 HTTP/1.0\r\n\r\n",
                       b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"])
    floods_after(a, lambda code: prefix)


@attack("after")
def after_a_refused_upgrade(a):
    """Hundreds of MB after an upgrade that is refused."""
    makes = [lambda code: wire.upgrade("23456789AB"), lambda code: wire.upgrade(code, version="7"),
             lambda code: wire.upgrade(code, [("Origin", "https://evil.example")]),
             lambda code: wire.request("GET", "/", fields=[("Upgrade", "h2c"), ("Connection", "Upgrade")]),
             lambda code: wire.request("GET", "/api/" + code, fields=[("Upgrade", "websocket"), ("Connection", "Upgrade")]),
             lambda code: wire.request("POST", "/api/rooms", b"{", [("Upgrade", "TLS/1.0"), ("Connection", "Upgrade")])]
    floods_after(a, a.choose(makes[0], makes))


@attack("after")
def after_what_stops_the_parser(a):
    """Hundreds of MB after a request that cannot be read."""
    texts = [b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
             b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, x\r\n\r\n", b"\x16\x03\x01\x02\0\x01\0\x01\xfc",
             b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
             b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
             b"POST /api/rooms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n", b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nJUNK\r\n\r\n"]
    text = a.choose(texts[0], texts)
    floods_after(a, lambda code: text)


@attack("after", weight=1.5)
def after_a_stream(a):
    """Hundreds of MB on a connection that is an event stream."""
    floods_after(a, wire.stream if a.first or a.rng.random() < 0.7 else lambda code: wire.stream(code) * 3)


@attack("after")
def during_the_opening(a):
    """Bytes in the very write that opens a stream, and behind it, on many connections."""
    code = a.room()
    junk = [b"\0" * 60_000, LIVE * 1000, os.urandom(60_000), wire.frame(0x89, b"p" * 125) * 400, wire.stream(code) * 300]

    def one(index):
        while a.goes_on():
            with a.connect(a.address()) as client:
                data = a.rng.choice([wire.stream, wire.upgrade])(code) + a.rng.choice(junk)
                a.flood(client, data, len(data) * 20)
                a.count("openings")
    a.in_parallel(4, one)


# Other sites

@attack("other-sites", weight=0.7)
def from_other_sites(a):
    """What a page of another site can make a browser send: refused, and without effect."""
    code = a.room(duration=60_000, names=["one", "two"])
    marks = [[("Origin", "https://evil.example")], [("Sec-Fetch-Site", "cross-site")], [("Origin", "null")],
             [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors")]]
    types = ["application/json", "text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", None,
             "multipart/form-data; boundary=a", "application/octet-stream"]
    acts = [("POST", "/api/rooms", b'{"duration":1000}'), ("PATCH", "/api/%s/timer/start" % code, b""),
            ("PATCH", "/api/%s/timer" % code, b'{"duration":5000}'), ("PATCH", "/api/%s" % code, b'{"names":["x","y"]}'),
            ("PATCH", "/api/%s/turn/swap" % code, b""), ("DELETE", "/api/%s/connect" % code, b""),
            ("POST", "/rooms", b'{"duration":1000}'), ("PATCH", "/%s/timer/start" % code, b'{"by":"x"}'),
            ("DELETE", "/api/" + code, b"")]

    def state():
        _, body = wire.ask(a.port, "GET", "/api/" + code, source=a.address())
        room = json.loads(body)
        return {key: room.get(key) for key in ("revision", "timer", "names", "turn", "state")}

    def send(method, path, body, fields, kind):
        lines = ["%s %s HTTP/1.1" % (method, path), "Host: a", "Connection: close", "Content-Length: %d" % len(body)]
        lines += ["%s: %s" % field for field in fields] + (["Content-Type: " + kind] if kind else [])
        with a.connect(a.address()) as client:
            client.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            return wire.read_answer(client)[0]

    before = state()
    cases = [(act, mark, kind) for act in acts for mark in marks for kind in types]
    # Without a mark it need not be a browser, but a body that is not said to be JSON is what a form can send.
    cases += [(act, [], kind) for act in acts if act[2] for kind in types if kind != "application/json"]
    if not a.first:
        a.rng.shuffle(cases)
    for (method, path, body), mark, kind in cases:
        if not a.goes_on() and a.counts.get("asked", 0) > 100:
            break
        try:
            code_of_answer = send(method, path, body, mark, kind)
        except OSError as error:
            a.count("errors")
            continue
        a.count("asked")
        if code_of_answer in (403, 415, 429):
            a.count("refused")
        else:
            a.fault("%s %s with %s, %s: %d" % (method, path.replace(code, "{code}"), mark, kind, code_of_answer))
            a.count("let through")
    try:
        if state() != before:
            a.fault("the room was changed")
    except (ValueError, KeyError):
        a.fault("the room is gone")


# Costly requests

def filled(start, piece, size=15_000):
    return start + piece * ((size - len(start)) // len(piece))


def costly(a, make, connections=8, depth=4):
    """Sends what `make()` gives, some ahead, on several connections, and reads the answers."""
    def one(index):
        source = "127.0.0.2" if a.first else a.address()
        while a.goes_on():
            with a.connect(source, timeout=10) as client:
                while a.goes_on():
                    data = make() * depth
                    client.sendall(data)
                    got = client.recv(262_144)
                    a.count("requests", depth)
                    # Where the answer is the connection's last, a new one.
                    if not got or b"onnection: close" in got:
                        break
    a.in_parallel(connections, lambda index: a.repeat(lambda: one(index)))


FIELDS = {
    "Accept-Encoding": ["gzip;" + "a;" * 7000, "gzip;" + "q=0.000001;" * 1300, "gzip," * 2900, ";" * 14_000, "gzip;q=" + "0" * 14_000],
    "If-None-Match": ['"a",' * 3600, "W/" * 7000, "," * 14_000, '"' * 14_000],
    "X-Forwarded-For": ["1.1.1.1," * 1800, "," * 14_000, "a" * 14_000, ":" * 14_000],
    "Forwarded": ["for=1.1.1.1;" * 1100, 'for="[::1]",' * 1100, '"' * 14_000, "\\" * 14_000],
    "Last-Event-ID": ["1-" * 7000, "-" * 14_000, "9" * 14_000],
    "Cookie": ["a=b; " * 2900, ";" * 14_000, "=" * 14_000],
    "Connection": ["a, " * 4900, "close, " * 2100, "keep-alive," * 1300, "," * 14_000],
    "Origin": ["://" * 4900, "a" * 14_000],
    "X-Request-Id": ["a" * 14_000, "," * 14_000],
    "Content-Type": ["application/json" + ";a=b" * 3600, "/" * 14_000],
    "Accept": ["text/html;" * 1400, "*/*," * 3600],
    "Transfer-Encoding": ["chunked, " * 1600],
    "Expect": ["100-continue" + " " * 10],
    "Host": ["a" * 14_000],
}


@attack("costly", weight=1.5)
def costly_accept_encoding(a):
    """15 KB of `Accept-Encoding: gzip;a;a;a` for a page."""
    value = a.choose(FIELDS["Accept-Encoding"][0], FIELDS["Accept-Encoding"])
    path = a.choose("/", ["/", "/rooms/ABCDEFGHJK", "/style.css"])
    costly(a, lambda: wire.request("GET", path, fields=[("Accept-Encoding", value)]))


@attack("costly")
def costly_fields(a):
    """15 KB of other lists, for pages, rooms and streams."""
    code = a.room()

    def make():
        name = a.rng.choice(list(FIELDS))
        value = a.rng.choice(FIELDS[name])
        path = a.rng.choice(["/", "/api/" + code, "/health/live", "/api/%s/connect" % code, "/rooms/" + code])
        return wire.request(a.rng.choice(["GET", "HEAD", "OPTIONS"]), path, fields=[(name, value)])
    costly(a, make, depth=1)


@attack("costly")
def costly_extensions(a):
    """15 KB of `Sec-WebSocket-Extensions` in handshakes."""
    code = a.room()
    values = ["permessage-deflate;" + "a;" * 7000 + "a", "a," * 7400 + "a", "permessage-deflate;a=\"" + "\\a" * 7000 + '"',
              "permessage-deflate; client_max_window_bits, " * 330 + "a", ";" * 14_000, "a=" * 7000, " \t" * 7000 + "a",
              '"' * 14_000]
    fields = ["Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"]

    def make():
        return wire.upgrade(code, [(fields[0] if a.first else a.rng.choice(fields), a.rng.choice(values))])
    costly(a, make, depth=1)


@attack("costly")
def costly_paths(a):
    """15 KB of slashes, percent escapes and `&`."""
    code = a.room()
    paths = ["/" * 15_000, "/%61" * 3700, "/api/" + "%41" * 4900, "/a" * 7400, "/?" + "&" * 14_000, "/api/%s/connect" % code + "/" * 14_000,
             "/api/%s/connect?" % code + "a=b&" * 3600, "/api/%s/connect?" % code + "lastEventId=&" * 1100,
             "/api/%s/connect?lastEventId=" % code + "1-" * 7000, "/../" * 3700, "/" + "." * 14_000, "/#" + "?" * 14_000,
             "/api/%s/connect?ticks=" % code + "9" * 14_000, "*", "/%2f" * 3700]
    costly(a, lambda: wire.request("GET", a.rng.choice(paths)), depth=2)


@attack("costly")
def costly_bodies(a):
    """16 KB of nested, repeated or escaped JSON."""
    code = a.room(names=["a", "b"])
    n = 16_000
    bodies = [b"[" * n, b'{"a":' * (n // 5), b'{"names":' + b"[" * (n - 10), b'{"names":[' + b'"a",' * 3900 + b'"a"]}',
              b'{"name":"' + b"\\u0061" * 2600 + b'"}', b'{"name":"' + b"\\ud83d\\ude00" * 1300 + b'"}',
              b'{"duration":' + b"9" * 15_900 + b"}", b'{"duration":1e' + b"9" * 15_900 + b"}", b'{"duration":1.' + b"0" * 15_900 + b"1}",
              b"{" + b",".join(b'"%d":1' % i for i in range(1700)) + b"}", b'{"duration":60000' + b',"duration":60000' * 900 + b"}",
              b" " * n, b'{"by":"' + "\u0301".encode() * 7900 + b'"}', b'"' + b"\\" * 15_000, b'{"name":"a' + "\u0301".encode() * 7000 + b'","duration":1}',
              b"\xff" * n, b'{"a":[' + b"[]," * 5300 + b"1]}", b"-" * n, b'{"a":"b"' * 1900]
    paths = [("POST", "/api/rooms"), ("PATCH", "/api/" + code), ("PATCH", "/api/%s/timer" % code), ("PATCH", "/api/%s/turn/swap" % code)]
    costly(a, lambda: wire.request(*a.rng.choice(paths), a.rng.choice(bodies)), depth=2)


# Floods

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
                        a.count(part[:3].decode("latin-1"))
                    if data.count(b"HTTP/1.1 ") < batch:
                        break
    a.in_parallel(connections, lambda index: a.repeat(lambda: one(index)))


@attack("floods")
def new_rooms(a):
    """Rooms with long names, as fast as they are given."""
    body = {"duration": 60_000, "name": "\U0001F34E" * 80, "names": ["\U0001F350" * 31 + str(i % 10) for i in range(16)]}
    ask_often(a, lambda: wire.request("POST", "/api/rooms", body))


@attack("floods")
def guesses(a):
    """Codes guessed, by request and by stream."""
    alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

    def make():
        code = "".join(a.rng.choices(alphabet, k=10))
        return a.rng.choice([wire.request("GET", "/api/" + code), wire.request("PATCH", "/api/%s/timer/start" % code, {}),
                             wire.request("GET", "/api/%s/timer" % code), wire.request("HEAD", "/api/%s/connect" % code)])
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


# What a stranger does ten thousand times

@attack("strange", workers=2)
def short_connections(a):
    """Connections that are opened and closed, nothing else."""
    a.repeat(lambda: a.connect(a.address()).close())


@attack("strange")
def other_protocols(a):
    """TLS hellos, HTTP/2 prefaces, SSH, RESP and noise."""
    texts = [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0",
             b"SSH-2.0-OpenSSH_9\r\n", b"*1\r\n$4\r\nPING\r\n", os.urandom(1000), b"\0", b"\r\n" * 1000, b"EHLO a\r\n",
             b"\x05\x01\x00", b"GET /\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"]

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
    ask_often(a, lambda: wire.request(a.rng.choice(["HEAD", "OPTIONS", "OPTIONS", "TRACE", "PUT", "BREW"]), a.rng.choice(paths),
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
    ask_often(a, lambda: a.rng.choice([wire.request("PATCH", "/api/" + code, {"names": long}), wire.request("PATCH", "/api/" + code, {"names": []}),
                                       wire.request("PATCH", "/api/%s/turn/swap" % code, {"by": "x" * 32})]))
    for client in watchers:
        client.close()
