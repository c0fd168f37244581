#!/usr/bin/python3
"""Link layers, IP and TCP: however the same bytes travel, the same records come out."""
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(__file__))
from harness import connection, finish, of, ok, records, run, stats
from packets import *  # noqa: F403


def flow(**more):
    return resumed(Flow(**more).open()).close()


def frames(packets, kind=ETHERNET):
    return [(t, link(p, kind)) for t, p in packets]


PLAIN = records(run(pcap(frames(flow().packets)), args=["--records"])[1])
assert len(PLAIN) == 9, PLAIN


def same(name, capture, args=(), close="close_notify", gaps=0, retransmits=0):
    status, events, errors = run(capture, args=["--records", *args])
    good = status == 0 and records(events) == PLAIN and not errors
    if good:
        c = connection(events)
        good = (c["close"], c["gaps"], c["retransmits"], c["resumed"], c["established"]) == \
            ("fin", gaps, retransmits, True, True) or \
            (c["close"], c["gaps"], c["retransmits"]) == (close, gaps, retransmits)
    ok(good, name, (status, errors, records(events), [e["tls"] for e in of(events, "tls-connection")]))


def reorder(packets, order):
    """Packets in another order under the times of the old one."""
    return [(packets[i][0], packets[j][1]) for i, j in enumerate(order)]


# Link layers
p = flow().packets
for kind, name in ((NULL, "null"), (LOOP, "loop"), (RAW, "raw IP"), (IPV4, "IPv4"), (SLL, "cooked v1"),
                   (SLL2, "cooked v2")):
    same(f"link type {name}", pcap(frames(p, kind), kind))
same("pcapng", pcapng(frames(p)))
same("pcapng, cooked v2", pcapng(frames(p, SLL2), SLL2))
same("microseconds", pcap(frames(p), nano=False))
same("VLAN", pcap([(t, ethernet(d, [0x8100])) for t, d in p]))
same("QinQ", pcap([(t, ethernet(d, [0x88a8, 0x8100])) for t, d in p]))
same("MPLS", pcap([(t, ethernet(struct.pack(">II", 5 << 12, 6 << 12 | 0x100) + d, kind=0x8847)) for t, d in p]))
same("PPPoE", pcap([(t, ethernet(struct.pack(">BBHHH", 0x11, 0, 1, len(d) + 2, 0x21) + d, kind=0x8864))
                    for t, d in p]))
same("Ethernet padding", pcap([(t, d + b"\x17\x03\x03" * 7) for t, d in frames(p)]))

# Tunnels, as mirrors of networks and clouds send them
def tunnel(name, wrap, protocol=17):
    same(name, pcap([(t, ethernet(ip("192.0.2.1", "192.0.2.2", wrap(ethernet(d), d), protocol=protocol))) for t, d in p]))


def udp(port, data):
    return struct.pack(">HHHH", 5555, port, 8 + len(data), 0) + data


tunnel("VXLAN", lambda frame, d: udp(4789, struct.pack(">II", 8 << 24, 77 << 8) + frame))
tunnel("Geneve with options", lambda frame, d: udp(6081, struct.pack(">BBHI", 2, 0, 0x6558, 0) + bytes(8) + frame))
tunnel("Geneve of IP", lambda frame, d: udp(6081, struct.pack(">BBHI", 0, 0, 0x0800, 0) + d))
tunnel("GRE", lambda frame, d: struct.pack(">HH", 0, 0x0800) + d, 47)
tunnel("GRE with checksum, key and number", lambda frame, d: struct.pack(">HHIII", 0xb000, 0x6558, 0, 1, 2) + frame, 47)
tunnel("ERSPAN I", lambda frame, d: struct.pack(">HH", 0, 0x88be) + frame, 47)
tunnel("ERSPAN II", lambda frame, d: struct.pack(">HHI8s", 0x1000, 0x88be, 3, bytes(8)) + frame, 47)
tunnel("ERSPAN III", lambda frame, d: struct.pack(">HHI12s8s", 0x1000, 0x22eb, 3, bytes(11) + b"\1", bytes(8)) + frame, 47)
tunnel("VXLAN inside GRE", lambda frame, d: struct.pack(">HH", 0, 0x0800) + ip(
    "192.0.2.3", "192.0.2.4", udp(4789, struct.pack(">II", 8 << 24, 1 << 8) + frame), protocol=17), 47)
v6 = flow(client=("fd00::1", 40000), server=("fd00::2", 443)).packets
same("IPv6", pcap(frames(v6)))
same("IPv6, raw", pcap(frames(v6, RAW), RAW))
same("IPv6, cooked v2", pcap(frames(v6, SLL2), SLL2))


# IP
def extended(packet):
    """Hop-by-hop, destination and routing headers before TCP."""
    chain = bytes([60, 0]) + b"\1\4\0\0\0\0" + bytes([43, 1]) + b"\1\x0c" + bytes(12) + \
        bytes([6, 0]) + b"\0\0\0\0\0\0"
    return packet[:4] + struct.pack(">HB", len(packet) - 40 + len(chain), 0) + packet[7:40] + chain + packet[40:]


same("IPv6 extension headers", pcap([(t, ethernet(extended(d))) for t, d in v6]))


def fragment(packet, size, ident, order):
    v4 = packet[0] >> 4 == 4
    import ipaddress
    a, b = ((packet[12:16], packet[16:20]) if v4 else (packet[8:24], packet[24:40]))
    src, dst = str(ipaddress.ip_address(a)), str(ipaddress.ip_address(b))
    body = packet[20:] if v4 else packet[40:]
    out = [ip(src, dst, body[at:at + size], ident=ident, offset=at, more=at + size < len(body))
           for at in range(0, len(body), size)]
    return [out[i] for i in order(len(out))]


for name, packets in (("IPv4", p), ("IPv6", v6)):
    for how, order in (("in order", range), ("backwards", lambda n: range(n - 1, -1, -1)),
                       ("twice", lambda n: [i for i in range(n) for _ in "12"][:-1])):
        same(f"{name} fragments {how}", pcap([(t, ethernet(f)) for i, (t, d) in enumerate(packets)
                                              for f in fragment(d, 104, 100 + i, order)]))
same("IPv4 options", pcap([(t, ethernet(bytes([0x48]) + d[1:2] + struct.pack(">H", len(d) + 12) + d[4:20] +
                                        b"\x44\x0c" + bytes(10) + d[20:])) for t, d in p]))
same("wrong checksums", pcap([(t, ethernet(d[:10] + b"\xde\xad" + d[12:36] + b"\xbe\xef" + d[38:]))
                              for t, d in p]))
same("total length 0, as offload leaves it", pcap([(t, ethernet(d[:2] + b"\0\0" + d[4:])) for t, d in p]))
same("IPv6 in IPv4", pcap([(t, ethernet(ip("192.0.2.1", "192.0.2.2", d, protocol=41))) for t, d in v6]))

# TCP
n = len(p)
same("each data segment twice", pcap(frames([q for i, q in enumerate(p) for q in ([q, q] if 3 <= i < n - 3 else [q])])),
     retransmits=n - 6)
same("neighbours swapped", pcap(frames(reorder(p, [0, 1, 2, 3, 4, 5, 6, 8, 7, 9, *range(10, n)]))))
same("sequence numbers wrap", pcap(frames(flow(isn=(2**32 - 200, 2**32 - 3000)).packets)))
for size in (1, 7, 400, 20000):
    f = Flow(step_ns=1000).open()
    send = f.send
    f.send = lambda side, data, size_=1460, send=send, size=size: send(side, data, size)
    resumed(f)
    f.close()
    same(f"segments of {size}", pcap(frames(f.packets)))
    if size == 400:
        # All of one direction's data backwards: held until the first comes.
        server = [i for i, (t, d) in enumerate(f.packets) if d[12:16] == address("10.0.0.2") and len(d) > 40]
        order = list(range(len(f.packets)))
        for i, j in zip(server, reversed(server)):
            order[i] = j
        moved = run(pcap(frames(reorder(f.packets, order))), args=["--records"])[1]
        ok(sorted(records(moved), key=str) == sorted(PLAIN, key=str) and connection(moved)["gaps"] == 0,
           "a direction backwards: nothing lost", records(moved))

f = Flow().open()
hello = record(22, client_hello(b"a.test", 0x0303, SESSION), 0x0301)
f.raw(0, f.seq[0], ACK, hello[:60])
f.raw(0, f.seq[0] + 40, ACK, b"\xff" * 20 + hello[60:])  # other bytes where it overlaps
f.seq[0] += len(hello)
g = Flow().open()
resumed(g).close()
f.packets += [(t, d) for t, d in g.packets[4:]]
status, events, errors = run(pcap(frames(f.packets)), args=["--records", "-v"])
ok(records(events) == PLAIN and connection(events)["retransmits"] == 1, "overlap: the first bytes win", records(events))

f = Flow().open()
f.raw(0, f.seq[0] + 40, ACK, hello[40:])
f.raw(0, f.seq[0] + 30, ACK, b"\xee" * 10 + b"\xff" * (len(hello) - 40))  # held before: they win
f.raw(0, f.seq[0], ACK, hello[:40])
f.packets += g.packets[4:]
status, events, errors = run(pcap(frames(f.packets)), args=["--records", "-v"])
ok(len(records(events)) == 9 and "1 retransmissions with other bytes" in errors and status == 0,
   "held bytes win, and the difference is counted", (records(events), errors))
again = list(g.packets)
again.insert(5, (g.packets[4][0], g.packets[3][1][:-4] + b"beef"))
status, events, errors = run(pcap(frames(again)), args=["--records", "-v"])
ok(records(events) == PLAIN and "1 retransmissions with other bytes" in errors and
   connection(events).get("retransmits_altered") == 1 and "retransmits_altered" not in connection(run(pcap(frames(g.packets)))[1]),
   "a retransmission with other bytes changes nothing and is counted", errors)

f = Flow().open()
resumed(f)
f.raw(0, f.seq[0] - 1, ACK, b"\0").raw(1, f.seq[1], ACK).raw(0, f.seq[0] - 1, ACK).close()
same("keep-alives", pcap(frames(f.packets)))

f = Flow()
f.raw(0, f.seq[0], SYN, hello)
f.seq[0] += 1 + len(hello)
f.raw(1, f.seq[1], SYN | ACK)
f.seq[1] += 1
f.packets += [(f.time_ns + i, d) for i, (t, d) in enumerate(g.packets[4:])]
same("data in the SYN", pcap(frames(f.packets)))
f = Flow()
f.raw(0, f.seq[0], SYN).raw(1, f.seq[1], SYN | ACK, ack=f.seq[0] + 1)
f.seq = [f.seq[0] + 1, f.seq[1] + 1]
f.packets += g.packets[3:]
same("data in the third segment", pcap(frames(f.packets)))
f = Flow()
f.raw(0, f.seq[0], SYN).raw(1, f.seq[1], SYN)
f.raw(0, f.seq[0], SYN | ACK, ack=f.seq[1] + 1).raw(1, f.seq[1], SYN | ACK, ack=f.seq[0] + 1)
f.packets += g.packets[3:]
same("simultaneous open", pcap(frames(f.packets)), retransmits=2)
same("a capture that begins with the ClientHello", pcap(frames(g.packets[3:])))
same("no SYN of the client", pcap(frames(g.packets[1:])))
same("no SYN-ACK", pcap(frames(g.packets[:1] + g.packets[2:])))
same("stray packets after the close", pcap(frames(g.packets + [(g.time_ns + i, d) for i, (t, d) in
                                                              enumerate(g.packets[6:9])])))

# Reuse of a 4-tuple, with and without an end of the first connection.
for cut, closes in ((0, ["close_notify", "close_notify"]), (3, ["open", "close_notify"])):
    second = flow(isn=(70000, 90000), start_ns=1_700_000_100_000_000_000).packets
    events = run(pcap(frames(g.packets[:len(g.packets) - cut] + second)), args=["--records"])[1]
    got = of(events, "tls-connection")
    ok(records(events) == PLAIN + PLAIN and len({c["tlstrace"]["connection"] for c in got}) == 2 and
       len(got) == 2 and (got[0]["tls"]["close"] == "open") == (cut == 3),
       f"4-tuple reused, {cut} packets of the first one's end missing", [c["tls"]["close"] for c in got])

# Ends.
f = resumed(Flow().open())
c = connection(run(pcap(frames(f.packets)))[1])
ok(c["close"] == "open" and "close_by" not in c, "no end: open", c)

# Filters and several files.
other = flow(server=("10.0.0.3", 8443)).packets
both = pcap(frames(sorted(g.packets + other)))
for words, ports in ((["tcp", "port", "8443"], {8443}), (["tcp port 443"], {443}),
                     (["host", "10.0.0.3", "or", "port", "443"], {443, 8443}), ([], {443, 8443})):
    events = run(both, words=words)[1]
    ok({e["server"]["port"] for e in of(events, "tls-connection")} == ports, f"filter {words}", events)
events = run(both, args=["--port", "8443"])[1]
ok({e["server"]["port"] for e in of(events, "tls-connection")} == {8443}, "--port")
events = run(both, args=["--host", "10.0.0.3"])[1]
ok({e["server"]["port"] for e in of(events, "tls-connection")} == {8443}, "--host")
half = len(g.packets) // 2
events = run(pcap(frames(g.packets[:half])), pcap(frames(g.packets[half:], SLL), SLL), args=["--records"])[1]
ok(records(events) == PLAIN and connection(events)["gaps"] == 0, "one connection over two files", records(events))
status, events, errors = run("-", args=["--records"], stdin=pcap(frames(g.packets)))
ok(status == 0 and records(events) == PLAIN, "standard input", errors)

# What a capture does not know is absent, and its times are its own.
(h,) = of(run(pcap(frames(g.packets)))[1], "tls-handshake")
ok("role" not in h["tlstrace"] and "attribution" not in h["tlstrace"] and "process" not in h and
   h["tlstrace"]["source"] == "pcap" and h["@timestamp"].startswith("2023-11-14T22:13:20.0"),
   "source, no role, no process, the capture's time", h)
ok(h["tls"]["handshake"]["tcp_connect_ns"] == 2_000_000, "SYN to third segment", h["tls"]["handshake"])
finish()
