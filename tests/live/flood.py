"""A peer that sends nothing but small records, and a tracer that has more to take than it can."""
import os, pty, re, select, signal, subprocess, sys, threading, time

import tt
from tiny import ALERT, DATA, HELLO, Pair
from tt import get, of, ok

MOST = 1024  # records other than of data that are told of, a direction
SENT = 100000
STOP_S = 60  # its ring, full, as lines of JSON on a busy machine

tt.root_or_skip("floods of records")


def told(hooks, record, name):
    port = tt.port()
    tracer = tt.Tracer("--hooks", hooks, "--port", port, "--wire-only")
    pair = Pair(port)
    pair.send(record, SENT)
    pair.close()
    events = tracer.stop()
    stats = get(events[-1], "tlstrace.stats")
    over = 2 * (SENT + 1 - MOST)  # with the one that Pair sends, at both ends
    # What a hook was kept from is a gap, and few.
    ok(stats["dropped"]["ring_full"] == 0 and 0.5 * over <= stats["dropped"]["truncated"] <= over,
       f"{hooks}: {name}: no more than {MOST} are told of, the others counted", stats)
    ok(len(of(events, "tls-alert")) <= 2 * MOST and len(of(events, "tls-connection")) == 2,
       f"{hooks}: {name}: the connection itself is told of", events[-3:])


def stopped():
    """Every record is asked for, and more come than can be told."""
    port = tt.port()
    ready, fd = os.pipe()
    tracer = tt.spawn([f"{tt.B}/tlstrace", "-q", "--json=/dev/null", "--records", "--wire-only",
                       "--port", port, f"--ready-fd={fd}"], pass_fds=[fd])
    os.close(fd)
    os.read(ready, 1)
    over = threading.Event()
    pairs = [Pair(port) for _ in range(2)]

    def flood(pair):
        while not over.is_set():
            pair.send(DATA, 10000)
        pair.close()

    threads = [threading.Thread(target=flood, args=[p]) for p in pairs]
    for t in threads:
        t.start()
    full = threading.Timer(2, lambda: tracer.send_signal(2))  # once the ring is full
    full.start()
    try:
        status = tracer.wait(STOP_S)
    except subprocess.TimeoutExpired:
        status = f"still there after {STOP_S} s"
    over.set()
    for t in threads:
        t.join()
    ok(status == 0, "SIGINT ends it while events come faster than they are taken", status)


def shown():
    """What is lost is on the status line while it goes on."""
    port = tt.port()
    ready, fd = os.pipe()
    own, terminal = pty.openpty()
    tracer = tt.spawn([f"{tt.B}/tlstrace", "--records", "--wire-only", "--port", port, f"--ready-fd={fd}"],
                      pass_fds=[fd], stderr=terminal)
    os.close(fd)
    os.close(terminal)
    os.read(ready, 1)
    over = threading.Event()
    pair = Pair(port)

    def flood():
        while not over.is_set():
            pair.send(DATA, 10000)
        pair.close()

    thread = threading.Thread(target=flood)
    thread.start()
    text, end = "", time.monotonic() + STOP_S
    while not re.search(r"lost: \d+ events?", text) and time.monotonic() < end:
        text = text[-4000:] + (os.read(own, 4096).decode() if select.select([own], [], [], 1)[0] else "")
    over.set()
    thread.join()
    tt.kill(tracer)
    ok("lost: " in text, "the status line tells what is lost", text[-300:])


def closed():
    """Connections that close while there is no room to tell of it."""
    port = tt.port()
    tracer = tt.Tracer("--records", "--wire-only", "--port", port)
    pairs = [Pair(port) for _ in range(100)]
    flood = Pair(port)
    tt.wait_for(lambda: len({get(e, "tlstrace.connection") for e in of(tracer.events(), "tls-record")}) == 202,
                "all connections are told of")
    tracer.process.send_signal(signal.SIGSTOP)
    flood.send(DATA, 300000)
    for pair in pairs:
        pair.close()
    flood.close()
    tracer.process.send_signal(signal.SIGCONT)
    events = tracer.stop()
    ends = of(events, "tls-connection")
    dropped = get(events[-1], "tlstrace.stats.dropped")
    ok(dropped["ring_full"] > 0, "the ring was full", dropped)
    ok(len(ends) == 202 and {get(e, "tls.close") for e in ends} == {"fin"}, "each close is told of all the same",
       [(len(ends), get(e, "tls.close")) for e in ends[:3]])


for hooks in ("copy", "cgroup"):
    told(hooks, ALERT, "alerts")
    told(hooks, HELLO, "pieces of a hello")
closed()
stopped()
shown()
sys.exit(tt.result)
