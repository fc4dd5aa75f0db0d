"""Attacks by frame: on the turns of an event loop, and by what decompresses."""
import zlib

import wire
from attacker import attack


def deflated(data, level=9):
    """A message as permessage-deflate wants it: without the empty block at its end."""
    made = zlib.compressobj(level, zlib.DEFLATED, -15)
    return (made.compress(data) + made.flush(zlib.Z_SYNC_FLUSH))[:-4]


class Bits:
    def __init__(self):
        self.value = self.size = 0

    def add(self, value, size):
        """`size` bits, least significant first."""
        self.value |= value << self.size
        self.size += size

    def code(self, value, size):
        """A Huffman code, most significant bit first."""
        self.add(int(format(value, "0%db" % size)[::-1], 2), size)


def empty_tables(size):
    """About `size` bytes of deflate blocks that have a table of 257 codes each, and no content."""
    bits = Bits()
    for _ in range(8):
        # Not the last, dynamic; 257 literal codes, 1 distance code, 18 code length codes.
        bits.add(0, 1), bits.add(2, 2), bits.add(0, 5), bits.add(0, 5), bits.add(14, 4)
        # In the order 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1: lengths of 16: 1, 9: 2, 0: 3, 1: 3.
        for length in (1, 0, 0, 3, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3):
            bits.add(length, 3)
        sixteen, nine, zero, one = (0, 1), (2, 2), (6, 3), (7, 3)
        bits.code(*nine)
        for _ in range(42):
            bits.code(*sixteen), bits.add(3, 2)
        bits.code(*sixteen), bits.add(0, 2)
        bits.code(*one)
        bits.code(*zero)
        # End of block: the code of length 1.
        bits.code(0, 1)
    block = bits.value.to_bytes(bits.size // 8 + 1, "little")
    assert bits.size % 8 == 0
    return block[:bits.size // 8] * (size // (bits.size // 8))


def open_socket(a, code, source=None, fields=(wire.DEFLATE,)):
    client = a.connect(source or a.address(), timeout=5)
    client.sendall(wire.upgrade(code, fields))
    head, _ = wire.read_head(client)
    if wire.status(head) != 101:
        client.close()
        raise OSError("refused")
    return client


def bursts(a, frames, connections=4):
    """Sends bursts of what `frames()` gives; where the server closes, comes again."""
    code = a.room()

    def once():
        client = open_socket(a, code)
        try:
            data = frames()
            client.settimeout(5)
            client.sendall(data)
            a.count("bursts")
            a.count("MB sent", len(data) / 1e6)
            a.drain(client, 0.3)
        finally:
            client.close()
    a.in_parallel(connections, lambda index: a.repeat(once))


def bomb(size=64 * 1024):
    return deflated(b"[" * size)


@attack("turns", weight=1.5)
def compressed_bursts(a):
    """Bursts of 222 KB of compressed frames, each of which decompresses to almost 64 KiB of JSON."""
    texts = [b"[" * 65_000, b'{"command":"' + b"a" * 64_000 + b'"}', b'{"a":' * 12_000,
             b'"' + b"\\u0061" * 10_000 + b'"',
             b'{"command":"ping","ref":"' + "\u0301".encode() * 30_000 + b'"}', b" " * 65_000,
             b'{"names":[' + b'"a",' * 16_000 + b'"a"]}']
    one = wire.frame(0xC1, deflated(a.choose(texts[1], texts)))
    data = one * (222_000 // len(one))
    bursts(a, lambda: data, 12)


@attack("turns", weight=1.5)
def empty_blocks(a):
    """Compressed frames that decompress to nothing: blocks with a table each, or of the fixed code, or stored ones."""
    size = a.choose(60_000, [500, 4_000, 60_000])
    # Four empty blocks of the fixed code are five bytes.
    fixed = sum(2 << 10 * i for i in range(4)).to_bytes(5, "little") * (size // 5)
    tables, stored = empty_tables(size), b"\0\0\0\xff\xff" * (size // 5)
    payload = a.choose(tables, [tables, tables, stored, fixed])
    whole, parts = wire.frame(0xC1, payload), wire.frame(0x41, payload) + wire.frame(0x80)
    data = a.choose(whole, [whole, parts]) * (1_200_000 // size)
    bursts(a, lambda: data)


@attack("turns")
def small_frames(a):
    """Small frames as fast as they go."""
    blocks = [wire.text({"command": "ping"}) * 10_000, wire.frame(0x8A) * 40_000,
              wire.frame(0x01, b"a") + wire.frame(0x00) * 40_000,
              wire.text(b"{}") * 20_000, wire.frame(0x81, b"") * 40_000, wire.text({"command": "start"}) * 3000]
    block = a.choose(blocks[0], blocks)
    bursts(a, lambda: block)


@attack("turns")
def large_messages(a):
    """Messages of 64 KiB and more, whole or in fragments, and JSON bombs in them."""
    n = 65_000
    texts = [b"[" * n, b'{"a":' * (n // 5), b'{"command":"' + b"\\u0061" * (n // 6) + b'"}',
             b'{"ref":"' + "\u0301".encode() * (n // 2) + b'"}',
             b'{"duration":' + b"9" * n + b"}", b"{" + b",".join(b'"%d":1' % i for i in range(6000)) + b"}", b" " * n]
    body = a.choose(texts[1], texts)
    ways = [wire.frame(0x81, body) * 8, wire.frame(0x01, body[:100]) + wire.frame(0x00, body[100:200]) * 600,
            wire.frame(0x81, body[:8000]) * 30, wire.frame(0x81, b"a" * 70_000),
            b"\x81\xff" + b"\x7f" + b"\xff" * 7 + b"\0" * 4 + b"a" * 65_536]
    data = a.choose(ways[0], ways)
    bursts(a, lambda: data)


@attack("turns")
def endless_fragments(a):
    """A message without an end, in compressed or plain fragments."""
    code = a.room()

    def one(_):
        client = open_socket(a, code)
        client.sendall(wire.frame(0x01, b"a"))
        a.flood(client, a.choose(wire.frame(0x00) * 8000, [wire.frame(0x00, b"a") * 8000, wire.frame(0x00,
                                                                                                     b"a" * 60_000)]))
    a.in_parallel(3, lambda index: a.repeat(lambda: one(index)))


@attack("turns")
def unread_pings(a):
    """Pings of 125 bytes whose answers nobody reads."""
    code = a.room()

    def one(_):
        client = open_socket(a, code)
        a.flood(client, wire.frame(0x89, b"p" * 125) * 500)
        a.rest(1)
        client.close()
    a.in_parallel(6, lambda index: a.repeat(lambda: one(index)))


@attack("turns")
def paced_frames(a):
    """As many frames and commands as the limits allow, on many connections, in the pace of the limits."""
    code = a.room(names=["a", "b"])
    sockets = []
    for _ in range(20):
        try:
            sockets.append(open_socket(a, code))
        except OSError:
            a.count("errors")
    burst = wire.text({"command": "swap", "by": "n" * 32}) * 15
    while a.goes_on():
        for client in sockets:
            try:
                client.settimeout(0.001)
                client.send(burst)
                client.recv(262_144)
                a.count("commands", 15)
            except OSError:
                a.count("errors")
        a.rest(0.1)
    for client in sockets:
        client.close()
