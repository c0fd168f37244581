"""A live terminal: each failure is told once, in one block, and its other end in one line."""
import fcntl, os, pty, re, socket, struct, sys, termios, threading

import tt
from failing import ALERTS, FINDINGS, S_SERVER, curl, fail_all
from tt import ok

tt.root_or_skip("live terminal")
WIDTH = 110
SGR = re.compile(r"\x1b\[[0-9;]*m")
STATUS = re.compile(r"\r\x1b\[K(\d+ open, [^\r\n\x1b]*)?")

port = tt.port()
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, WIDTH, 0, 0))
chunks = []


def listen():
    try:
        while data := os.read(master, 65536):
            chunks.append(data)
    except OSError:
        pass  # nobody holds the other side any more


reader = threading.Thread(target=listen)
reader.start()
os.environ.pop("COLUMNS", None)
os.environ.pop("NO_COLOR", None)
tracer = tt.Tracer("--port", port, "--max-overhead", 100, terminal=slave, stderr=slave)
os.close(slave)
server = tt.serve([*S_SERVER, port], port)
tt.run(*[str(a) for a in curl(port, "well.test", "-k")])
tt.kill(server)
played = fail_all(port)
silent = socket.create_server(("127.0.0.1", port))
waiting = tt.spawn([*curl(port, "silent.test", "-k"), "-m", "7"])
held, _ = silent.accept()
waiting.wait(20)
while held.recv(65536):
    pass
held.close()
events = tracer.stop()
reader.join()
raw = b"".join(chunks).decode().replace("\r\n", "\n")
text = STATUS.sub("", SGR.sub("", raw))
summary = re.search(r"\n(\d+ connections? [^\n]*gaps)\n$", text)  # the last line sums up
text = text[:summary.start()]
lines = text.splitlines()

ok("\x1b[1;31m" in raw and STATUS.search(raw), "there are colours and a status line", raw)
blocks = re.split(r"\n(?=\d\d:\d\d:\d\d\.)", text)
for (name, client, served), (_, _, sender, description) in zip(played, ALERTS.values()):
    mine = [b for b in blocks if f" {name}" in b.splitlines()[0]]
    full = [b for b in mine if f"FAILED: {FINDINGS[name]} (" in b]
    ok(len(full) == 1, f"{name}: one block", mine)
    ok(len(mine) == 2 and re.search(r"FAILED\slikewise: the other end of \S+\[(%d|%d)\]$" % (client, served),
                                    [b for b in mine if b not in full][0].strip()),
       f"{name}: the other end is one line that refers to it", mine)
    block = full[0] if full else ""
    marked = [line for line in block.splitlines() if line.startswith("  X ")]
    arrow = "client -->" if sender == "client" else "<-- server"
    ok(len(marked) == 1 and arrow in marked[0] and description in marked[0], f"{name}: the X is at the alert", block)
    ok(all(f"    {label} " in block for label in ("evidence", "next")), f"{name}: evidence, and what to do next", block)
    whose = block.partition("]")[0].split()[-1]
    ok(whose in (f"curl[{client}", f"openssl[{client}", f"openssl[{served}"), f"{name}: whose it is", block)
well = [b for b in blocks if " well.test" in b.splitlines()[0]]
ok(sum("TLS 1.3 TLS_" in b for b in well) == 1 and sum("the other end of" in b for b in well) == 1 and
   sum("closed " in b or "reset" in b for b in well) <= 2, "what works: a line, one for the other end, the close", well)
stalled = [" ".join(b.split()) for b in blocks if " silent.test" in b.splitlines()[0]]
ok(len(stalled) == 3 and "STALLED: handshake-stalled (certain)" in stalled[0] and "STALLED likewise: the other end of" in stalled[1] and
   "GIVEN UP: the client closed" in stalled[2], "a handshake that stalls: a block, a line, and one for how it ended", stalled)
count = len(ALERTS) + 2
ok(summary[1].startswith(f"{count} connections ({count} seen at both ends, 0 not TLS), {count} handshakes, {count - 1} failed;"),
   "the last line counts each connection once", summary[1])
wide = [line for line in lines if len(line) > WIDTH and not re.match(r" {4}next {6}[a-z]", line)]
ok(not wide, f"all of it fits {WIDTH} columns", wide)
ok(not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text), "no control characters", repr(text))
both = [e for e in events if e["event"]["action"] == "tls-finding" and tt.get(e, "tls.finding.severity") == "error"]
ok(len(both) == 2 * len(ALERTS) + 2, "in JSON each end has its own", len(both))
sys.exit(tt.result)
