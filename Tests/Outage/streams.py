"""Raw clients of a room's stream, SSE and WebSocket, that note what came and when."""
import base64
import json
import os
import re
import select
import socket
import time

EVENT = re.compile(r"(?:id: (\S+)\n)?event: (\S+)\ndata: (.*)\n\n")


class Event:
    def __init__(self, at, id, name, data):
        self.at, self.id, self.name, self.data = at, id, name, data


class Stream:
    """One stream. It never sends anything but its request and, on a WebSocket, pongs."""

    def __init__(self, address, code, transport, last_id=None):
        self.transport = transport
        self.events, self.byte_times = [], []
        self.is_closed, self.is_reading, self.is_open = False, True, False
        self.buffer = b""
        self.socket = socket.create_connection(address, timeout=10)
        query = f"?lastEventId={last_id}" if last_id else ""
        head = f"GET /api/{code}/connect{query} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
        if transport == "websocket":
            key = base64.b64encode(os.urandom(16)).decode()
            head += f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            head += "Sec-WebSocket-Version: 13\r\n"
        self.socket.sendall((head + "\r\n").encode())
        self.socket.setblocking(False)

    def receive(self):
        try:
            data = self.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.is_closed = True
            return
        now = time.monotonic()
        self.byte_times.append(now)
        self.buffer += data
        if not self.is_open:
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            if b" 200 " not in head and b" 101 " not in head:
                raise RuntimeError(f"refused: {head!r}")
            self.is_open, self.buffer = True, rest
        if self.transport == "sse":
            self._read_text(now)
        else:
            self._read_frames(now)

    def _read_text(self, now):
        text = self.buffer.decode()
        end = 0
        for match in EVENT.finditer(text):
            self.events.append(Event(now, *match.groups()))
            end = match.end()
        self.buffer = text[end:].encode()

    def _read_frames(self, now):
        while len(self.buffer) >= 2:
            opcode, length, start = self.buffer[0] & 0x0F, self.buffer[1], 2
            if length == 126:
                length, start = int.from_bytes(self.buffer[2:4], "big"), 4
            if len(self.buffer) < start + length:
                return
            payload, self.buffer = self.buffer[start : start + length], self.buffer[start + length :]
            if opcode == 1:
                message = json.loads(payload)
                self.events.append(Event(now, message.get("id"), message["event"], message.get("data")))
            elif opcode == 9:
                mask = bytes(4)
                try:
                    self.socket.send(bytes([0x8A, 0x80 | len(payload)]) + mask + payload)
                except OSError:
                    self.is_closed = True

    # What came.

    def first_byte_after(self, instant):
        return next((at for at in self.byte_times if at >= instant), None)

    def named(self, name, since=0.0):
        return [event for event in self.events if event.name == name and event.at >= since]

    def ticks(self, since=0.0):
        return [(event.at, int(event.data)) for event in self.named("remaining-time", since)]

    @property
    def last_id(self):
        return next((event.id for event in reversed(self.events) if event.id), None)

    def presence(self, before=float("inf")):
        """The newest count of streams, all transports together."""
        told = [event for event in self.named("presence") if event.at <= before]
        return sum(json.loads(told[-1].data).values()) if told else None


def pump(streams, until, condition=lambda: False):
    """Reads all `streams` until the time `until`, or until `condition` holds."""
    while not condition():
        left = until - time.monotonic()
        if left <= 0:
            return False
        sockets = {stream.socket: stream for stream in streams if stream.is_reading and not stream.is_closed}
        readable, _, _ = select.select(list(sockets), [], [], min(left, 0.05))
        for readable_socket in readable:
            sockets[readable_socket].receive()
    return True
