"""A client, a router and a server, each in a network namespace of its own, and a router that can drop everything.

Neither end sees that: its link stays up, and nobody says that a packet was lost. So vanishes a network behind a radio.
"""
import contextlib
import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


class Unavailable(Exception):
    """This machine does not let namespaces be made."""


def run(*command):
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{' '.join(command)}: {error}") from error
    if result.returncode != 0:
        raise Unavailable(f"{' '.join(command)}: {result.stderr.strip()}")


class Network:
    """Names are unique to this process. `close` removes everything, and may be called at any time."""

    server_address = "10.77.2.2"

    def __init__(self):
        self.names = {role: f"tandem-{role}-{os.getpid()}" for role in ("client", "router", "server")}
        self.made = []
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)

    def make(self):
        for name in self.names.values():
            run("ip", "netns", "add", name)
            self.made.append(name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        self._link("client", "10.77.1.2/24", "10.77.1.1/24")
        self._link("server", "10.77.2.2/24", "10.77.2.1/24")
        run("ip", "-n", self.names["client"], "route", "add", "default", "via", "10.77.1.1")
        run("ip", "-n", self.names["server"], "route", "add", "default", "via", "10.77.2.1")
        self.forward(True)

    def _link(self, role, address, gateway):
        here, there = self.names[role], self.names["router"]
        run("ip", "-n", here, "link", "add", "up", "type", "veth", "peer", "name", role, "netns", there)
        run("ip", "-n", here, "link", "set", "veth0", "up")
        run("ip", "-n", there, "link", "set", role, "up")
        run("ip", "-n", here, "addr", "add", address, "dev", "veth0")
        run("ip", "-n", there, "addr", "add", gateway, "dev", role)

    def forward(self, does):
        """Lets the router pass packets on, or drop them all."""
        try:
            with self.inside("router"), open("/proc/sys/net/ipv4/ip_forward", "w") as setting:
                setting.write("1" if does else "0")
        except OSError as error:
            raise Unavailable(f"the router's ip_forward: {error}") from error

    @contextlib.contextmanager
    def inside(self, role):
        """What is opened meanwhile belongs to the namespace of `role`."""
        there = os.open(f"/run/netns/{self.names[role]}", os.O_RDONLY)
        try:
            self._enter(there)
            yield
        finally:
            self._enter(self.home)
            os.close(there)

    @staticmethod
    def _enter(descriptor):
        if libc.setns(descriptor, CLONE_NEWNET) != 0:
            raise Unavailable(f"setns: {os.strerror(ctypes.get_errno())}")

    def command(self, role, *command):
        return ["ip", "netns", "exec", self.names[role], *command]

    def close(self):
        while self.made:
            subprocess.run(["ip", "netns", "del", self.made.pop()], capture_output=True, timeout=20)
