#!/usr/bin/python3
"""Handshakes that break off or pause: after which message, whose turn it was, and what alerts say of it."""
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(__file__))
from harness import finish, of, ok, run
from packets import *  # noqa: F403

S = 10**9
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")  # RFC 8446 4.1.3
ccs = record(20, b"\1")


def hello13():
    groups = extension(10, struct.pack(">HHH", 4, 29, 23))
    share = extension(51, struct.pack(">HHH", 36, 29, 32) + bytes(32))
    versions = extension(43, b"\2\3\4")
    return record(22, client_hello(session=SESSION, ciphers=(0x1301,), extensions=versions + groups + share), 0x0301)


def server13():
    share = extension(51, struct.pack(">HH", 29, 32) + bytes(32))
    return record(22, server_hello(session=SESSION, cipher=0x1301, extensions=extension(43, b"\3\4") + share))


def retry13(group):
    body = server_hello(session=SESSION, cipher=0x1301, extensions=extension(43, b"\3\4") +
                        extension(51, struct.pack(">H", group)))
    return record(22, body.replace(bytes(range(32, 64)), RETRY))


def app(count, seed=1):
    return record(23, noise(count, seed))


def alert(code, level=2):
    return record(21, bytes((level, code)))


def begun(wait_s=0):
    f = Flow().open().send(0, hello13())
    f.time_ns += wait_s * S
    return f


def flight(count, wait_s=0):
    f = begun().send(1, server13() + ccs + b"".join(app(60 + i, i) for i in range(count)))
    f.time_ns += wait_s * S
    return f


def told(f):
    status, events, errors = run(pcap([(t, ethernet(d)) for t, d in f.packets]))
    return events, [e["tls"]["finding"] for e in of(events, "tls-finding")]


def one(f, code, *words, never=(), confidence=None, name):
    events, findings = told(f)
    text = " ".join([findings[0]["title"], *findings[0]["evidence"]]) if findings else ""
    ok([x["code"] for x in findings] == [code] and all(w in text for w in words) and
       not any(w in text for w in never) and confidence in (None, findings[0]["confidence"]), name, findings)
    return events


# A pause is told when it is there; that the handshake went on is no second failure.
def went_on(f, name):
    events, findings = told(f)
    ok([x["code"] for x in findings] == ["handshake-stalled", "handshake-slow"] and
       [e["tls"]["established"] for e in of(events, "tls-handshake")] == [True], name, findings)


went_on(flight(4, 7).send(0, ccs + app(53, 7)).send(0, app(100, 8)).send(1, app(50, 9)).send(0, app(19, 2)).close(),
        "TLS 1.3: 7 s of silence, and then it went on")
f = Flow().open().send(0, record(22, client_hello(session=SESSION), 0x0301))
f.send(1, record(22, server_hello(session=SESSION)) + ccs + record(22, noise(40, 2)))
f.time_ns += 12 * S
f.send(0, ccs + record(22, noise(40, 3))).send(0, app(100)).send(1, app(50)).send(0, record(21, noise(26, 6)))
went_on(f.close(), "TLS 1.2: 12 s of silence, and then it went on")

# TLS 1.3: how much of the flight came cannot be read.
for count, words in ((0, "the rest of its flight"), (1, "1 protected record of the server followed"),
                     (4, "4 protected records of the server followed")):
    for wait, code in ((0, "peer-closed-during-handshake"), (7, "handshake-stalled")):
        one(flight(count, wait).close(), code, words, "was the ServerHello", name=f"{code}, {count} records behind the ServerHello")

# HelloRetryRequest.
one(begun().send(1, retry13(23) + ccs).close(), "peer-closed-during-handshake", "HelloRetryRequest of the server",
    "client's turn: its second ClientHello", never=("server's turn",), name="closed after a HelloRetryRequest")
one(begun().send(1, retry13(23) + ccs).send(0, ccs + hello13()).close(1), "peer-closed-during-handshake",
    "ClientHello of the client", "its ServerHello never came", never=("began a record",),
    name="closed after the second ClientHello")

# Alerts that answer a ClientHello.
for code, name in ((121, "ech_required"), (200, "unknown(0x00c8)")):
    events = one(begun().send(1, alert(code)).close(1), "handshake-failed-unexplained", f"({code})",
                 never=("no TLS record came",), name=f"alert {code}: it is told")
    a = [e["tls"]["alert"] for e in of(events, "tls-alert")]
    ok([(x["description"], x["description_code"]) for x in a] == [(name, code)], f"alert {code}: {name}", a)
for code in (41, 42, 43, 44, 45, 46, 48, 111, 113, 114):
    one(begun().send(1, alert(code)).close(1), "certificate-rejected", "the client was asked for none",
        never=("the client's certificate",), confidence="possible", name=f"alert {code} in answer to a ClientHello")
one(begun().send(1, alert(116)).close(1), "client-certificate-required", "had not been asked", confidence="likely",
    name="certificate_required in answer to a ClientHello")
one(begun().send(1, alert(0, 1)).close(1), "peer-closed-during-handshake", "close_notify", "ClientHello of the client",
    "nothing but an alert", never=("no TLS record",), name="close_notify in answer to a ClientHello")
one(begun().send(1, retry13(23) + ccs).send(0, ccs + hello13()).send(1, alert(0, 1)).close(1), "peer-closed-during-handshake",
    "its ServerHello never came", never=("nothing but an alert",), name="close_notify after the second ClientHello")
one(begun().send(1, alert(90, 1)).raw(1, 5008, RST | ACK), "peer-reset-during-handshake", "user_canceled",
    never=("without an alert", "Why is not on the wire"), name="user_canceled, and a reset")
one(begun().send(1, alert(90, 1) + alert(0, 1)).close(1), "peer-closed-during-handshake", "user_canceled",
    "ClientHello of the client", never=("without saying why", "Why is not on the wire"), name="user_canceled, and close_notify")
f = Flow().open().send(0, record(22, client_hello(session=SESSION), 0x0301)).send(
    1, record(22, server_hello() + message(11, bytes(6)) + message(14, b"")))
f.raw(0, f.seq[0], FIN | ACK)
f.seq[0] += 1
f.send(1, alert(50)).raw(1, f.seq[1], FIN | ACK)
one(f, "peer-closed-during-handshake", "ServerHelloDone of the server", "client's turn: its key exchange",
    name="decode_error after the client's end: its turn is said")
f = begun().send(1, record(21, bytes((2, 40, 1, 0)))).close(1)
a = [e["tls"]["alert"] for e in of(one(f, "no-shared-cipher", "handshake_failure (40) in the clear",
                                      name="two alerts in one record"), "tls-alert")]
ok([(x["description"], x["encrypted"]) for x in a] == [("handshake_failure", False), ("close_notify", False)],
   "two alerts in one record: both are told", a)

# The client refuses behind its Finished, while the server's is on its way: that is one failure.
f = Flow().open().send(0, record(22, client_hello(), 0x0301)).send(
    1, record(22, server_hello() + message(11, bytes(6)) + message(14, b"")))
f.send(0, record(22, message(16, bytes(66))) + ccs + record(22, noise(40, 2)) + record(21, noise(26, 3)))
events, findings = told(f.send(1, ccs + record(22, noise(40, 4))).close())
ok([x["code"] for x in findings] == ["handshake-failed-unexplained"] and
   [e["tls"]["established"] for e in of(events, "tls-handshake")] == [False] and
   not of(events, "tls-connection")[0]["tls"]["established"], "an alert crosses the server's Finished", findings)

# Of one direction nothing was captured: the server's words alone fail no handshake, however late it is.
f = flight(4).send(0, ccs + app(53, 7)).send(1, app(500, 9)).close()
f.packets = [p for i, p in enumerate(f.packets) if p[1][12:16] == bytes((10, 0, 0, 2))]
late = Flow(("10.0.0.9", 5), start_ns=f.packets[-1][0] + 9 * S).open().send(0, app(10))
status, events, _ = run(pcap([(t, ethernet(d)) for t, d in f.packets + late.packets + resumed(late).close().packets]))
ok(not of(events, "tls-finding"), "the server's direction alone", [e["tls"]["finding"] for e in of(events, "tls-finding")])

# What the server chose, and the client never offered.
f = Flow().open().send(0, record(22, client_hello(), 0x0301)).send(1, record(22, server_hello(cipher=0xc030)))
one(f.send(0, alert(47)).close(), "malformed-message", "chose the cipher suite TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    name="a cipher suite that was not offered")
one(begun().send(1, retry13(25) + ccs).send(0, alert(47)).close(), "malformed-message", "chose the group secp521r1",
    name="a group that was not offered")
one(begun().send(1, retry13(25) + ccs).close(), "peer-closed-during-handshake", "chose the group secp521r1",
    name="a group that was not offered, and the client leaves")
f = Flow().open().send(0, record(22, client_hello(), 0x0301)).send(1, record(22, server_hello()))
one(f.send(0, alert(47)).close(), "malformed-message", never=("did not offer",), name="one that was offered")
finish()
