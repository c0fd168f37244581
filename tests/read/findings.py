#!/usr/bin/python3
"""What a capture leads to: a handshake that stalls, --fail-on, tickets, ends without close_notify."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(__file__))
from harness import TLSTRACE, finish, of, ok, run
from packets import *  # noqa: F403

SECOND = 1_000_000_000


def capture(flow, wait_s=0, after=0):
    """The packets from number `after` on come wait_s later."""
    return pcap([(t + (wait_s * SECOND if i >= after else 0), ethernet(d))
                 for i, (t, d) in enumerate(flow.packets)])


def codes(events):
    return [f["tls"]["finding"]["code"] for f in of(events, "tls-finding")]


def judge(data, name, wanted, status=0, args=()):
    exited, events, _ = run(data, args=args)
    ok((codes(events), exited) == (wanted, status), name, (codes(events), exited))
    return events


def hello_only(wait_s):
    f = Flow().open().send(0, record(22, client_hello(), 0x0301))
    last = len(f.packets)
    return capture(f.close(), wait_s, last)


events = judge(hello_only(7), "silence after the ClientHello: handshake-stalled, and nothing else",
               ["handshake-stalled"])
finding = of(events, "tls-finding")[0]["tls"]["finding"]
ok("7.0 s" in finding["title"] and "the server's turn" in " ".join(finding["evidence"]),
   "it says how long, and whose turn it was", finding)
judge(hello_only(4), "4 s are no stall", ["peer-closed-during-handshake"])


def closed(orderly, wait_s=0):
    f = resumed(Flow().open())
    if not orderly:  # the client's close_notify is the last packet
        f.packets.pop()
        f.seq[0] -= 31
    last = len(f.packets)
    return capture(f.close(), wait_s, last)


judge(closed(True, 60), "silence after the handshake is none",
      [])
judge(closed(True), "an orderly close", [])

whole = closed(False)
judge(whole, "--fail-on warning: 4", ["closed-without-close-notify"], 4, ["--fail-on", "warning"])
judge(whole, "--fail-on info: a warning is above it", ["closed-without-close-notify"], 4, ["--fail-on", "info"])
judge(whole, "--fail-on error: a warning is below it", ["closed-without-close-notify"], 0, ["--fail-on", "error"])
judge(hello_only(0), "--fail-on error: 4", ["peer-closed-during-handshake"], 4, ["--fail-on", "error"])
exited, _, said = run(whole, args=["--fail-on", "never"])
ok(exited == 2 and "'never' is not info, warning or error" in said, "--fail-on never: no such severity", said)
seed = subprocess.run([sys.executable, "-B", "tests/golden/seed.py"], stdout=subprocess.PIPE).stdout
brief = subprocess.run([TLSTRACE, "read", "--brief", "-"], input=seed, stdout=subprocess.PIPE).stdout.decode()
ok([line.partition("FAILED: ")[2].split()[0] for line in brief.splitlines()[:-1]] == ["resumed-session-keys-differ"],
   "--brief: one line a finding, no ladder", brief)
finish()
