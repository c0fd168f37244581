"""Calls of NSS that move plaintext: each as the program itself tells it, on the right connection, and
of NSPR's other files none."""
import os, subprocess, sys

import moves, tt
from moves import echo, sums_told
from tt import get, of, ok

tt.root_or_skip("io of NSS")
PEER = [tt.PYTHON, tt.HERE + "/peers/calls_nss.py"]


def play(mode, options=("--io",), port=None, env=None):
    """What the program says of its calls, by its port, and what the tracer says."""
    program = tt.spawn([*PEER, mode, port or server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
    tt.wait_for(lambda: "libssl3.so" in open(f"/proc/{program.pid}/maps").read(), "NSS is loaded")
    tracer = tt.Tracer("--pid", program.pid, *options, "--max-overhead", "100")
    said = moves.said(program.communicate()[0], int)
    ok(program.returncode == 0 and said, f"{mode}: the program does its work", said)
    return said, tracer.stop()


def seen(events):
    return moves.seen(events, lambda io: io.get("error_code"))


def without_peeks(said):
    return [c for c in said if c[:2] != ("PR_Recv", PEEKED)]


PEEKED = 10
certificate = tt.certificate()
server = echo(*certificate)
for mode in ("calls", "many"):
    said, events = play(mode)
    calls = seen(events)
    ok(said == calls, f"{mode}: each call, its sizes and its result, on its connection", f"said {dict(said)}\nseen {dict(calls)}")
    ends = of(events, "tls-connection", role="client")
    ok(len(ends) == len(said), f"{mode}: each connection is told of", len(ends))
    for c in ends:
        sums_told(c, [(call.replace("Recv", "read").replace("Send", "write"), *rest)
                      for call, *rest in without_peeks(said[get(c, "client.port")])], mode)
    kinds = {(get(e, "tls.io.call"), get(e, "tls.io.operation")) for e in of(events, "tls-io")}
    if mode == "calls":
        ok(kinds == {("PR_Write", "write"), ("PR_Send", "write"), ("PR_Read", "read"), ("PR_Recv", "read"), ("PR_Recv", "peek")},
           "calls: each is told for what it is", kinds)
        words = {get(e, "tls.io.error") for e in of(events, "tls-io") if get(e, "tls.io.result") == "failed"}
        ok(words == {"I/O operation timed out", "The operation would have blocked"}, "calls: why there was nothing, in words", words)
www = tt.port()
web = tt.serve(["openssl", "s_server", "-www", "-port", www, "-cert", certificate[0], "-key", certificate[1]], www)
said, events = play("get", port=www)
tt.kill(web)
calls = seen(events)
ok(said == calls and all(c[-1] == ("PR_Recv", 2000, 0) for c in said.values()), "the end of the stream is no failure",
   f"said {dict(said)}\nseen {dict(calls)}")
_, events = play("data")
ok("canary" not in str(events), "--io: no plaintext in the output")
_, events = play("data", ("--data=12",))
data = [get(e, "tls.io.data") for e in of(events, "tls-io", role="client")]
ok(data[:2] == ["canary xxxxx"] * 2, "--data: the first bytes of what is written and read", data)
said, events = play("calls", ())
ok(not of(events, "tls-io"), "no --io: no tls-io")
_, events = play("calls", ("--io=off",))
ok(not any(get(c, "tls.io") for c in of(events, "tls-connection")), "--io=off: no sums")
(coverage,) = of(events, "tlstrace-coverage")
ok("ssl_Read" in get(coverage, "tlstrace.coverage.probes"), "--io=off: what names a connection is probed all the same", coverage)


def refused(what, env=None):
    """What NSS says of the server's alert, and on which connection."""
    port = tt.port()
    strict = tt.serve(["openssl", "s_server", "-www", "-port", port, "-cert", certificate[0], "-key", certificate[1], "-Verify", "1"], port)
    said, events = play("get", (), port, env)
    tt.kill(strict)
    told = [(get(e, "client.port"), get(e, "tls.error.library"), get(e, "tls.error.call")) for e in of(events, "tls-error", role="client")]
    (number,) = said
    ok(told == [(number, "nss", "PR_Recv")], f"{what}: why a call failed, on its connection", told)
    return events


def code_of_another_compiler():
    """NSS whose code cannot be read so: the same instruction by another name, punpcklqdq as unpcklpd."""
    folder = tt.T + "/other"
    os.mkdir(folder)
    (path,) = (line.split()[-1] for line in tt.run("ldconfig", "-p").splitlines() if line.split()[0] == "libssl3.so" and "x86-64" in line)
    with open(path, "rb") as f, open(folder + "/libssl3.so", "wb") as to:
        to.write(f.read().replace(b"\x66\x0f\x6c", b"\x66\x0f\x14"))
    env = {**os.environ, "LD_LIBRARY_PATH": folder}
    program = tt.spawn([*PEER, "get", 1], stdin=subprocess.PIPE, env=env)
    tt.wait_for(lambda: folder in open(f"/proc/{program.pid}/maps").read(), "the other NSS is loaded")
    out = tt.run(f"{tt.B}/tlstrace", "support", "-p", str(program.pid))
    tt.kill(program)
    ok("PR_Read" in out.split("not there")[0] and "ssl_Read" not in out.split("not there")[0],
       "functions that are not found: NSPR's in their place", out)
    events = refused("functions that are not found", env)
    ok(not any(get(c, "tls.io") for c in of(events, "tls-connection")), "and no sums", of(events, "tls-connection"))


refused("functions that are found")
code_of_another_compiler()
sys.exit(tt.result)
