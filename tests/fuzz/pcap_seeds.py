#!/usr/bin/python3
"""pcap_seeds.py FOLDER - inputs for the fuzzer of packets to begin with."""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "read"))
from packets import *  # noqa: F403


def write(name, kind, packets):
    with open(os.path.join(sys.argv[1], name), "wb") as f:
        f.write(bytes([kind]) + b"".join(struct.pack(">H", len(p)) + p for p in packets))


def talk(**more):
    return [d for _, d in resumed(Flow(**more).open(), data=(30, 60)).close().packets]


write("handshake", 0, map(ethernet, talk()))
write("raw", 1, talk())
write("vxlan", 0, [ethernet(ip("1.1.1.1", "1.1.1.2", struct.pack(">HHHHII", 1, 4789, 16 + len(ethernet(d)), 0, 8 << 24, 0) +
                                ethernet(d), protocol=17)) for d in talk()[:6]])
write("gre", 1, [ip("1.1.1.1", "1.1.1.2", struct.pack(">HHI8s", 0x1000, 0x88be, 3, bytes(8)) + ethernet(d), protocol=47)
                 for d in talk()[:6]])
write("ipv6", 0, map(ethernet, talk(client=("fd00::1", 4), server=("fd00::2", 443))))
write("cooked", 2, [link(d, SLL) for d in talk()])
write("wrap", 1, talk(isn=(2**32 - 20, 2**32 - 50)))
d = talk()
write("order", 1, d[:3] + [d[5], d[4], d[3]] + d[6:])
write("reuse", 1, d[:-2] + talk(isn=(7, 9)))
write("fragments", 1, [p for q in d[:4] for p in (ip("10.0.0.1", "10.0.0.2", q[20:36], offset=0, more=True),
                                                   ip("10.0.0.1", "10.0.0.2", q[36:], offset=16))])
for name, first in (("smtp", b"STARTTLS\r\n"), ("proxy1", b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n"),
                    ("proxy2", b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"), ("http", b"GET / HTTP/1.0\r\n\r\n"),
                    ("postgres", struct.pack(">II", 8, 80877103))):
    f = Flow().open().send(0, first)
    write(name, 1, [p for _, p in resumed(f, data=(30, 60)).close().packets])
body = b"\1" + struct.pack(">HHHH", 0x0301, 3, 0, 16) + b"\0\0\5" + noise(16)
write("ssl2", 1, [p for _, p in Flow().open().send(0, struct.pack(">H", 0x8000 | len(body)) + body, 20).packets])
write("middle", 1, [p for _, p in Flow().send(0, record(23, noise(40)) * 3, 60).send(1, record(23, b"abc") * 9, 50).packets])
