#!/usr/bin/python3
"""--state: what one run saw, the next one knows; and files that are not as they should be."""
import os
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(__file__))
from harness import TLSTRACE, finish, of, ok, run

T = tempfile.mkdtemp()
FILE = os.path.join(T, "state")
both = subprocess.run([sys.executable, "-B", "tests/golden/seed.py", "full"], stdout=subprocess.PIPE).stdout
ends, at = [24], 24
while at < len(both):
    at += 16 + struct.unpack_from("<I", both, at + 8)[0]
    ends.append(at)
made, resumed = both[:ends[13]], both[:24] + both[ends[13]:]  # the first connection has 13 packets


def read(capture, *args):
    return run(capture, args=["--state", FILE, *args])


def contents():
    with open(FILE, "rb") as f:
        return f.read()


def finding(events):
    return of(events, "tls-finding")[-1]["tls"]["finding"]


status, events, said = read(made)
good = contents()
ok((status, said) == (0, "") and stat.S_IMODE(os.stat(FILE).st_mode) == 0o600, "the file is made, for its owner only",
   (status, said))
ok(os.listdir(T) == ["state"], "nothing else is left", os.listdir(T))
hello = both.index(b"\x16\x03\x01\x00\x4a")  # the ServerHello and its session ID of 32 bytes
session = both[hello + 5 + 4 + 2 + 32 + 1:][:32]
ok(session[:16] not in good and session[8:] not in good, "no raw session ID in it")
ok(not any(bytes(map(int, ip.split("."))) in good or ip.encode() in good for ip in ("10.97.85.73", "10.97.127.7")),
   "nor an address")
status, events, said = read(resumed)
evidence = " ".join(finding(events)["evidence"])
ok("The session was made 3.0 s before, in an earlier run (TLS 1.0, TLS_RSA_WITH_RC4_128_SHA)" in evidence,
   "the next run knows when the session was made, and how", evidence)
ok("before: 1 of 1 worked" in evidence, "and how the two ends fared", evidence)
original = of(events, "tls-handshake")[0]["tls"]["resumption"]["original"]
ok(original["seen"] and original["earlier_run"] and "connection" not in original and "pid" not in original,
   "no number of a connection of another run", original)
status, events, said = read(resumed)
ok("Resumptions of this client at this server before: 0 of 1 worked" in " ".join(finding(events)["evidence"]),
   "a third run knows of both")
status, events, _ = run(resumed)
ok(not of(events, "tls-handshake")[0]["tls"]["resumption"]["original"]["seen"], "without --state nothing is known")


def with_file(data, *args):
    with open(FILE, "wb") as f:
        f.write(data)
    return read(resumed, *args)


wrong = []
for cut in range(15, len(good)):
    status, events, said = with_file(good[:cut])
    if status or said.count("\n") != 1 or "state: damaged at byte " not in said:
        wrong.append((cut, status, said))
ok(not wrong, f"cut at each of {len(good) - 15} places: one line, and on it goes", wrong[:3])
ok(contents() != good[:-1] and with_file(contents())[2] == "", "afterwards the file is whole again")
wrong = []
for place in range(len(good)):
    damaged = bytearray(good)
    damaged[place] ^= 0x11
    status, events, said = with_file(bytes(damaged))
    refused = place < 17  # the mark, and the version's number
    if said.count("\n") != 1 or status != refused or (contents() == damaged) != refused:
        wrong.append((place, status, said))
ok(not wrong, f"each of {len(good)} bytes altered: one line; what is not ours stays as it is", wrong[:3])
first = struct.unpack(">I", good[33:37])[0]
status, events, said = with_file(good[:-1] + bytes([good[-1] ^ 1]))
entries = first + struct.unpack(">I", good[37:41])[0]
ok(f"the {entries - 1} entries before are used" in said, "how much of it is used", said)
ok("3.0 s before" in " ".join(finding(events)["evidence"]), "and it is used")
ok(with_file(good + b"x")[2].startswith(f"tlstrace: --state: {FILE}: damaged at byte {len(good)}: the {entries} entries"),
   "more than there should be")
ok(with_file(b"")[0::2] == (0, "") and len(contents()) > 100, "an empty file is a new one")

for name, data, words in (("a file of something else", b"127.0.0.1 localhost\n" * 9, "not a state file"),
                          ("a later version's", good[:15] + b"\0\3" + good[17:], "a newer version")):
    status, events, said = with_file(data)
    ok((status, said.count("\n"), contents()) == (1, 1, data) and words in said and not events,
       f"{name}: refused, and as it was", (status, said))
status, events, said = with_file(good[:15] + b"\0\1" + good[17:])
ok(status == 0 and said.count("\n") == 1 and "an older version" in said and contents()[:17] == good[:17] and
   not of(events, "tls-handshake")[0]["tls"]["resumption"]["original"]["seen"],
   "an older version's is begun anew", (status, said))
os.unlink(FILE)
for name, make, words in (("a link", lambda: os.symlink("elsewhere", FILE), "symbolic link"),
                          ("a pipe", lambda: os.mkfifo(FILE), "not a state file"),
                          ("a folder", lambda: os.mkdir(FILE), "not a state file")):
    make()
    status, events, said = read(resumed)
    ok(status == 1 and said.count("\n") == 1 and words in said, f"{name} is refused", (status, said))
    os.rmdir(FILE) if name == "a folder" else os.unlink(FILE)
status, _, said = run(resumed, args=["--state", T + "/nowhere/state"])
ok(status == 1 and said == f"tlstrace: --state: {T}/nowhere/state: No such file or directory\n", "no such folder", said)
with open(FILE, "wb") as f:
    f.write(good)
waiting = subprocess.Popen([TLSTRACE, "read", "-q", "--state", FILE, "-"], stdin=subprocess.PIPE)
waiting.stdin.write(resumed)
waiting.stdin.flush()
while not os.path.exists("/proc/locks") or f":{os.stat(FILE).st_ino} " not in open("/proc/locks").read():
    time.sleep(0.005)
status, _, said = read(resumed)
ok((status, said) == (1, f"tlstrace: --state: {FILE}: another tlstrace is using it\n"), "two at once", (status, said))
waiting.stdin.close()
ok(waiting.wait(20) == 0 and read(resumed)[0] == 0, "one after the other")
status, _, said = run(resumed, args=["--state", ""])
ok(status == 2 and said.count("\n") == 1, "no name", said)

if os.geteuid() == 0:
    script = (f'mount -t tmpfs -o size=8k none {T} && cp "$1" {FILE} && head -c 4096 /dev/zero >{T}/fill && '
              f'"$2" read --json --state {FILE} "$3" >/dev/null; echo $?; cmp "$1" {FILE}; ls {T}')
    with open(os.path.join(T, "good"), "wb") as f:
        f.write(good)
    capture = os.path.join(T, "capture")
    keep = tempfile.mkdtemp()
    for name, data in (("good", good), ("capture", resumed)):
        with open(os.path.join(keep, name), "wb") as f:
            f.write(data)
    out = subprocess.run(["unshare", "-m", "sh", "-c", script, "-", keep + "/good", os.path.abspath(TLSTRACE),
                          keep + "/capture"], capture_output=True, text=True)
    ok(out.stdout.split() == ["1", "fill", "state"] and out.stderr.count("\n") == 1 and "No space left" in out.stderr,
       "a full disk: one line, status 1, and the file as it was", out)
    shutil.rmtree(keep)
else:
    ok(True, "a full disk # SKIP needs root")
shutil.rmtree(T)
finish()
