"""Sockets, requests and frames as bytes: what every attack is made of."""
import base64
import json
import os
import socket
import struct

HOST = "127.0.0.1"


def connect(port, source=None, timeout=5, receive=None):
    """A TCP connection to the server from the loopback address `source`, with a receive buffer of `receive` bytes."""
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if receive:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        client.settimeout(timeout)
        if source:
            # Lets the kernel choose the port at connect, so that two addresses may share one.
            client.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
            client.bind((source, 0))
        client.connect((HOST, port))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client
    except OSError:
        client.close()
        raise


def reset(client):
    """Closes with a RST instead of a FIN."""
    try:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    client.close()


def request(method, path, body=None, fields=()):
    """An HTTP/1.1 request; `body` is JSON unless `fields` say otherwise."""
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: a"]
    lines += ["%s: %s" % field for field in fields]
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    if body is not None:
        if not any(name.lower() == "content-type" for name, _ in fields):
            lines.append("Content-Type: application/json")
        lines.append("Content-Length: %d" % len(data))
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def stream(code, fields=(), query=""):
    """The request for a room's events by SSE."""
    return request("GET", "/api/%s/connect%s" % (code, query), fields=fields)


def upgrade(code, fields=(), version="13", query=""):
    """The opening handshake of a WebSocket."""
    key = base64.b64encode(os.urandom(16)).decode()
    handshake = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", version),
                 ("Sec-WebSocket-Key", key)]
    return request("GET", "/api/%s/connect%s" % (code, query), fields=handshake + list(fields))


DEFLATE = ("Sec-WebSocket-Extensions", "permessage-deflate; client_no_context_takeover")


def frame(first, payload=b""):
    """A client's frame with a mask of zeros; `first` is its first byte (FIN, RSV1, opcode)."""
    size = len(payload)
    if size < 126:
        head = bytes([first, 0x80 | size])
    elif size < 65536:
        head = bytes([first, 0xFE]) + struct.pack(">H", size)
    else:
        head = bytes([first, 0xFF]) + struct.pack(">Q", size)
    return head + b"\0\0\0\0" + payload


def text(value):
    return frame(0x81, value if isinstance(value, bytes) else json.dumps(value).encode())


def read_head(client, limit=65536):
    """The bytes up to and with the end of an answer's head, and those behind it."""
    data = b""
    while b"\r\n\r\n" not in data and len(data) < limit:
        more = client.recv(8192)
        if not more:
            break
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def status(head):
    """The status of an answer's head; 0 if there is none."""
    parts = head.split(b" ", 2)
    return int(parts[1]) if len(parts) > 1 and parts[1][:3].isdigit() else 0


def read_answer(client):
    """Status and body of one answer with a length."""
    head, body = read_head(client)
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        more = client.recv(65536)
        if not more:
            break
        body += more
    return status(head), body


def ask(port, method, path, body=None, fields=(), source=None, timeout=10):
    """One request on a connection of its own: status and body."""
    client = connect(port, source, timeout)
    try:
        client.sendall(request(method, path, body, list(fields) + [("Connection", "close")]))
        return read_answer(client)
    finally:
        client.close()


def open_room(port, source=None, **members):
    """The code of a new room; raises OSError if it is refused."""
    members.setdefault("duration", 3_600_000)
    code, body = ask(port, "POST", "/api/rooms", members, source=source)
    if code != 201:
        raise OSError("a room was refused with %d" % code)
    return json.loads(body)["code"]
