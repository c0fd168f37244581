#!/usr/bin/python3
"""Bad input: one line that names the file and the place, exit status 1 (2 for usage), and
everything before it printed."""
import os
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(__file__))
from harness import TLSTRACE, finish, of, ok, records, run, stats
from packets import *  # noqa: F403

f = resumed(Flow().open()).close()
frames = [(t, ethernet(d)) for t, d in f.packets]
good = pcap(frames)
PLAIN = records(run(good, args=["--records"])[1])


def refused(name, capture, text, status=1, words=(), args=(), seen=None):
    got, events, errors = run(capture, args=["--records", *args], words=words)
    ok(got == status and errors.count("\n") == 1 and text in errors and
       (seen is None or records(events) == PLAIN[:seen]), name, (got, errors, len(records(events))))


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "x.pcap")
    open(path, "wb").write(good)
    os.chmod(path, 0)
    refused("no such file", folder + "/none", "none: No such file")
    refused("a directory", folder, f"{folder}: Is a directory")
    done = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", "sh", "-c", "true"],
                          capture_output=True).returncode if os.geteuid() == 0 else 1
    if done == 0:
        binary = os.path.join(folder, "tlstrace")
        subprocess.run(["cp", TLSTRACE, binary], check=True)
        os.chmod(folder, 0o755)
        out = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", binary, "read", path],
                             capture_output=True, text=True)
        ok(out.returncode == 1 and "Permission denied" in out.stderr, "unreadable", out)
refused("empty", b"", "byte 0: the file is empty")
refused("not a capture", b"this is text and no capture at all\n", "byte 0: unknown file format")
refused("a capture's magic alone", good[:4], "byte 0: truncated")
refused("an unknown version", good[:4] + b"\x63\0\x63\0" + good[8:], "byte 0: ")
refused("an unknown link type", good[:20] + struct.pack("<I", 147) + good[24:], "link type 147")
at = 24
for i, (t, d) in enumerate(frames):
    at += 16 + len(d)
    if i == 4:
        second = at  # the ClientHello and the server's flight are before it
for cut, what in ((1, "a byte"), (8, "half a header"), (16, "a header"), (20, "part of a packet")):
    refused(f"cut behind {what} of packet 6", good[:second + cut], "after packet 5, byte ", seen=4)
refused("a captured length of 2 GiB", good[:second + 8] + struct.pack("<I", 1 << 31) + good[second + 12:],
        "after packet 5, byte ", seen=4)
ng = pcapng(frames)
status, events, errors = run(ng[:len(ng) // 2], args=["--records"])
ok(status == 1 and "after packet" in errors and "byte" in errors and records(events) == PLAIN[:len(records(events))]
   and records(events), "pcapng cut in its middle", (status, errors))
refused("a bad filter", good, "neither a file nor a filter", 2, words=["tcp", "prot", "1"])
refused("--pid", good, "--pid: not for a capture", 2, args=["-p", str(os.getpid())])
refused("--hooks", good, "--hooks: not for a capture", 2, args=["--hooks", "copy"])
out = subprocess.run([TLSTRACE, "read"], capture_output=True, text=True)
ok(out.returncode == 2 and out.stderr == "tlstrace: read: which FILE?\n", "no file", out)
status, events, errors = run(good[:second + 3], pcap(frames[5:]), args=["--records"])
ok(status == 1 and records(events) == PLAIN, "the files after a bad one are read", (status, errors))
out = subprocess.run(f"head -c {second + 3} /dev/stdin | {TLSTRACE} read -", shell=True, input=good, capture_output=True)
ok(out.returncode == 1 and b"standard input: after packet 5, byte " in out.stderr, "a pipe that ends early", out)

# Lies in the lengths of packets: nothing is printed that is not there, nothing ends.
whole = ethernet(f.packets[3][1])
lies = [("0 bytes", b"")] + [(f"cut at byte {n}", whole[:n]) for n in range(1, len(whole), 7)]
lies += [(f"byte {at} is {value}", whole[:at] + bytes([value]) + whole[at + 1:])
         for at in (12, 13, 14, 15, 16, 17, 20, 21, 23, 46, 47, 54, 57, 58, 60, 61, 62, 63)
         for value in (0, 1, 0x45, 0x4f, 0x60, 0xff)]
bad = pcap([(t + i, d) for i, (_, d) in enumerate(lies)])
status, events, errors = run(pcap(frames[:3] + [(t, d) for _, d in lies]))
ok(status == 0 and not errors, f"{len(lies)} packets whose lengths lie", (status, errors))
for name, lie in lies:
    status, events, errors = run(pcap(frames[:3] + [(t, lie)] + frames[3:]), args=["--records"])
    if status or errors:
        ok(False, f"a packet that lies: {name}", (status, errors))
for i in range(20, 120, 9):  # lengths inside TLS
    hello = bytearray(record(22, client_hello(b"a.test", 0x0303, SESSION), 0x0301))
    if i < len(hello):
        hello[i] ^= 0xff
    status, events, errors = run(pcap([(t, ethernet(d)) for t, d in Flow().open().send(0, bytes(hello)).close().packets]))
    if status or errors:
        ok(False, f"a ClientHello that lies at {i}", (status, errors))
status, events, errors = run(pcap([(t, b"") for t in range(1000)]))
ok(status == 0 and len(events) == 1, "a thousand empty packets", errors)
status, events, errors = run(pcap([]))
ok(status == 0 and len(events) == 1, "a capture without packets", errors)
finish()
