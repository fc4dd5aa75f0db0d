"""Runs the attacks one after another, and holds what the bystanders saw against the bars."""
import argparse
import multiprocessing
import os
import random
import shutil
import signal
import sys
import time

import attacker
import attacks_alone
import attacks_costly
import attacks_floods
import attacks_frames
import attacks_mixed
import attacks_sites
import attacks_strange
import attacks_streams
import attacks_unread
import report
import wire
from attacker import ATTACKS
from bystanders import Bystanders, TICK_LATE
from server import Server

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KINDS = ("re-entrance", "unread", "after", "other-sites", "costly", "turns", "descriptors", "floods", "writes",
         "signals", "strange", "mixture")

#: Seconds that a request, ping or command of a bystander may take.
WAIT = 0.1
#: Times as much that a request on a new connection may take: in a storm of connections it waits behind those that are
#: being opened, of which the system queues up to 4,096.
NEW_BAR = 5
#: KiB above the start that memory may reach, and may keep: the latter and a tenth.
PEAK, KEPT = 64 * 1024, 8 * 1024
#: KiB that a room which was opened on the way, with 16 long names, may keep: it is there still.
ROOM = 6
#: Seconds until memory and descriptors must be back.
RECOVERY = 60
#: KiB at which an attack is ended, so that it fails and the machine does not.
ENOUGH = 1536 * 1024


class Suite:
    def __init__(self, options):
        self.options = options
        self.rng = random.Random(options.seed)
        self.results = []
        self.server = self.bystanders = None

    # The server and its bystanders

    def begin(self):
        self.server = Server(self.options.server)
        self.rooms = 0
        self.bystanders = Bystanders(self.server.port)

    def end(self):
        if self.bystanders:
            self.bystanders.stop()
        if self.server:
            self.server.end()
        self.bystanders = self.server = None

    def begin_anew(self):
        self.end()
        self.begin()

    # Attacks

    def warm_up(self):
        """Ordinary use before memory is looked at: what a server keeps of that, no attack is to blame for."""
        port = self.server.port
        code = wire.open_room(port)
        clients = []
        try:
            for index in range(200):
                client = wire.connect(port, "127.1.%d.1" % (index % 50))
                client.sendall(wire.stream(code) if index % 2 else wire.upgrade(code))
                clients.append(client)
            for index in range(100):
                wire.ask(port, "GET", "/" if index % 2 else "/api/" + code, source="127.1.%d.2" % (index % 50))
        except OSError as error:
            print("      the warm-up was cut short: %r" % error, flush=True)
        for client in clients:
            client.close()
        time.sleep(1.5)

    def control(self, seconds):
        """No attack: what the machine alone does to the bystanders."""
        result = report.Result("control", "control (no attack)", seconds)
        result.before = self.server.memory()
        result.peak, _ = self.watch([], seconds)
        result.after = self.server.memory()
        result.seen = self.bystanders.collect()
        worst = max(result.seen["worst"].values())
        result.show()
        if worst > WAIT / 2 or result.seen["canary"] > WAIT / 2:
            print("      this machine is not quiet: without any attack the worst is %s ms; run again when it is" % (
                report.ms(max(worst, result.seen["canary"]))), flush=True)

    def watch(self, children, seconds):
        """Samples memory until the time is over or the attackers are done: the peak, and whether it was too much."""
        peak, until = 0, time.monotonic() + seconds
        while True:
            peak = max(peak, self.server.memory())
            moment = time.monotonic()
            if not self.server.is_alive or peak > ENOUGH:
                return peak, peak > ENOUGH
            if moment > until + 4 or (children and not any(child.is_alive() for child in children)):
                return peak, False
            if not children and moment > until:
                return peak, False
            time.sleep(0.05)

    def attack(self, made, seconds, first):
        seed = self.rng.getrandbits(32)
        result = report.Result(made.kind, made.name)
        result.varied = not first
        if made.alone:
            begin = time.monotonic()
            alone = attacks_alone.Alone(self.options.server, random.Random(seed), seconds)
            try:
                made.function(alone)
            except (OSError, RuntimeError, ValueError) as error:
                alone.fault("it could not go on: %r" % error)
            result.seconds = time.monotonic() - begin
            result.counts, result.faults = alone.counts, alone.faults
            result.before, result.after = alone.figures.get("memory", (0, 0))
            return self.note(result)

        result.before, descriptors = self.server.memory(), self.server.descriptors()
        self.bystanders.collect()
        begin = time.monotonic()
        context = multiprocessing.get_context("fork")
        children, pipes = [], []
        for worker in range(made.workers):
            ours, theirs = context.Pipe(False)
            child = context.Process(target=attacker.run, args=(made, self.server.port, seed, seconds, first, worker,
                                                               theirs), daemon=True)
            child.start()
            theirs.close()
            children.append(child)
            pipes.append(ours)
        result.peak, too_much = self.watch(children, seconds)
        for child, pipe in zip(children, pipes):
            # Before they are ended: one that is done has told what it did.
            if pipe.poll(0.5 if self.server.is_alive and not too_much else 0):
                try:
                    counts, faults = pipe.recv()
                except EOFError:
                    counts, faults = {}, []
                for name, number in counts.items():
                    result.counts[name] = result.counts.get(name, 0) + number
                result.faults += faults
            child.kill()
            child.join()
            pipe.close()
        result.seconds = time.monotonic() - begin
        # Once more all that happens every second.
        self.watch([], 1.2)
        if not self.server.is_alive:
            self.died(result)
            result.seen = None
            self.note(result)
            self.begin_anew()
            return
        result.peak = max(result.peak, self.server.memory())
        result.seen = self.bystanders.collect()
        self.rooms += result.counts.get("rooms", 0)
        self.judge(result)
        self.recover(result, descriptors)
        if not self.server.is_alive:
            # A crash takes seconds to be written down, in which the process is there but answers nobody.
            self.died(result)
        self.note(result)
        # What an attack left behind must not be the next one's fault.
        if not self.server.is_alive or result.after > self.allowed(result) or result.seen is None:
            self.begin_anew()

    def died(self, result):
        result.faults.insert(0, "the server died: " + self.server.last_words())
        if self.options.crashes:
            name = "%02d-%s.txt" % (len(self.results), result.name)
            shutil.copy(self.server.errors, os.path.join(self.options.crashes, name))

    def judge(self, result):
        seen, bar = result.seen, self.options.bar / 1000
        if seen is None:
            result.faults.append("the bystanders do not answer any more")
            return
        for kind, worst in seen["judged"].items():
            if worst > (NEW_BAR * bar if kind == "new" else bar):
                result.faults.append("a bystander's %s took %s ms" % (kind, report.ms(worst)))
        if seen["judged-missed"]:
            result.faults.append("%d ticks missed" % seen["judged-missed"])
        if seen["judged-late"] > TICK_LATE:
            result.faults.append("a tick came %s ms late" % report.ms(seen["judged-late"]))
        if seen["refused"]:
            result.faults.append("bystanders were refused with 429 %d times" % seen["refused"])
        if seen["errors"]:
            result.faults.append("%d errors of bystanders, the first: %s" % (len(seen["errors"]),
                                                                             seen["errors"][0][:160]))
        if result.peak > result.before + PEAK:
            result.faults.append("memory rose from %s to %s MiB" % (report.mib(result.before), report.mib(result.peak)))

    def allowed(self, result):
        """KiB that the server may keep after an attack."""
        return result.before * 1.1 + KEPT + ROOM * result.counts.get("rooms", 0)

    def recover(self, result, descriptors):
        """Waits until memory and descriptors are back."""
        until = time.monotonic() + self.options.recovery
        while self.server.is_alive:
            memory, files = self.server.memory(), self.server.descriptors()
            result.after = memory
            # The bystanders' own connections come and go.
            if memory <= self.allowed(result) and files <= descriptors + 3:
                return
            if time.monotonic() > until:
                if memory > self.allowed(result):
                    result.faults.append("memory is %s MiB %d s after, %s before" % (
                        report.mib(memory), self.options.recovery, report.mib(result.before)))
                if files > descriptors + 3:
                    result.faults.append("%d descriptors %d s after, %d before" % (
                        files, self.options.recovery, descriptors))
                return
            time.sleep(0.2)

    def note(self, result):
        self.results.append(result)
        result.show()

    def over_all(self, memory, descriptors):
        """After all: memory against that of the beginning, and an end by SIGTERM."""
        result = report.Result("over all", "over all")
        begin = time.monotonic()
        result.before = memory
        # Those that this server has from the attacks before.
        result.counts["rooms"] = self.rooms
        self.recover(result, descriptors)
        self.bystanders.stop()
        self.bystanders = None
        seconds, status = self.server.stop(signal.SIGTERM, 15)
        result.counts["ms to end"] = round(seconds * 1000)
        if status != 0:
            result.faults.append("SIGTERM: " + ("it had to be killed" if status is None else self.server.last_words()))
        elif seconds > 11:
            result.faults.append("SIGTERM: it took %.1f s" % seconds)
        result.seconds = time.monotonic() - begin
        self.note(result)

    def run(self):
        options = self.options
        chosen = [made for made in ATTACKS.values()
                  if not options.only or made.kind in options.only or made.name in options.only]
        on_main = [made for made in chosen if not made.alone]
        begin = time.monotonic()
        until = begin + options.seconds
        try:
            if on_main:
                self.begin()
                self.warm_up()
                self.bystanders.collect()
                self.control(min(10, max(3, options.seconds / 20)))
                memory, descriptors = self.server.memory(), self.server.descriptors()
                first_server = self.server
            weights = sum(made.weight for made in on_main) or 1
            # Besides its own time every attack takes some two seconds; servers of their own some five.
            left = until - time.monotonic() - 2 * len(on_main) - 5 * (len(chosen) - len(on_main)) - 5
            share = max(1, left * (1 if options.short or options.first else 0.45) / weights)
            for made in [] if options.variations else sorted(chosen, key=lambda made: KINDS.index(made.kind)):
                self.attack(made, min(12, share * made.weight), first=True)
            share = max(share, 3)
            while on_main and time.monotonic() < until - 8 and not options.first:
                made = self.rng.choice(on_main)
                self.attack(made, min(8, share * made.weight, until - time.monotonic() - 4), first=False)
            if on_main:
                if self.server is not first_server:
                    # It had to be started anew on the way; its beginning is not the first one's.
                    print("      the server was started anew on the way", flush=True)
                self.over_all(memory, descriptors)
        finally:
            self.end()
        return report.table(self.results, list(KINDS) + ["over all"])


def main(usage):
    parser = argparse.ArgumentParser(description=usage, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default=os.path.join(ROOT, ".build/release/tandem"), help="the binary")
    parser.add_argument("--seconds", type=float, default=600, help="for all together, about (600)")
    parser.add_argument("--short", action="store_true", help="about two minutes")
    parser.add_argument("--first", action="store_true", help="only the fixed examples, no variations")
    parser.add_argument("--variations", action="store_true", help="only variations, no fixed examples")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32), help="of the variations")
    parser.add_argument("--only", type=lambda text: text.split(","), help="kinds or attacks, by comma")
    parser.add_argument("--bar", type=float, default=WAIT * 1000, help="ms that a bystander may wait (100)")
    parser.add_argument("--recovery", type=float, default=RECOVERY, help="seconds until memory must be back (60)")
    parser.add_argument("--crashes", help="folder for what a server that died printed")
    parser.add_argument("--list", action="store_true", help="the attacks, by kind")
    options = parser.parse_args()
    if options.list:
        for kind in KINDS:
            for made in ATTACKS.values():
                if made.kind == kind:
                    print("%-12s %-28s %s" % (kind, made.name, made.function.__doc__.splitlines()[0]))
        return 0
    if options.only:
        known = set(ATTACKS) | set(KINDS)
        for name in options.only:
            if name not in known:
                parser.error("no kind or attack '%s'; --list names them" % name)
    if options.crashes:
        os.makedirs(options.crashes, exist_ok=True)
    if options.short:
        options.seconds, options.recovery = min(options.seconds, 120), min(options.recovery, RECOVERY)
    if not os.access(options.server, os.X_OK):
        parser.error("no server at %s; build it with: swift build -c release" % options.server)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print("seed %d, server %s" % (options.seed, options.server))
    report.header()
    return 0 if Suite(options).run() else 1
