#!/usr/bin/python3
"""More connections open at once than are kept unpacked: what is told of each stays the same."""
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(__file__))
from harness import finish, of, ok, run, stats
from packets import *  # noqa: F403

COUNT = 4500  # AWAKE of user/track/table.h is 4096


def whole():
    f = resumed(Flow(step_ns=1000).open()).send(1, record(21, b"\2\x32")).close()
    return [(t, ethernet(d)) for t, d in f.packets]


TEMPLATE = whole()


def of_client(n, packets, shift_ns):
    """The same packets of another client port."""
    port = struct.pack(">H", 2000 + n)
    out = []
    for t, d in packets:
        at = 34 if d[34:36] == struct.pack(">H", 40000) else 36
        out.append((t + shift_ns, d[:at] + port + d[at + 2:]))
    return out


def told(packets):
    """What is told of each connection, but for when and under which number."""
    status, events, errors = run(pcap(packets))
    ok(status == 0 and not errors and stats(events)["connections"]["total"] == COUNT, f"{COUNT} connections", errors)
    out = {}
    for e in events[:-1]:
        tls = {k: v for k, v in e["tls"].items() if k != "handshake"}
        for a in tls.get("alert", {}).get("after", []):
            del a["time_offset_ns"]
        out.setdefault(e["client"]["port"], []).append((e["event"]["action"], tls))
    return out


half = 7  # the handshake and the first data
one_by_one = [p for n in range(COUNT) for p in of_client(n, TEMPLATE, n * 1_000_000)]
at_once = [p for part, late in ((TEMPLATE[:half], 0), (TEMPLATE[half:], 10**10))
           for n in range(COUNT) for p in of_client(n, part, late + n * 1000)]
alone, together = told(one_by_one), told(at_once)
# Which pair of ends failed before is remembered: findings are of the order of handshakes.
for port in alone:
    for events in (alone, together):
        events[port] = [x for x in events[port] if x[0] != "tls-finding"]
differ = [p for p in alone if alone[p] != together.get(p)]
ok(not differ and len(alone) == COUNT, "each as if it were alone", [(alone[p], together.get(p)) for p in differ[:1]])
finish()
