"""Attacks through a browser: what a page of another site can make it send."""
import json

import wire
from attacker import attack


@attack("other-sites", weight=0.7)
def from_other_sites(a):
    """What a page of another site can make a browser send: refused, and without effect."""
    code = a.room(duration=60_000, names=["one", "two"])
    marks = [[("Origin", "https://evil.example")], [("Sec-Fetch-Site", "cross-site")], [("Origin", "null")],
             [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors")]]
    types = ["application/json", "text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", None,
             "multipart/form-data; boundary=a", "application/octet-stream"]
    acts = [("POST", "/api/rooms", b'{"duration":1000}'), ("PATCH", "/api/%s/timer/start" % code, b""),
            ("PATCH", "/api/%s/timer" % code, b'{"duration":5000}'), ("PATCH", "/api/%s" % code,
                                                                      b'{"names":["x","y"]}'),
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
