#!/usr/bin/python3
"""captures.py bulk GIGABYTES | handshakes COUNT | open COUNT - a large capture on standard output."""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "read"))
from packets import *  # noqa: F403

out = sys.stdout.buffer


def write(packets):
    out.write(pcap([(t, ethernet(d)) for t, d in packets])[24:])


def bulk(gigabytes):
    """8 connections in turn, records of 16 KiB in full segments."""
    flows = [resumed(Flow(client=("10.0.0.1", 40000 + i)).open()) for i in range(8)]
    for f in flows:
        write(f.packets)
        f.packets = []
    stream = b"".join(record(23, noise(16384 + 17, i)) for i in range(16))
    left = int(gigabytes * 10**9)
    at = [0] * 8
    ring = stream * 2
    while left > 0:
        for i, f in enumerate(flows):
            for _ in range(16):
                f.send(1, ring[at[i]:at[i] + 1460])
                at[i] = (at[i] + 1460) % len(stream)
            write(f.packets)
            left -= 16 * 1514
            f.packets = []


def handshakes(count, ended=True):
    """Full TLS 1.2 handshakes with one and the same certificate, 11 packets each, or those still open."""
    import subprocess
    certificate = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-outform",
         "DER", "-subj", "/CN=a.test", "-days", "2"], capture_output=True, check=True).stdout
    chain = struct.pack(">I", len(certificate))[1:] + certificate
    chain = struct.pack(">I", len(chain))[1:] + chain
    f = Flow(step_ns=1000).open()
    f.send(0, record(22, client_hello(b"a.test", extensions=extension(10, struct.pack(">HH", 2, 29)) +
                                      extension(13, struct.pack(">HHH", 4, 0x0401, 0x0804)))))
    f.send(1, record(22, server_hello() + message(11, chain) + message(12, noise(300)) + message(14, b"")))
    f.send(0, record(22, message(16, noise(33))) + record(20, b"\1") + record(22, noise(40)))
    f.send(1, record(20, b"\1") + record(22, noise(40)))
    if ended:
        f.send(0, record(21, noise(26))).close()
    block = bytearray(pcap([(t, ethernet(d)) for t, d in f.packets])[24:])
    places, at = [], 0  # of the addresses and ports in each frame
    for t, d in f.packets:
        places.append((at + 16 + 14, d[12:16] == address("10.0.0.1")))
        at += 16 + 14 + len(d)
    randoms = [block.index(bytes(range(start, start + 32))) for start in (0, 32)]
    for n in range(count):
        for place in randoms:
            struct.pack_into(">Q", block, place, n)
        host, port = struct.pack(">I", 0x0a010000 + n // 60000), struct.pack(">H", 1024 + n % 60000)
        for place, from_client in places:
            a, p = (12, 20) if from_client else (16, 22)
            block[place + a:place + a + 4] = host
            block[place + p:place + p + 2] = port
        out.write(block)


out.write(pcap([]))
bulk(float(sys.argv[2])) if sys.argv[1] == "bulk" else handshakes(int(sys.argv[2]), sys.argv[1] != "open")
