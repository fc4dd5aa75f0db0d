"""What an attack is given: a port, a seed, a time, addresses, and a place to count."""
import os
import random
import threading
import time

import wire

#: A request of 40 bytes.
LIVE = b"GET /health/live HTTP/1.1\r\nHost:a\r\n\r\n"

#: name -> Attack, in the order in which they are written.
ATTACKS = {}


class Attack:
    """One attack of a kind. `alone` attacks start servers of their own and are called with the path of the binary."""

    def __init__(self, kind, function, workers, alone, weight):
        self.kind, self.function, self.workers, self.alone, self.weight = kind, function, workers, alone, weight
        self.name = function.__name__.replace("_", "-")


def attack(kind, workers=1, alone=False, weight=1.0):
    def register(function):
        made = Attack(kind, function, workers, alone, weight)
        ATTACKS[made.name] = made
        return function
    return register


class NoRoom(OSError):
    """The server gave no room to attack, so that an attack would show nothing."""


class Attacker:
    """One process of an attack; `worker` counts from 0. `first` is the fixed example, else the seed varies it."""

    def __init__(self, port, seed, seconds, first, worker):
        self.port, self.first, self.worker = port, first, worker
        self.rng = random.Random("%s %s" % (seed, worker))
        self.until = time.monotonic() + seconds
        self.counts = {}
        self.faults = []
        self.lock = threading.Lock()

    def goes_on(self):
        return time.monotonic() < self.until

    def rest(self, seconds):
        time.sleep(max(0, min(seconds, self.until - time.monotonic())))

    def count(self, name, number=1):
        with self.lock:
            self.counts[name] = self.counts.get(name, 0) + number

    def fault(self, text):
        """The attack itself saw what must not be."""
        if len(self.faults) < 20:
            self.faults.append(text)

    def choose(self, fixed, choices):
        return fixed if self.first else self.rng.choice(choices)

    def address(self):
        """A client address of its own."""
        return "127.%d.%d.%d" % (self.rng.randint(1, 254), self.rng.randint(0, 254), self.rng.randint(1, 254))

    def connect(self, source="127.0.0.2", **options):
        client = wire.connect(self.port, source, **options)
        self.count("connections")
        return client

    def room(self, **members):
        """A new room, from an address of its own, since setting up is no attack."""
        for _ in range(20):
            try:
                code = wire.open_room(self.port, self.address(), **members)
                self.count("rooms")
                return code
            except (OSError, ValueError):
                if not self.goes_on():
                    break
                time.sleep(0.05)
        raise NoRoom("no room to attack")

    def in_parallel(self, number, function):
        """Runs `function(index)` in `number` threads; network faults end one of them."""
        def run(index):
            try:
                function(index)
            except OSError:
                self.count("errors")
        threads = [threading.Thread(target=run, args=(index,), daemon=True) for index in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0, self.until + 3 - time.monotonic()))

    def repeat(self, function):
        """Calls `function` until the time is over; a fault of the network is what attackers meet."""
        while self.goes_on():
            try:
                function()
            except OSError:
                self.count("errors")
                time.sleep(0.002)

    def flood(self, client, block, most=400 << 20):
        """Sends `block` as fast as it goes, reading nothing, until the end, an error or `most` bytes."""
        sent = 0
        client.settimeout(0.5)
        try:
            while self.goes_on() and sent < most:
                try:
                    number = client.send(block)
                except TimeoutError:
                    continue
                sent += number
        except OSError:
            self.count("cut off")
        finally:
            self.count("MB sent", sent / 1e6)

    def hold(self, clients):
        """Keeps connections open, unread, until the end."""
        while self.goes_on():
            time.sleep(0.05)
        for client in clients:
            client.close()

    def drain(self, client, seconds=1.0):
        """Reads what comes, up to the end of the connection or of the time."""
        client.settimeout(seconds)
        got = b""
        try:
            while data := client.recv(65536):
                got = (got + data)[-65536:]
        except OSError:
            pass
        return got


def run(made, port, seed, seconds, first, worker, pipe):
    """The main function of an attacker's process."""
    try:
        os.nice(10)
        attacker = Attacker(port, seed, seconds, first, worker)
        try:
            made.function(attacker)
        except NoRoom:
            attacker.fault("it got no room to attack, and showed nothing")
        except OSError as error:
            attacker.count("errors")
            attacker.count("ended by " + type(error).__name__)
        pipe.send((attacker.counts, attacker.faults))
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    except BaseException as error:
        pipe.send(({"bug": 1}, ["the attack has a bug: %r" % error]))
    finally:
        # Nothing of the parent's must be cleaned up here.
        os._exit(0)
