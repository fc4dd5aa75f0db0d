"""Those who only want to use the server while others attack it, and the times that they see.

They live in a process of their own, so that no attacker blurs their clocks. A *canary* among them exchanges bytes
with a plain echo process that has nothing to do with the server: how late it is answered is the machine's own noise,
which is taken off what the server is judged by. For commands so is the time that a sync of another file took meanwhile.
"""
import asyncio
import json
import math
import multiprocessing
import os
import re
import socket
import struct
import tempfile
import time

import wire

SOURCE = "127.0.0.1"
KINDS = ("request", "new", "ping", "command", "http-command")
#: Seconds that a tick may be late.
TICK_LATE = 0.25
now = time.monotonic


class Bystanders:
    """The handle on the process of bystanders: one per server."""

    def __init__(self, port):
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=main, args=(port, theirs), daemon=False)
        self.process.start()
        theirs.close()
        if not self.pipe.poll(20) or self.pipe.recv() != "ready":
            self.stop()
            raise RuntimeError("the bystanders could not begin")

    def collect(self):
        """What was seen since the last call."""
        self.pipe.send("collect")
        return self.pipe.recv() if self.pipe.poll(20) else None

    def stop(self):
        try:
            self.pipe.send("stop")
        except OSError:
            pass
        self.process.join(3)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def echo(listener):
    """Sends back what it gets; the canary's peer."""
    client, _ = listener.accept()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        data = client.recv(64)
        if not data:
            return
        client.sendall(data)


def main(port, pipe):
    listener = socket.create_server((SOURCE, 0))
    peer = multiprocessing.get_context("fork").Process(target=echo, args=(listener,), daemon=True)
    peer.start()
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -5)
    except OSError:
        pass
    try:
        asyncio.run(Crowd(port, pipe, listener.getsockname()[1]).run())
    except (KeyboardInterrupt, EOFError, BrokenPipeError):
        pass
    finally:
        peer.kill()


def overlap(intervals, begin, end):
    """Seconds from `begin` to `end` that lie in one of `intervals` at least."""
    total, reached = 0.0, begin
    for from_, to in sorted(intervals):
        from_, to = max(from_, reached), min(to, end)
        if to > from_:
            total, reached = total + to - from_, to
    return total


class Crowd:
    def __init__(self, port, pipe, canary_port):
        self.port, self.pipe, self.canary_port = port, pipe, canary_port
        self.offset = None
        self.pending = {}
        self.ticks = {}
        self.clear()

    def clear(self):
        self.worst = dict.fromkeys(KINDS, 0.0)
        self.count = dict.fromkeys(KINDS, 0)
        #: (kind, begin, end) of what took long; (begin, end) of what the canary waited for, and of slow syncs.
        self.slow, self.noise, self.disk = [], [], []
        self.worst_sync = 0.0
        self.canary = 0.0
        self.missed = 0
        self.late = 0.0
        self.late_ticks = []
        self.errors = []
        self.refused = 0

    # Times

    def took(self, kind, begin, end):
        self.count[kind] += 1
        self.worst[kind] = max(self.worst[kind], end - begin)
        if end - begin > 0.05:
            self.slow.append((kind, begin, end))

    def came(self, due, moment):
        self.late = max(self.late, moment - due)
        if moment - due > 0.05:
            self.late_ticks.append((due, moment))

    def failed(self, what, error):
        if len(self.errors) < 100:
            self.errors.append("%s: %s" % (what, str(error) or type(error).__name__))

    def answered(self, what, status, wanted):
        if status == 429:
            self.refused += 1
        if status not in wanted:
            self.failed(what, "status %s" % status)

    def report(self):
        moment = now()
        for kind, begin in self.pending.items():
            if kind in KINDS:
                self.took(kind, begin, moment)
        for name, (_, last) in self.ticks.items():
            # The next tick is due; if it is overdue it is late already.
            if self.offset is not None:
                self.came(self.offset + last + 1, moment)
        # What the machine itself took, off the time that the server is judged by.
        judged, excused = dict.fromkeys(KINDS, 0.0), 0
        for kind, begin, end in self.slow:
            others = self.noise + self.disk if "command" in kind else self.noise
            own = end - begin - overlap(others, begin, end)
            judged[kind] = max(judged[kind], own)
            excused += end - begin > 0.1 >= own
        late = max([end - due - overlap(self.noise, due, end) for due, end in self.late_ticks], default=0.0)
        # A machine that stands still for a second lets every stream miss a tick: the newest one is sent.
        lost = 2 * math.ceil(self.canary) if self.canary > 0.9 else 0
        return {"worst": self.worst, "judged": judged, "count": self.count, "canary": self.canary,
                "excused": excused, "disk": self.worst_sync, "missed": self.missed, "late": self.late,
                "judged-missed": max(0, self.missed - lost), "judged-late": late,
                "errors": self.errors, "refused": self.refused}

    # Tasks

    async def run(self):
        self.room = await self.ask_room()
        self.other = await self.ask_room()
        self.reader_of_pipe()
        tasks = [self.follow_sse(), self.follow_websocket(), self.requests(), self.new_connections(),
                 self.http_commands(), self.in_band_commands(), self.watch_machine(), self.watch_disk()]
        self.tasks = [asyncio.create_task(self.keep(task)) for task in tasks]
        await asyncio.sleep(0.5)
        await self.one("PATCH", "/api/%s/timer/start" % self.room, {})
        await asyncio.sleep(1.5)
        self.clear()
        self.pipe.send("ready")
        self.stopped = asyncio.Event()
        await self.stopped.wait()
        for task in self.tasks:
            task.cancel()

    async def keep(self, task):
        try:
            await task
        except asyncio.CancelledError:
            raise
        except Exception as error:  # A bystander's own fault must be seen.
            self.failed("bystander", repr(error))

    def reader_of_pipe(self):
        loop = asyncio.get_running_loop()

        def act():
            try:
                word = self.pipe.recv()
            except (EOFError, OSError):
                word = "stop"
            if word == "collect":
                self.pipe.send(self.report())
                self.clear()
            else:
                loop.remove_reader(self.pipe.fileno())
                self.stopped.set()

        loop.add_reader(self.pipe.fileno(), act)

    async def open(self):
        reader, writer = await asyncio.open_connection(wire.HOST, self.port, local_addr=(SOURCE, 0), limit=1 << 20)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return reader, writer

    async def answer(self, reader):
        head = await reader.readuntil(b"\r\n\r\n")
        match = re.search(rb"(?i)content-length: *(\d+)", head)
        body = await reader.readexactly(int(match.group(1))) if match else b""
        return wire.status(head), body, b"connection: close" in head.lower()

    async def one(self, method, path, body=None):
        reader, writer = await self.open()
        try:
            writer.write(wire.request(method, path, body, [("Connection", "close")]))
            return (await self.answer(reader))[:2]
        finally:
            writer.close()

    async def ask_room(self):
        status, body = await self.one("POST", "/api/rooms", {"duration": 86_400_000})
        if status != 201:
            raise RuntimeError("no room for the bystanders: %d" % status)
        return json.loads(body)["code"]

    async def repeat(self, kind, every, act):
        """Calls `act` every `every` seconds and times it; after a fault it goes on with what `act` opens anew."""
        due = now()
        while True:
            begin = self.pending[kind] = now()
            try:
                await asyncio.wait_for(act(), 20)
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError, ValueError) as error:
                self.failed(kind, repr(error))
                await asyncio.sleep(0.25)
            del self.pending[kind]
            self.took(kind, begin, now())
            due = max(due + every, now() - every)
            await asyncio.sleep(max(0, due - now()))

    def kept(self, send):
        """An exchange on one connection that is kept, and opened anew when it was closed."""
        connection = []

        async def act():
            if not connection:
                connection.extend(await self.open())
            reader, writer = connection
            try:
                writer.write(send())
                status, _, closes = await self.answer(reader)
            except BaseException:
                writer.close()
                connection.clear()
                raise
            if closes:
                writer.close()
                connection.clear()
            return status

        return act

    async def requests(self):
        act = self.kept(lambda: wire.request("GET", "/api/%s/timer" % self.room))

        async def once():
            self.answered("request", await act(), (200,))

        await self.repeat("request", 0.05, once)

    async def new_connections(self):
        async def once():
            status, _ = await self.one("GET", "/api/%s" % self.room)
            self.answered("new", status, (200,))

        await self.repeat("new", 0.25, once)

    async def http_commands(self):
        state = [True]
        act = self.kept(lambda: wire.request(
            "PATCH", "/api/%s/timer/%s" % (self.other, "start" if state[0] else "pause"), {}))

        async def once():
            # The in-band commands alternate in the same room, so a pause may find it paused.
            status = await act()
            self.answered("http-command", status, (204, 409))
            state[0] = not state[0]

        await self.repeat("http-command", 1, once)

    async def websocket(self, code):
        reader, writer = await self.open()
        writer.write(wire.upgrade(code))
        head = await reader.readuntil(b"\r\n\r\n")
        if wire.status(head) != 101:
            writer.close()
            raise OSError("status %d" % wire.status(head))
        return reader, writer

    async def message(self, reader):
        first, size = await reader.readexactly(2)
        if size == 126:
            size = struct.unpack(">H", await reader.readexactly(2))[0]
        return first & 15, await reader.readexactly(size)

    async def in_band_commands(self):
        connection, state, number = [], [True], [0]

        async def once():
            if not connection:
                connection.extend(await self.websocket(self.other))
            reader, writer = connection
            number[0] += 1
            ref = str(number[0])
            writer.write(wire.text({"command": "start" if state[0] else "pause", "ref": ref}))
            state[0] = not state[0]
            try:
                while True:
                    opcode, data = await self.message(reader)
                    if opcode == 9:
                        writer.write(wire.frame(0x8A, data))
                    elif opcode == 8:
                        raise OSError("closed with %r" % data[:40])
                    elif opcode == 1 and b'"ref":"%s"' % ref.encode() in data:
                        if b"too-many" in data or b"unavailable" in data:
                            self.failed("command", data[:120])
                        return
            except BaseException:
                writer.close()
                connection.clear()
                raise

        await self.repeat("command", 1, once)

    # Streams

    def event(self, name, identifier, kind):
        if kind != "remaining-time" or not identifier:
            return
        tick = int(identifier.rsplit("-", 1)[1])
        if not identifier.startswith("1-"):
            return
        moment = now()
        stream, last = self.ticks.get(name, (None, tick - 1))
        if self.offset is None or moment - tick < self.offset:
            self.offset = moment - tick
        if tick > last:
            self.missed += tick - last - 1
            self.came(self.offset + tick, moment)
        elif tick < last:
            self.failed(name, "tick %d after %d" % (tick, last))
        self.ticks[name] = (stream, max(tick, last))

    async def follow(self, name, read):
        """Reads a stream for ever; its end is a fault."""
        while True:
            try:
                await read()
                self.failed(name, "the stream ended")
            except (OSError, asyncio.IncompleteReadError, ValueError) as error:
                self.failed(name, "the stream ended: %r" % error)
            await asyncio.sleep(0.25)

    async def follow_sse(self):
        async def read():
            reader, writer = await self.open()
            try:
                writer.write(wire.stream(self.room))
                if wire.status(await reader.readuntil(b"\r\n\r\n")) != 200:
                    raise OSError("no stream")
                identifier = kind = ""
                while line := await reader.readline():
                    if line.startswith(b"id:"):
                        identifier = line[3:].strip().decode()
                    elif line.startswith(b"event:"):
                        kind = line[6:].strip().decode()
                    elif line.startswith(b"data:"):
                        self.event("sse", identifier, kind)
                    elif line == b"\n":
                        identifier = kind = ""
            finally:
                writer.close()

        await self.follow("sse", read)

    async def follow_websocket(self):
        """Follows the room, and pings on the same connection every 50 ms."""
        async def read():
            reader, writer = await self.websocket(self.room)
            pinging = asyncio.create_task(self.ping(writer))
            try:
                while True:
                    opcode, data = await self.message(reader)
                    if opcode == 1:
                        event = json.loads(data)
                        self.event("websocket", event.get("id", ""), event["event"])
                    elif opcode == 9:
                        writer.write(wire.frame(0x8A, data))
                    elif opcode == 10 and "ping" in self.pending:
                        self.took("ping", self.pending.pop("ping"), now())
                    elif opcode == 8:
                        raise OSError("closed with %r" % data[:40])
            finally:
                pinging.cancel()
                self.pending.pop("ping", None)
                writer.close()

        await self.follow("websocket", read)

    async def ping(self, writer):
        while True:
            if "ping" not in self.pending:
                self.pending["ping"] = now()
                writer.write(wire.frame(0x89))
            await asyncio.sleep(0.05)

    async def watch_machine(self):
        """The canary: a byte every 10 ms to a process that only sends it back."""
        reader, writer = await asyncio.open_connection(SOURCE, self.canary_port)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            begin = now()
            writer.write(b"a")
            await reader.readexactly(1)
            end = now()
            self.canary = max(self.canary, end - begin)
            if end - begin > 0.01:
                self.noise.append((begin, end))
            due = now() + 0.01
            await asyncio.sleep(0.01)
            # Not being woken is noise as well.
            if now() - due > 0.01:
                self.noise.append((due, now()))
                self.canary = max(self.canary, now() - due)

    async def watch_disk(self):
        """Syncs of 4 KiB to a file of our own: a command waits for the same disk."""
        with tempfile.TemporaryFile(prefix="tandem-survival-") as file:
            def sync():
                os.pwrite(file.fileno(), b"a" * 4096, 0)
                os.fdatasync(file.fileno())

            while True:
                begin = now()
                await asyncio.to_thread(sync)
                end = now()
                self.worst_sync = max(self.worst_sync, end - begin)
                if end - begin > 0.01:
                    self.disk.append((begin, end))
                await asyncio.sleep(0.05)
