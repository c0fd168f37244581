#!/usr/bin/python3
"""pcapng as Wireshark reads it: interfaces, sections and byte orders mixed; gzip; and its lies."""
import gzip
import os
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(__file__))
from harness import TLSTRACE, finish, of, ok, records, run
from packets import *  # noqa: F403

f = resumed(Flow().open()).close()
KINDS = (ETHERNET, NULL, LOOP, RAW, SLL, SLL2, IPV4)
WANT = [(e["@timestamp"], e["tls"]["record"]) for e in
        of(run(pcap([(t, ethernet(d)) for t, d in f.packets]), args=["--records"])[1], "tls-record")]
assert len(WANT) == 9, WANT


def seen(events):
    return [(e["@timestamp"], e["tls"]["record"]) for e in of(events, "tls-record")]


def same(name, *captures, words=(), stdin=None, want=WANT, warned=None):
    status, events, errors = run(*captures, args=["--records"], words=words, stdin=stdin)
    ok(status == 0 and seen(events) == want and (warned in errors if warned else not errors), name,
       (status, errors, seen(events)))


def mixed(order="<", resolutions=(9,), snap=0, data=lambda kind, d: link(d, kind)):
    """Each packet on another interface, all of them of other link types."""
    out = section(order)
    for i, kind in enumerate(KINDS):
        out += interface(kind, snap, resolutions[i % len(resolutions)], order=order)
    for i, (t, d) in enumerate(f.packets):
        n = i % len(KINDS)
        r = resolutions[n % len(resolutions)]
        units = t // 1000 if r is None else t * 10**r // 10**9 if r < 0x80 else -(-(t << (r & 0x7f)) // 10**9)
        out += enhanced(n, units, data(KINDS[n], d), order=order)
    return out


same("interfaces of seven link types", mixed())
with tempfile.NamedTemporaryFile(suffix=".pcapng") as file:
    file.write(mixed())
    file.flush()
    theirs = subprocess.run(["tshark", "-r", file.name, "-d", "tcp.port==443,tls", "-T", "fields", "-e", "tls.record.length"],
                            capture_output=True, text=True).stdout.replace(",", "\n").split()
    ok(theirs == [str(r["length"]) for _, r in WANT], "tshark reads the same out of it", theirs)
same("the same, big-endian", mixed(">"))
same("from standard input", "-", stdin=mixed())
same("with a filter", mixed(), words=["tcp", "port", "443", "and", "host", "10.0.0.2"])
same("with a filter that nothing passes", mixed(), words=["tcp port 444"], want=[])
same("other time resolutions", mixed(resolutions=(9, None, 6, 10, 0x80 | 30, 3)))
same("two sections of either byte order", mixed() + mixed(">").replace(b"\x9c\x40", b"\x9c\x41"),
     want=WANT + WANT)
half = len(f.packets) // 2
one = section() + interface(ETHERNET) + b"".join(enhanced(0, t, ethernet(d)) for t, d in f.packets[:half])
two = section(">") + interface(RAW, order=">") + interface(SLL, resolution=6, order=">") + b"".join(
    enhanced(1, t // 1000, link(d, SLL), order=">") for t, d in f.packets[half:])
same("a connection over two sections", one + two)
same("files of different link types and formats", pcap([(t, link(d, SLL2)) for t, d in f.packets[:half]], SLL2), two)
late = section() + interface(RAW) + enhanced(0, f.packets[0][0], f.packets[0][1]) + interface(ETHERNET, 128) + b"".join(
    enhanced(1, t, ethernet(d)) for t, d in f.packets[1:])
same("an interface that comes after packets, of another snap length", late)
offset = section() + interface(ETHERNET, 0, 9, -3600) + b"".join(enhanced(0, t + 3600 * 10**9, ethernet(d)) for t, d in f.packets)
same("a time offset", offset)
old = section() + interface(ETHERNET) + b"".join(
    block(2, struct.pack("<HHIIII", 0, 7, t >> 32, t & 0xffffffff, len(ethernet(d)), len(ethernet(d))) + ethernet(d))
    for t, d in f.packets)
same("packet blocks of old", old)
simple = section() + interface(ETHERNET) + b"".join(block(3, struct.pack("<I", len(ethernet(d))) + ethernet(d)) for t, d in f.packets)
status, events, errors = run(simple, args=["--records"])
ok(status == 0 and [r for _, r in seen(events)] == [r for _, r in WANT], "simple packets", (status, errors))
cut = section() + interface(ETHERNET, 74) + b"".join(block(3, struct.pack("<I", len(ethernet(d))) + ethernet(d)[:74]) for t, d in f.packets)
status, events, errors = run(cut, args=["--records"])
ok(status == 0 and len(seen(events)) >= 4 and not errors, "simple packets, cut", (status, errors, len(seen(events))))
others = section() + block(0xbad, b"custom" * 9) + interface(ETHERNET) + block(4, b"\0" * 400) + b"".join(
    enhanced(0, t, ethernet(d)) + block(5, bytes(24)) + block(0x80000001, b"x" * 300000) for t, d in f.packets)
same("blocks that say nothing here", others)
strange = section() + interface(147) + interface(ETHERNET) + b"".join(
    enhanced(0, t, b"what is this?") + enhanced(1, t, ethernet(d)) for t, d in f.packets)
same("an interface that is not understood", strange, warned=f"{len(f.packets)} packets are not understood, of link type 147")
status, events, errors = run(section() + interface(147) + enhanced(0, 1, b"x"))
ok(status == 1 and "link type 147 (?) is not understood" in errors and errors.count("\n") == 1, "only such", errors)
status, events, errors = run(section())
ok(status == 0 and len(events) == 1 and not errors, "a section without anything", (status, errors))
status, events, errors = run(section(), words=["tcp", "prot"])
ok(status == 2 and "neither a file nor a filter" in errors, "and a filter that is none", (status, errors))

# gzip
whole = mixed()
same("gzip", gzip.compress(whole))
same("gzip from standard input", "-", stdin=gzip.compress(whole))
same("gzip of pcap", gzip.compress(pcap([(t, ethernet(d)) for t, d in f.packets])))
same("two gzip members, and padding", gzip.compress(whole[:1000]) + gzip.compress(whole[1000:]) + bytes(512))
packed = gzip.compress(whole, 0)
for name, capture, text in (
        ("cut off", packed[:-40], "the gzip data end early"),
        ("damaged", packed[:1000] + bytes([packed[1000] ^ 1]) + packed[1001:], "the gzip data are damaged"),
        ("cut off in its head", packed[:8], "the gzip data end early")):
    status, events, errors = run(capture, args=["--records"])
    ok(status == 1 and errors.count("\n") == 1 and text in errors and "byte " in errors and
       seen(events) == WANT[:len(seen(events))], f"gzip {name}", (status, errors, len(seen(events))))
for name, magic in (("zstd", b"\x28\xb5\x2f\xfd"), ("xz", b"\xfd7zXZ\0"), ("lz4", b"\x04\x22\x4d\x18"), ("bzip2", b"BZh9")):
    status, events, errors = run(magic + bytes(50))
    ok(status == 1 and errors.count("\n") == 1 and f"byte 0: compressed with {name}: {name} -dc FILE" in errors,
       f"{name} is named", errors)

# Lies: one line with file and place, what came before is told.
start = section() + interface(ETHERNET)
body = [enhanced(0, t, ethernet(d)) for t, d in f.packets]
before = start + b"".join(body[:5])
at = len(before)
CASES = [("cut off in a block's head", body[5][:5], "cut off inside the head of a block"),
         ("cut off in a packet", body[5][:30], "cut off inside a block: 30 of "),
         ("a length of 4 GiB", struct.pack("<II", 6, 0xfffffffc) + body[5][8:], "a block of type 0x6 that says"),
         ("a length of 8", struct.pack("<II", 6, 8) + body[5][8:], "a block of type 0x6 that says it has 8"),
         ("an odd length", struct.pack("<II", 6, 33) + body[5][8:], "a block of type 0x6 that says it has 33"),
         ("lengths that differ", body[5][:-4] + b"\1\0\0\0", "the two lengths of a block differ"),
         ("a captured length beyond the block", body[5][:20] + struct.pack("<I", 1 << 30) + body[5][24:], "a packet of 1073741824 bytes"),
         ("an unknown interface", enhanced(7, 0, b"x"), "a packet of interface 7, of which there are 1"),
         ("a block too short for a packet", block(6, bytes(8)), "a packet block is too short"),
         ("an interface too short", block(1, b"\1\0\0\0"), "an interface description is too short"),
         ("an option that lies", block(1, struct.pack("<HHIHH", 1, 0, 0, 9, 900)), "the length of an interface's option lies"),
         ("a resolution of 10^-200", interface(ETHERNET, resolution=100), "time resolution is beyond measure"),
         ("a section without its magic", block(0x0a0d0d0a, bytes(16)), "without its byte-order magic"),
         ("pcapng of version 9.1", section(version=(9, 1)), "pcapng of version 9.1"),
         ("a block of 4 GiB that nobody needs", struct.pack("<II", 0xbad, 0xfffffffc) + bytes(100), "cut off inside a block")]
for name, lie, text in CASES:
    status, events, errors = run(before + lie, args=["--records"])
    ok(status == 1 and errors.count("\n") == 1 and f": after packet 5, byte {at}: " in errors.replace(f"byte {at + len(lie)}", f"byte {at}") and
       text in errors and seen(events) == WANT[:4], name, (status, errors, len(seen(events))))
finish()
