"""Attacks by what is costly to read: long lists, paths, queries and JSON, as large as is let in."""
import wire
from attacker import attack


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
    "Accept-Encoding": ["gzip;" + "a;" * 7000, "gzip;" + "q=0.000001;" * 1300, "gzip," * 2900, ";" * 14_000,
                        "gzip;q=" + "0" * 14_000],
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
    values = ["permessage-deflate;" + "a;" * 7000 + "a", "a," * 7400 + "a",
              "permessage-deflate;a=\"" + "\\a" * 7000 + '"',
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
    paths = ["/" * 15_000, "/%61" * 3700, "/api/" + "%41" * 4900, "/a" * 7400, "/?" + "&" * 14_000,
             "/api/%s/connect" % code + "/" * 14_000,
             "/api/%s/connect?" % code + "a=b&" * 3600, "/api/%s/connect?" % code + "lastEventId=&" * 1100,
             "/api/%s/connect?lastEventId=" % code + "1-" * 7000, "/../" * 3700, "/" + "." * 14_000,
             "/#" + "?" * 14_000,
             "/api/%s/connect?ticks=" % code + "9" * 14_000, "*", "/%2f" * 3700]
    costly(a, lambda: wire.request("GET", a.rng.choice(paths)), depth=2)


@attack("costly")
def costly_bodies(a):
    """16 KB of nested, repeated or escaped JSON."""
    code = a.room(names=["a", "b"])
    n = 16_000
    bodies = [b"[" * n, b'{"a":' * (n // 5), b'{"names":' + b"[" * (n - 10), b'{"names":[' + b'"a",' * 3900 + b'"a"]}',
              b'{"name":"' + b"\\u0061" * 2600 + b'"}', b'{"name":"' + b"\\ud83d\\ude00" * 1300 + b'"}',
              b'{"duration":' + b"9" * 15_900 + b"}", b'{"duration":1e' + b"9" * 15_900 + b"}",
              b'{"duration":1.' + b"0" * 15_900 + b"1}",
              b"{" + b",".join(b'"%d":1' % i for i in range(1700)) + b"}",
              b'{"duration":60000' + b',"duration":60000' * 900 + b"}",
              b" " * n, b'{"by":"' + "\u0301".encode() * 7900 + b'"}', b'"' + b"\\" * 15_000,
              b'{"name":"a' + "\u0301".encode() * 7000 + b'","duration":1}',
              b"\xff" * n, b'{"a":[' + b"[]," * 5300 + b"1]}", b"-" * n, b'{"a":"b"' * 1900]
    paths = [("POST", "/api/rooms"), ("PATCH", "/api/" + code), ("PATCH", "/api/%s/timer" % code),
             ("PATCH", "/api/%s/turn/swap" % code)]
    costly(a, lambda: wire.request(*a.rng.choice(paths), a.rng.choice(bodies)), depth=2)
