"""Attacks on servers of their own: too few descriptors, what a command writes, signals, and joins while draining."""
import os
import signal
import socket
import threading
import time

import wire
from attacker import attack
from bystanders import Bystanders
from server import Server


class Alone:
    """What an attack on its own servers finds; `short` bounds its time."""

    def __init__(self, path, rng, seconds):
        self.path, self.rng, self.seconds = path, rng, seconds
        self.counts, self.faults = {}, []
        self.figures = {}
        self.seen = None

    def count(self, name, number=1):
        self.counts[name] = self.counts.get(name, 0) + number

    def fault(self, text):
        self.faults.append(text)

    def survived(self, server):
        """Whether the server still runs; its last words are the fault if not."""
        if not server.is_alive:
            self.fault("the server died: " + server.last_words())
        return server.is_alive

    def ended_well(self, server, number=signal.SIGTERM, within=12):
        seconds, status = server.stop(number, within + 3)
        name = signal.Signals(number).name
        if status != 0:
            self.fault("%s: %s" % (name, "had to be killed" if status is None else server.last_words()))
        elif seconds > within:
            self.fault("%s: took %.1f s" % (name, seconds))
        self.count("%s ends in ms" % name, round(seconds * 1000))


@attack("descriptors", alone=True)
def too_few_descriptors(a):
    """2,000 connections to a server that may have 256 descriptors: it answers those it has, and does not spin."""
    server = Server(a.path, files=256)
    bystanders, clients = None, []
    try:
        bystanders = Bystanders(server.port)
        # A peer that is connected already, and stays.
        with wire.connect(server.port) as kept:
            bystanders.collect()
            memory = server.memory()
            for index in range(2000):
                client = socket.socket()
                client.bind(("127.%d.%d.2" % (2 + index % 100, index % 250), 0))
                client.setblocking(False)
                client.connect_ex((wire.HOST, server.port))
                clients.append(client)
                if index % 100 == 99:
                    time.sleep(0.02)
            time.sleep(1)
            before, begin = server.cpu(), time.monotonic()
            time.sleep(2)
            share = (server.cpu() - before) / (time.monotonic() - begin)
            a.figures["cpu"] = share
            a.count("CPU % while full", round(share * 100))
            a.count("descriptors", server.descriptors())
            if share > 0.5:
                a.fault("it spins: %.0f %% CPU while 2,000 connections wait" % (share * 100))
            try:
                kept.sendall(wire.request("GET", "/health/live"))
                kept.settimeout(3)
                if wire.read_answer(kept)[0] != 200:
                    a.fault("a peer that was connected got no 200")
            except OSError as error:
                # Its connection waited for a first request for more than ten seconds if the machine is slow.
                a.fault("a peer that was connected got no answer: %r" % error)
            begin = time.monotonic()
            try:
                with wire.connect(server.port, "127.0.0.3", timeout=3) as fresh:
                    fresh.sendall(wire.request("GET", "/health/live"))
                    code = wire.status(wire.read_head(fresh)[0])
                    a.count("a new connection got", code)
                    if code not in (0, 200, 503):
                        a.fault("a new connection got %d" % code)
            except ConnectionError:
                a.count("a new connection was closed")
            except OSError:
                a.fault("a new connection hung for %.0f s" % (time.monotonic() - begin))
            if a.survived(server):
                seen = bystanders.collect()
                if seen and (seen["judged-missed"] or seen["judged"]["ping"] > 0.1 or seen["judged"]["request"] > 0.1):
                    a.fault("those connected waited %.0f ms and missed %d ticks" % (
                        max(seen["worst"]["ping"], seen["worst"]["request"]) * 1000, seen["missed"]))
            for client in clients:
                client.close()
            clients.clear()
            begin, recovered = time.monotonic(), None
            while server.is_alive and time.monotonic() - begin < 15 and recovered is None:
                try:
                    if wire.ask(server.port, "GET", "/health/live", source="127.0.0.4", timeout=2)[0] == 200:
                        recovered = time.monotonic() - begin
                except OSError:
                    pass
                time.sleep(0.1)
            if recovered is None:
                a.fault("it did not recover in 15 s")
            else:
                a.count("ms to recover", round(recovered * 1000))
            a.figures["memory"] = (memory, server.memory())
        if a.survived(server):
            bystanders.stop()
            a.ended_well(server)
    finally:
        for client in clients:
            client.close()
        if bystanders:
            bystanders.stop()
        server.end()


@attack("writes", alone=True)
def written_per_swap(a):
    """Swaps in a room of 16 long names: what the process writes for each, at first and with a full history."""
    server = Server(a.path)
    try:
        names = ["\U0001F350" * 31 + chr(97 + i) for i in range(16)]
        code = wire.open_room(server.port, duration=600_000, names=names)
        data = wire.request("PATCH", "/api/%s/turn/swap" % code, {"by": names[0]})
        with wire.connect(server.port, timeout=10) as client:
            for part, number in (("first 100", 100), ("next 300", 300)):
                before = server.written()
                acknowledged = 0
                due = time.monotonic()
                for _ in range(number):
                    client.sendall(data)
                    status, _ = wire.read_answer(client)
                    acknowledged += status == 204
                    # Below the limit of a room's commands.
                    due += 0.007
                    time.sleep(max(0, due - time.monotonic()))
                written = max(now - then for now, then in zip(server.written(), before))
                each = written / max(1, acknowledged)
                a.count("acknowledged", acknowledged)
                a.count("KiB a swap, " + part, round(each / 1024, 1))
                if each > 32 * 1024:
                    a.fault("%.0f KiB written for each of the %s swaps" % (each / 1024, part))
                if acknowledged < number / 2:
                    a.fault("only %d of %d swaps were acknowledged" % (acknowledged, number))
        if a.survived(server):
            a.ended_well(server)
    finally:
        server.end()


def last_events(client, seconds=8):
    """What a stream still says up to its end, and whether it ended."""
    client.settimeout(seconds)
    data = b""
    try:
        while more := client.recv(65536):
            data += more
        return data, True
    except TimeoutError:
        return data, False
    except OSError:
        return data, True


def end_by(a, number):
    """Ends a server with a stream of each transport by the signal `number`, and looks at how they end."""
    server = Server(a.path, arguments=["--drain-timeout", "5"])
    event_stream = web_socket = None
    try:
        code = wire.open_room(server.port)
        wire.ask(server.port, "PATCH", "/api/%s/timer/start" % code, {})
        event_stream, web_socket = wire.connect(server.port), wire.connect(server.port)
        event_stream.sendall(wire.stream(code))
        web_socket.sendall(wire.upgrade(code))
        time.sleep(0.5)
        read = {}

        def follow_events():
            read["sse"] = last_events(event_stream)[0]

        def follow_messages():
            data = b""
            web_socket.settimeout(8)
            try:
                while more := web_socket.recv(65536):
                    data += more
                    if b"\x88" in more:
                        web_socket.sendall(wire.frame(0x88, b"\x03\xe9"))
            except OSError:
                pass
            read["websocket"] = data

        readers = [threading.Thread(target=follow, daemon=True) for follow in (follow_events, follow_messages)]
        for reader in readers:
            reader.start()
        a.ended_well(server, number, 8)
        for reader in readers:
            reader.join(9)
        name = signal.Signals(number).name
        if b"event: close" not in read.get("sse", b""):
            a.fault("%s: the event stream ended without a close event" % name)
        if b"\x88" not in read.get("websocket", b""):
            a.fault("%s: the WebSocket ended without a close frame" % name)
    finally:
        for client in (event_stream, web_socket):
            if client:
                client.close()
        server.end()


@attack("signals", alone=True)
def hang_up(a):
    """SIGHUP ends streams as SIGTERM does."""
    end_by(a, signal.SIGHUP)


@attack("signals", alone=True)
def terminate_and_interrupt(a):
    """SIGTERM and SIGINT, with a stream of each transport."""
    end_by(a, signal.SIGTERM)
    end_by(a, signal.SIGINT)


@attack("signals", alone=True)
def joins_while_draining(a):
    """Streams that are asked for while the server goes down do not hold it up longer than a closing handshake."""
    server = Server(a.path, arguments=["--drain-timeout", "12"])
    clients = []
    try:
        code = wire.open_room(server.port)
        # A WebSocket that answers no close frame holds the end up for the five seconds of the closing handshake.
        silent = wire.connect(server.port)
        silent.sendall(wire.upgrade(code))
        wire.read_head(silent)
        clients.append(silent)
        rest = []
        for index in range(200):
            client = wire.connect(server.port, "127.7.%d.%d" % (index, index + 1))
            clients.append(client)
            data = wire.stream(code) if index % 2 else wire.upgrade(code)
            # Half of them are in the middle of their request when the signal comes.
            cut = len(data) // 2 if index % 4 < 2 else 0
            client.sendall(data[:cut])
            rest.append((client, data[cut:]))
        time.sleep(0.3)

        def join():
            begin = time.monotonic()
            for number, (client, data) in enumerate(rest):
                # Some just before the signal, most in the second after it.
                time.sleep(max(0, begin + number * 0.005 - time.monotonic()))
                try:
                    client.sendall(data)
                    a.count("joins")
                except OSError:
                    a.count("joins refused")

        joiner = threading.Thread(target=join, daemon=True)
        joiner.start()
        time.sleep(0.02)
        a.ended_well(server, signal.SIGTERM, 7)
        joiner.join(5)
    finally:
        for client in clients:
            client.close()
        server.end()


@attack("signals", alone=True)
def broken_pipe_signal(a):
    """SIGPIPE ends nothing."""
    server = Server(a.path)
    try:
        os.kill(server.pid, signal.SIGPIPE)
        time.sleep(0.3)
        if a.survived(server):
            a.ended_well(server)
    finally:
        server.end()
