"""Attacks by sending without reading: pipelined requests, and bytes after a request that ends the reading."""
import os

import wire
from attacker import LIVE, attack


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
    unread(a, [wire.request("GET", path, fields=a.choose([], [[], [("Accept-Encoding", "gzip")]]))],
           a.choose(4, [1, 8]))


@attack("unread")
def unread_refusals(a):
    """Refusals that nobody reads: unknown codes, bad methods, HEAD, preflights, all of them in turn."""
    texts = [wire.request("GET", "/api/23456789AB"), wire.request("GET", "/api/nonsense"),
             wire.request("PUT", "/api/rooms"), wire.request("HEAD", "/"), wire.request("BREW", "/"),
             wire.request("HEAD", "/health/live"), wire.request("DELETE", "/api/23456789AB"),
             wire.request("OPTIONS", "/api/rooms"), wire.request("POST", "/api/rooms", b"[")]
    unread(a, texts if a.first else [a.rng.choice(texts)], a.choose(4, [1, 4, 16]))


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
             lambda code: wire.request("GET", "/api/" + code, fields=[("Upgrade", "websocket"), ("Connection",
                                                                                                 "Upgrade")]),
             lambda code: wire.request("POST", "/api/rooms", b"{", [("Upgrade", "TLS/1.0"), ("Connection", "Upgrade")])]
    floods_after(a, a.choose(makes[0], makes))


@attack("after")
def after_what_stops_the_parser(a):
    """Hundreds of MB after a request that cannot be read."""
    texts = [b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
             b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, x\r\n\r\n",
             b"\x16\x03\x01\x02\0\x01\0\x01\xfc",
             b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
             b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
             b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
             b"POST /api/rooms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n",
             b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nJUNK\r\n\r\n"]
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
    junk = [b"\0" * 60_000, LIVE * 1000, os.urandom(60_000), wire.frame(0x89, b"p" * 125) * 400,
            wire.stream(code) * 300]

    def one(index):
        while a.goes_on():
            with a.connect(a.address()) as client:
                data = a.rng.choice([wire.stream, wire.upgrade])(code) + a.rng.choice(junk)
                a.flood(client, data, len(data) * 20)
                a.count("openings")
    a.in_parallel(4, one)
