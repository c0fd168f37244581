#!/usr/bin/python3
"""A reset ends a connection, at its time; what crossed it on its way still belongs to it."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(__file__))
from harness import TLSTRACE, connection, finish, of, ok, run
from packets import *  # noqa: F403

S = 10**9
START = 1_700_000_000 * S
hello = record(22, client_hello(), 0x0301)
refusal = b"\x15\3\3\0\2\2\x28"


def capture(*flows):
    return pcap([(t, ethernet(p)) for t, p in sorted(sum((f.packets for f in flows), []))])


def codes(events):
    return [e["tls"]["finding"]["code"] for e in of(events, "tls-finding")]


def reset_by_client(at=None, port=40000, start_ns=START):
    """A ClientHello, and the client's reset; its answer is on its way."""
    f = Flow(("10.0.0.1", port), start_ns=start_ns).open().send(0, hello)
    f.time_ns = f.time_ns if at is None else start_ns + at
    return f.raw(0, f.seq[0], RST | ACK)


def other(at, port=5555):
    """Packets of somebody else."""
    return resumed(Flow(("10.0.0.7", port), ("10.0.0.8", 443), start_ns=START + at).open()).close()


# Ends.
f = resumed(Flow().open())
f.raw(1, f.seq[1], RST | ACK)
c = connection(run(capture(f))[1])
ok((c["close"], c["close_by"]) == ("reset", "server"), "reset by the server", c)
f = resumed(Flow().open()).raw(1, 77777777, RST)
c = connection(run(capture(f))[1])
ok(c["close"] == "open", "a reset far outside the window is none", c)
f = Flow().open().send(0, hello).raw(1, 5001, RST | ACK)
(h,) = of(run(capture(f))[1], "tls-handshake")
ok(not h["tls"]["established"], "reset after the ClientHello: a failed handshake", h["tls"])

# What crosses it.
f = reset_by_client().send(1, refusal)
events = run(capture(f))[1]
(a,) = of(events, "tls-alert")
c = connection(events)
ok((a["tls"]["alert"]["description"], a["tls"]["alert"]["sender"], c["close"], c["close_by"]) ==
   ("handshake_failure", "server", "reset", "client"), "an alert crosses the client's reset", (a, c))
f = reset_by_client()
f.time_ns += 2 * S
events = run(capture(f.send(1, refusal)))[1]
ok(not of(events, "tls-alert"), "one that comes 2 s later is of nothing that is known", events)
f = reset_by_client()
f.step_ns = -10 * S
events = run(capture(other(0)) + capture(f.send(1, refusal))[24:])[1]
ok(codes(events) == ["peer-reset-during-handshake"], "the clock goes back 10 s: it has not crossed", codes(events))
f = Flow().open().send(0, record(22, client_hello(session=SESSION), 0x0301))
finished = record(20, b"\1") + record(22, noise(40, 3))
f.send(1, record(22, server_hello(session=bytes(32)))).send(0, finished).raw(0, f.seq[0], RST | ACK).send(1, finished)
events = run(capture(f), args=["--records"])[1]
(h,) = of(events, "tls-handshake")
ok(not h["tls"]["established"] and len(of(events, "tls-record")) == 6,
   "a Finished that crosses the client's reset establishes nothing", h["tls"])
f = Flow().open().send(0, hello)
f.raw(1, f.seq[1], RST | ACK)
seq, end_ns = f.seq[0] - len(hello), f.time_ns
f.step_ns = 300_000_000
for _ in range(3):
    f.raw(0, seq, ACK | PSH, hello)
(e,) = of(run(capture(f))[1], "tls-connection")
ok(e["@timestamp"] == f"2023-11-14T22:13:20.{end_ns % S:09}Z", "what is sent again after the reset moves no close", e)

# When it is told of.
events = run(capture(reset_by_client(4_500_000_000), other(5_200_000_000)))[1]
ok(codes(events) == ["peer-reset-during-handshake"], "reset after 4.5 s of silence: not stalled too", codes(events))
again = resumed(Flow(("10.0.0.1", 40001), start_ns=START + S // 10).open()).close()
events = run(capture(reset_by_client(), again))[1]
actions = [(e["event"]["action"], e["client"]["port"]) for e in events if "client" in e]
ok(actions.index(("tls-connection", 40000)) < actions.index(("tls-handshake", 40001)),
   "the next connection of the same two: this one is told of before", actions)


def on_pipe(data, *args):
    p = subprocess.Popen([TLSTRACE, "read", "--json", *args, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    p.stdin.write(data)
    p.stdin.flush()
    return p


def until(p, action):
    while True:
        e = json.loads(p.stdout.readline())
        if e["event"]["action"] == action:
            return e


p = on_pipe(capture(reset_by_client()))
c = until(p, "tls-connection")["tls"]
ok(c["close"] == "reset" and p.poll() is None, "a pipe that falls silent: the connection is told of", c)
p.stdin.close()
p.wait()
p = on_pipe(capture(reset_by_client()), "--count", "1")
ok(p.wait(20) == 0, "--count 1, and a pipe that falls silent: it ends")
# Packets of no connection tell the time, too: the pipe is never silent for a second.
udp = ethernet(ip("10.0.0.7", "10.0.0.8", struct.pack(">HHHH", 5, 6, 8, 0), protocol=17))
p = on_pipe(capture(reset_by_client()))
told = threading.Thread(target=until, args=(p, "tls-connection"))
told.start()
for i in range(1, 200000):  # as fast as the pipe takes them
    if not told.is_alive():
        break
    p.stdin.write(pcap([(START + i * S // 10, udp)])[24:])
    p.stdin.flush()
ok(not told.is_alive() and i > 10, "packets of no connection tell the time, too", i)
p.stdin.close()
p.wait()
# Ctrl-C between two packets of many: nothing more is read, and what was reset is told of.
with tempfile.NamedTemporaryFile() as file:
    file.write(capture(other(0), reset_by_client()) + pcap([(START + S // 2, udp)])[24:] * 1000000)
    file.flush()
    p = subprocess.Popen([TLSTRACE, "read", "--json", "--fail-on", "warning", file.name], stdout=subprocess.PIPE)
    until(p, "tls-connection")
    p.send_signal(signal.SIGINT)
events = [json.loads(line) for line in p.stdout]
ok(codes(events) == ["peer-reset-during-handshake"] and p.wait() == 4 and
   [e["tls"]["close"] for e in of(events, "tls-connection")] == ["reset"], "Ctrl-C right after it: it is told of", events)
# What came before the reset and was put aside came before it, though it is told of after it.
f = Flow().open().send(0, record(22, client_hello(session=SESSION), 0x0301))
f.send(1, record(22, server_hello(session=SESSION)) + finished).send(0, finished)
f.send(1, record(23, noise(100))).send(1, record(23, noise(100)))
held = len(f.packets)
f.send(1, record(23, noise(50)))
del f.packets[held - 2]
f.raw(0, f.seq[0], RST | ACK)
(h,) = of(run(capture(f))[1], "tls-handshake")
ok(h["tls"]["established"], "a hole before the reset: the handshake had worked", h["tls"])

# A flight that crosses the client's reset was never its to answer.
f = reset_by_client().send(1, record(22, server_hello() + message(11, bytes(6)) + message(14, b"")))
events = run(capture(f), args=["--records"])[1]
(said,) = of(events, "tls-finding")
again = reset_by_client().send(1, record(22, server_hello()) + record(23, noise(90)) * 4)
(e,) = of(run(capture(again))[1], "tls-finding")
ok("no TLS record came from it" in " ".join(e["tls"]["finding"]["evidence"]), "protected records of one: they count for nothing", e)
text = " ".join(said["tls"]["finding"]["evidence"])
ok("the ClientHello of the client" in text and "server's turn" in text and len(of(events, "tls-record")) == 2,
   "a flight that crosses the reset: it was the server's turn", text)

finish()
