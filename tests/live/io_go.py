"""Calls of crypto/tls that move plaintext: each as the program itself tells it, on the right connection,
whatever its goroutines do; and what is dear is let go first."""
import os, subprocess, sys

import moves, tt
from moves import echo, sums_told
from tt import get, of, ok

tt.root_or_skip("io of Go")
ENV = {**os.environ, "GO111MODULE": "off", "GOCACHE": tt.T + "/go", "GOFLAGS": ""}
KINDS = {"plain": [], "stripped": ["-ldflags", "-s -w"], "pie": ["-buildmode=pie"]}
for kind, flags in KINDS.items():
    tt.run("go", "build", *flags, "-o", f"{tt.T}/{kind}/gocalls", tt.HERE + "/peers/calls.go", env=ENV)


def play(kind, mode, *arguments, options=("--io",), budget="100"):
    """What the program says of its calls, by its port, and what the tracer says."""
    program = tt.spawn([f"{tt.T}/{kind}/gocalls", mode, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    tracer = tt.Tracer("-c", "gocalls", *options, "--max-overhead", budget)
    said = moves.said(program.communicate()[0], lambda error: error.replace("_", " "))
    ok(program.returncode == 0 and said, f"{mode}, {kind}: the program does its work", said)
    return said, tracer.stop()


def seen(events):
    return moves.seen(events, lambda io: io.get("error"))


def in_order(calls):
    """Of two goroutines each one's calls are in order."""
    return {number: {name: [c for c in of_one if c[0] == name] for name in ("Conn.Read", "Conn.Write")}
            for number, of_one in calls.items()}


def exact(kind, mode, *arguments):
    what = f"{mode}, {kind}"
    said, events = play(kind, mode, *arguments)
    calls = seen(events)
    ok(said and in_order(calls) == in_order(said), f"{what}: each call, its sizes and its result, on its connection",
       f"said {dict(said)}\nseen {dict(calls)}")
    ends = of(events, "tls-connection", role="client")
    ok(len(ends) == len(said), f"{what}: each connection is told of", len(ends))
    for c in ends:
        sums_told(c, said[get(c, "client.port")], what)
    hits = [get(e, "tlstrace.stats.probes.calls.hits") for e in of(events, "tlstrace-stats")][-1]
    ok(hits >= 2 * sum(map(len, said.values())), f"{what}: each begin and return is counted as a hit", hits)
    late = [get(e, "tls.io.latency_ns") for e in of(events, "tls-io", role="client")]
    ok(all(0 < n < 10**10 for n in late), f"{what}: each took its time", late)
    return events


def alerted(cert, key):
    """A server that wants a certificate says so by an alert, in place of an answer."""
    port = tt.port()
    server = tt.serve(["openssl", "s_server", "-quiet", "-port", port, "-cert", cert, "-key", key, "-Verify", "1"], port)
    said, events = play("plain", "alert", port)
    tt.kill(server)
    calls = seen(events)
    ok(calls == said and any("remote error" in str(c) for of_one in said.values() for c in of_one),
       "an alert from the server: in Go's words", f"said {dict(said)}\nseen {dict(calls)}")
    code = [get(e, "tls.io.error_code") for e in of(events, "tls-io") if get(e, "tls.io.result") == "failed"]
    ok(code == [116], "an alert from the server: its number", code)


def plaintext(port):
    """The bytes are there for --data alone, though the stack that they are on was moved meanwhile."""
    _, events = play("plain", "stack", port)
    ok("moved" not in str(events), "--io: no plaintext in the output")
    _, events = play("plain", "stack", port, options=("--data=32",))
    data = [(get(e, "tls.io.call"), get(e, "tls.io.data")) for e in of(events, "tls-io", role="client")]
    text = ("moved " + "abcd" * 7)[:32]
    ok(data == [("Conn.Write", text), ("Conn.Read", text), ("Conn.Read", None)], "--data: of both calls", data)


def without(port):
    said, events = play("plain", "calls", port, options=())
    ok(not of(events, "tls-io"), "no --io: no tls-io")
    for c in of(events, "tls-connection", role="client"):
        sums_told(c, said[get(c, "client.port")], "no --io")
    _, events = play("plain", "calls", port, options=("--io=off",))
    probes = [p for e in of(events, "tlstrace-coverage") for p in get(e, "tlstrace.coverage.probes")]
    ok("crypto/tls.(*Conn).readRecordOrCCS" in probes and "crypto/tls.(*Conn).Read" not in probes,
       "--io=off: no probe on plaintext", probes)
    ok(not any(get(c, "tls.io") for c in of(events, "tls-connection")), "--io=off: no sums")


def dear(port):
    """Beyond the budget the sizes go first, and what names alerts stays."""
    _, events = play("plain", "long", port, options=(), budget="0.05")
    paused = [set(get(e, "tlstrace.coverage.probes")) for e in of(events, "tlstrace-coverage") if get(e, "tlstrace.coverage.state") == "paused"]
    first = paused[0] if paused else set()
    ok("crypto/tls.(*Conn).readRecordOrCCS" in first and "crypto/tls.(*Conn).Read" not in first,
       "too dear: reads and writes of plaintext are let go first", paused)
    (c,) = of(events, "tls-connection", role="client")
    ok(get(c, "tls.io.complete") is False, "too dear: the sums say that they are not complete", get(c, "tls.io"))


cert = tt.certificate()
server = str(echo(*cert))
for kind in KINDS:
    exact(kind, "calls", server)
for mode in ("many", "both", "stack"):
    exact("stripped", mode, server)
exact("plain", "inside", *cert)
alerted(*cert)
plaintext(server)
without(server)
dear(server)
sys.exit(tt.result)
