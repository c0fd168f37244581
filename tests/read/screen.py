#!/usr/bin/python3
"""What a terminal gets: colours, widths, the status line, and nothing that the network chose."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading

sys.path.insert(0, os.path.dirname(__file__))
from harness import TLSTRACE, finish, ok
from packets import *  # noqa: F403

CLEAR = "\r\x1b[K"
SGR = re.compile(r"\x1b\[[0-9;]*m")
ENV = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")} | {"TZ": "UTC"}


class Screen:
    """tlstrace reading from a pipe, with a terminal for what it writes."""

    def __init__(self, width, *args, status=False, env=()):
        self.master, slave = pty.openpty()
        self.resize(width)
        self.text, self.grown = "", threading.Condition()
        self.process = subprocess.Popen([TLSTRACE, "read", *args, "-"], env=ENV | dict(env), stdin=subprocess.PIPE,
                                        stdout=slave, stderr=slave if status else subprocess.PIPE)
        os.close(slave)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        try:
            while data := os.read(self.master, 65536):
                with self.grown:
                    self.text += data.decode().replace("\r\n", "\n")
                    self.grown.notify()
        except OSError:
            pass  # the other side is closed

    def resize(self, width):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))

    def feed(self, data, until=None):
        self.process.stdin.write(data)
        self.process.stdin.flush()
        with self.grown:
            if until and not self.grown.wait_for(lambda: until in self.text, 20):
                ok(False, f"{until} comes", self.text)

    def end(self, data=b""):
        self.process.stdin.write(data)
        self.process.stdin.close()
        self.process.wait(20)
        self.reader.join(20)
        os.close(self.master)
        return self.text


def shown(width, data, *args, **more):
    return Screen(width, *args, **more).end(data)


def seed(*words):
    return subprocess.run([sys.executable, "-B", "tests/golden/seed.py", *words], stdout=subprocess.PIPE).stdout


CASE, FULL = seed(), seed("full")
for width in (80, 100, 160):
    text = shown(width, FULL)
    ok("\x1b[1;31m" in text and SGR.sub("", text) == open(f"tests/golden/seed-full-{width}.txt").read(),
       f"a terminal of {width} columns: as COLUMNS={width}, and coloured", text)
ok("\x1b" not in shown(100, CASE, env={"NO_COLOR": "1"}.items()), "NO_COLOR: no colour")
ok("\x1b[1;31m" in shown(100, CASE, env={"NO_COLOR": ""}.items()), "an empty NO_COLOR is none")
piped = subprocess.run([TLSTRACE, "read", "-"], input=FULL, env=ENV, stdout=subprocess.PIPE).stdout.decode()
ok("\x1b" not in piped and piped == open("tests/golden/seed-full.txt").read(), "a pipe: neither colours nor breaks", piped)
brief = SGR.sub("", shown(250, CASE, "--brief")).splitlines()
ok(len(brief) == 2 and "FAILED: resumed-session-keys-differ (likely): " in brief[0], "--brief: one line", brief)

for count, wanted in ((1, "ALERT by the client: fatal bad_record_mac (20)"), (2, "FAILED: the client could not verify"),
                      (3, "FAILED: resumed-session-keys-differ (likely)")):
    text = shown(250, CASE, "--count", str(count))
    ok(wanted in text and text.count("FAILED") + text.count("ALERT") == 1, f"--count {count}: no more, and not nothing", text)

screen = Screen(160)
ends, at = [], 24
while at < len(FULL):
    at += 16 + struct.unpack_from("<I", FULL, at + 8)[0]
    ends.append(at)
screen.feed(FULL[:ends[13]], "closed with close_notify")  # the first connection's packets are 13
screen.resize(80)
text = SGR.sub("", screen.end(FULL[ends[13]:]))
ok("client -->         alert" in text and "full 31.2 ms" in text.splitlines()[0],
   "the window made smaller: what comes then fits it", text)

# The status line is cleared before anything else is written, and never runs into a line.
text = shown(100, FULL, status=True)
status = re.compile(r"\d+ open, \d+ connections?, \d+ handshakes?, \d+ failed")
ok(status.search(text), "the status line is there", text)
ok(all(text.startswith(CLEAR, m.end()) for m in status.finditer(text)), "and goes before a line comes", text)
ok(all(m.start() == 0 or text.endswith(CLEAR, 0, m.start()) for m in status.finditer(text)),
   "it stands alone in its line", text)
clean = SGR.sub("", status.sub("", text).replace(CLEAR, ""))
ok(clean == open("tests/golden/seed-full-100.txt").read(), "and takes nothing away", clean)
text = shown(20, FULL, status=True)
cut = re.findall(r"\x1b\[K(\d+ open,[^\r\n\x1b]*)", text)
ok(cut and all(len(line) < 20 for line in cut),
   "a status line is no longer than the terminal is wide", text)

# Names from the network: escapes, line ends, changes of direction, no UTF-8.
for name in (b"a\x1b[2Jb\x1b]0;x\x07.test", b"a\r\nFAILED: b.test", "a\u202eb\u2066.test".encode(), b"a\xff\xfe\x9b31m.test",
             b"a\x00b", b"x " * 100):
    flow = Flow().open().send(0, record(22, client_hello(name), 0x0301)).send(1, record(21, b"\2\x70")).close()
    data = pcap([(t, ethernet(d)) for t, d in flow.packets])
    for width in (80, 160):
        text = SGR.sub("", shown(width, data))
        bad = [c for c in text if (ord(c) < 32 and c != "\n") or 0x7f <= ord(c) < 0xa0 or c in "\u202e\u2066"]
        ok(not bad and sum("FAILED: server-name" in line for line in text.splitlines()) == 1,
           f"a name {name[:12]!r}, {width} columns: nothing that the terminal would obey", (bad, text))

# An end without close_notify is said once, by the line of the close, in the colour of warnings.
flow = resumed(Flow().open())
flow.packets.pop()
flow.seq[0] -= 31
text = shown(250, pcap([(t, ethernet(d)) for t, d in flow.close().packets]))
ok("\x1b[33m" in text.split("closed without")[0].splitlines()[-1] and text.count("close_notify") == 1 and
   "closed-without" not in text, "an end without close_notify is said once", text)

# The same over and over: three times in full, then a line each, and in full again a minute later.
packets = []
for i, second in enumerate((0, 1, 2, 3, 4, 70)):
    flow = Flow(client=("10.0.0.1", 41000 + i), start_ns=(1_700_000_000 + second) * 10**9).open()
    flow.send(0, record(22, client_hello(), 0x0301)).send(1, record(21, b"\2\x28")).close()
    packets += [(t, ethernet(d)) for t, d in flow.packets]
other = Flow(client=("10.0.0.3", 41000), start_ns=1_700_000_005 * 10**9).open()
other.send(0, record(22, client_hello(), 0x0301)).send(1, record(21, b"\2\x28")).close()
packets += [(t, ethernet(d)) for t, d in other.packets]
blocks = [b for b in re.split(r"\n(?=\d\d:)", SGR.sub("", shown(250, pcap(sorted(packets))))) if "FAILED" in b]
ok([b.count("    evidence") > 0 for b in blocks] == [True] * 3 + [False] * 2 + [True] * 2 and
   [re.search(r"\(\d of these in \d\.\d s\)", b) is not None for b in blocks] == [False] * 3 + [True] * 2 + [False] * 2 and
   "(5 of these in 4.0 s)" in blocks[4],
   "the same failure over and over is told in few words, another client's is not", blocks)

# A warning is no end: the X is at what was.
flow = Flow().open().send(0, record(22, client_hello(), 0x0301)).send(1, record(21, b"\1\x70"))
flow.raw(1, flow.seq[1], 4)  # a reset
text = SGR.sub("", shown(100, pcap([(t, ethernet(d)) for t, d in flow.packets])))
rows = [line for line in text.splitlines() if " ms  " in line]
ok(len(rows) == 3 and "<-- server  warning unrecognized_name (112)" in rows[1] and rows[1].startswith("    ") and
   rows[2].startswith("  X     0.000 ms         <-- server  resets (RST)"), "a warning before a reset", text)

# Whatever is said fits, but for commands to paste and words that fit nowhere.
for width in (76, 80, 100, 119, 120, 160):
    wide = [line for line in SGR.sub("", shown(width, FULL)).splitlines()
            if len(line) > width and not re.match(r" {4}next {6}[a-z]", line)]
    ok(not wide, f"{width} columns are enough", wide)
finish()
