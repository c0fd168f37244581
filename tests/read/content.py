#!/usr/bin/python3
"""TLS by content: after other protocols, behind proxies, with bytes missing; and what is not TLS."""
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(__file__))
from harness import connection, finish, of, ok, records, run, stats
from packets import *  # noqa: F403


def capture(flow, snap=262144):
    return pcap([(t, ethernet(d)) for t, d in flow.packets], snap=snap)


def read(flow, snap=262144):
    return run(capture(flow, snap), args=["--records"])[1]


PLAIN = records(read(resumed(Flow().open()).close()))
assert len(PLAIN) == 9


def found(name, *talk, port=4000, joined=None):
    """TLS follows a talk of (side, bytes); `joined`: the last bytes share the hello's segment."""
    f = Flow(server=("10.0.0.2", port)).open()
    for side, data in talk:
        f.send(side, data)
    if joined:
        first = f.send
        pending = [joined]

        def send(side, data, size=1460):
            if side == 0 and pending:
                data = pending.pop() + data
            return first(side, data, size)
        f.send = send
    got = records(read(resumed(f).close()))
    ok(got == PLAIN, name, got)


# Upgrades
found("SMTP STARTTLS", (1, b"220 mx ESMTP\r\n"), (0, b"EHLO a\r\n"), (1, b"250-mx\r\n250 STARTTLS\r\n"),
      (0, b"STARTTLS\r\n"), (1, b"220 go ahead\r\n"), port=25)
found("SMTP, the hello behind its request", (1, b"220 mx ESMTP\r\n"), joined=b"STARTTLS\r\n")
found("IMAP STARTTLS", (1, b"* OK ready\r\n"), (0, b"a1 STARTTLS\r\n"), (1, b"a1 OK begin\r\n"))
found("POP3 STLS", (1, b"+OK ready\r\n"), (0, b"STLS\r\n"), (1, b"+OK begin\r\n"))
found("FTP AUTH TLS", (1, b"220 ftp\r\n"), (0, b"AUTH TLS\r\n"), (1, b"234 go\r\n"))
found("XMPP starttls", (0, b"<stream:stream xmlns='jabber:client'>"), (1, b"<stream:features><starttls/></stream:features>"),
      (0, b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), (1, b"<proceed/>"))
found("LDAP StartTLS", (0, b"0\x1d\2\1\1w\x18\x80\x161.3.6.1.4.1.1466.20037"), (1, b"0\x0c\2\1\1x\7\n\1\0\4\0\4\0"))
found("PostgreSQL", (0, struct.pack(">II", 8, 80877103)), (1, b"S"))
found("PostgreSQL, without waiting", joined=struct.pack(">II", 8, 80877103))
GREETING = struct.pack("<I", 74)[:3] + b"\0\x0a8.0.1\0" + bytes(66)
REQUEST = struct.pack("<I", 32)[:3] + b"\1" + struct.pack("<IIB", 0x0000aa85, 1 << 24, 33) + bytes(23)
found("MySQL", (1, GREETING), (0, REQUEST))
found("MySQL, request and hello in one segment", (1, GREETING), joined=REQUEST)
found("HTTP CONNECT", (0, b"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n"),
      (1, b"HTTP/1.1 200 Connection established\r\n\r\n"), port=3128)
found("HTTP CONNECT, without waiting", joined=b"CONNECT a.test:443 HTTP/1.1\r\n\r\n")
found("HTTP CONNECT after a challenge", (0, b"CONNECT a.test:443 HTTP/1.1\r\n\r\n"),
      (1, b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), (0, b"CONNECT a.test:443 HTTP/1.1\r\nProxy-Authorization: x\r\n\r\n"),
      (1, b"HTTP/1.1 200 OK\r\n\r\n"))
found("SOCKS 5", (0, b"\5\1\0"), (1, b"\5\0"), (0, b"\5\1\0\3\6a.test\1\xbb"), (1, b"\5\0\0\1\x7f\0\0\1\x10\0"))
found("SOCKS 4", (0, b"\4\1\1\xbb\x7f\0\0\1me\0"), (1, b"\0\x5a" + bytes(6)))
V1 = b"PROXY TCP4 192.0.2.1 192.0.2.2 40000 443\r\n"
V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([192, 0, 2, 1, 192, 0, 2, 2, 156, 64, 1, 187])
TLVS = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14" + V2[16:] + b"\1\0\5h2...."[:8]
LOCAL = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"
for name, header in (("1", V1), ("2", V2), ("2 with TLVs", TLVS), ("2, LOCAL", LOCAL)):
    found(f"PROXY {name}, a segment of its own", (0, header))
    found(f"PROXY {name}, before the hello", joined=header)
    found(f"PROXY {name}, byte by byte", *[(0, header[i:i + 1]) for i in range(len(header))])

# Hellos of old
body = b"\1" + struct.pack(">HHHH", 0x0301, 9, 0, 16) + bytes([0, 0, 5, 0, 0, 10, 1, 0, 0x80]) + noise(16)
old = struct.pack(">H", 0x8000 | len(body)) + body
tail = [(1, record(22, server_hello(0x0301, SESSION, 5), 0x0301) + record(20, b"\1", 0x0301) + record(22, noise(36), 0x0301)),
        (0, record(20, b"\1", 0x0301) + record(22, noise(36), 0x0301))]
for size in (1460, 1, 20):
    f = Flow().open().send(0, old, size)
    for side, data in tail:
        f.send(side, data)
    events = read(f.close())
    (h,) = of(events, "tls-handshake")
    ok(records(events)[0] == ("client", 128, "1.0", len(body)) and len(records(events)) == 6 and
       "TLS_RSA_WITH_RC4_128_SHA" in h["tls"]["client"]["supported_ciphers"],
       f"SSLv2-compatible ClientHello, segments of {size}", records(events))
f = resumed(Flow().open(), version=0x0300).close()
got = records(read(f))
ok([r[2] for r in got[1:]] == ["ssl3"] * 8 and len(got) == 9, "SSL 3", got)

# A HelloRetryRequest and no more: version, cipher and group are bound by it
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
retry = struct.pack(">H", 0x0303) + RETRY + b"\0" + struct.pack(">HB", 0x1301, 0)
retry += struct.pack(">H", 12) + extension(43, b"\3\4") + extension(51, b"\0\x18")
f = Flow().open().send(0, record(22, client_hello(extensions=extension(43, b"\2\3\4")))).send(1, record(22, message(2, retry)))
f.send(0, record(21, b"\2\x2f")).close()
(h,) = of(read(f), "tls-handshake")
h = h["tls"]
ok([h.get(k) for k in ("version", "cipher", "curve", "established", "hello_retry", "history")] ==
   ["1.3", "TLS_AES_128_GCM_SHA256", "secp384r1", False, True, "CjL"], "refused after a HelloRetryRequest", h)

# Records whose messages do not fit into them, renegotiation
hello = client_hello(b"a.test", 0x0303, SESSION)
f = Flow().open().send(0, b"".join(record(22, hello[i:i + 7]) for i in range(0, len(hello), 7)))
f.send(1, record(21, b"\2\x28")).close()
events = read(f)
(h,) = of(events, "tls-handshake")
ok(h["tls"]["client"]["server_name"] == "a.test" and [a["tls"]["alert"]["description"] for a in of(events, "tls-alert")] ==
   ["handshake_failure"], "a ClientHello over many records", h)
f = resumed(Flow().open())
f.send(0, record(22, noise(200, 7))).send(1, record(22, noise(300, 8)) + record(20, noise(26, 9)) + record(22, noise(40)))
f.send(0, record(20, noise(26, 10)) + record(23, noise(50)) + record(23, b"")).close()
got = read(f)
ok(len(records(got)) == len(PLAIN) + 7 and connection(got)["gaps"] == 0, "renegotiation, its ChangeCipherSpec encrypted",
   records(got))

# Who opened the connection is not who sends the ClientHello, as for FTP's data
f = Flow().open().send(1, record(22, client_hello())).send(0, record(22, server_hello())).close()
(h,) = of(read(f), "tls-handshake")
ok((h["tls"]["history"], h["client"]["ip"], h["server"]["port"]) == ("^Cs", "10.0.0.2", 40000),
   "a ClientHello from the end that was connected to", h)
(h,) = of(run(pcap([(t, ethernet(d)) for t, d in f.packets[3:]]))[1], "tls-handshake")
ok(h["tls"]["history"] == "Cs", "nobody saw who opened it", h)

# A NUL ends no name
alpn = extension(16, b"\0\x0b\x02h2\x07a\0b\xff\"\x1b\\")
f = Flow().open().send(0, record(22, client_hello(b"good.test\0.evil.test", extensions=alpn)))
f.send(1, record(22, server_hello(extensions=extension(16, b"\0\5\4h\0ho")))).close()
(h,) = of(read(f), "tls-handshake")
ok((h["tls"]["client"]["server_name"], h["tls"]["client"]["alpn"], h["tls"]["next_protocol"]) ==
   ("good.test\ufffd.evil.test", ["h2", "a\0b\ufffd\"\x1b\\"], "h\ufffdho"), "names with a NUL inside", h)

# Chrome 34's ChaCha20-Poly1305, before it was registered: still an ECDHE suite
key = message(12, b"\3\0\x17" + bytes([65]) + noise(65) + noise(70))
f = Flow().open().send(0, record(22, client_hello(ciphers=(0xcc13, 0xcc14)))).send(
    1, record(22, server_hello(cipher=0xcc13) + key)).close()
(h,) = of(read(f), "tls-handshake")
ok((h["tls"]["cipher"], h["tls"]["cipher_id"], h["tls"].get("curve")) ==
   ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256_OLD", 0xcc13, "secp256r1"), "a suite that was never registered", h)

# One direction alone, as where the other takes another way: that is no failure
key = message(12, b"\3\0\x1d\x20" + noise(32) + noise(70))
f = Flow().open().send(0, record(22, client_hello())).send(1, record(22, server_hello() + key + message(14, b"")))
f.send(0, record(22, message(16, noise(33))) + record(20, b"\1") + record(22, noise(40)))
f.send(1, record(20, b"\1") + record(22, noise(40))).send(0, record(23, noise(100))).send(1, record(23, noise(200)))
f.send(0, record(21, noise(26))).raw(0, f.seq[0], RST | ACK)
for name, sides, history, established in (("client", (0,), "CGI", False), ("server", (1,), "skni", True),
                                          ("two", (0, 1), "CsknGIi", True)):
    seen = [address(f.end[side][0]) for side in sides]
    events = run(pcap([(t, ethernet(d)) for t, d in f.packets if d[12:16] in seen]))[1]
    (h,) = of(events, "tls-handshake")
    ok((h["tls"]["history"], h["tls"]["established"], of(events, "tls-finding")) == (history, established, []),
       f"what the {name} sent, nothing else: what is missing is no fault", events)

# Of a handshake each segment but the first hello is missing once: what had no word of failure, failed not
f = Flow().open().send(0, record(22, client_hello())).send(1, record(22, server_hello() + key + message(14, b"")))
f.send(0, record(22, message(16, noise(33))) + record(20, b"\1") + record(22, noise(40)))
f.send(1, record(20, b"\1") + record(22, noise(40))).send(0, record(23, noise(100))).send(1, record(23, noise(200)))
f.send(0, record(21, noise(26))).send(1, record(21, noise(26))).close()
data = [i for i, (t, d) in enumerate(f.packets) if len(d) > 40]
for lost in data[1:]:
    events = run(pcap([(t, ethernet(d)) for i, (t, d) in enumerate(f.packets) if i != lost]))[1]
    (h,) = of(events, "tls-handshake")
    c = connection(events)
    ok(h["tls"]["established"] and c["gaps"] == len(f.packets[lost][1]) - 40 and
       all(x["tls"]["finding"]["severity"] != "error" for x in of(events, "tls-finding")),
       f"packet {lost} of {len(f.packets)} is missing: established all the same", (h["tls"], c))

# Bytes missing
f = Flow(step_ns=10_000).open()
resumed(f, data=(300, 0))
f.send(1, b"".join(record(23, noise(5000 + 700 * i, i)) for i in range(20))).close()
whole = read(f)
header = next(i for i, (t, d) in enumerate(f.packets) if i > 40 and b"\x17\x03\x03" in d[40:])
for name, lost in (("inside a body", range(12, 14)), ("over headers", range(20, 50)), ("both", [12, 30, header, header + 1, 60])):
    packets = [q for i, q in enumerate(f.packets) if i not in lost]
    missing = sum(len(f.packets[i][1]) - 40 for i in lost)
    events = run(pcap([(t, ethernet(d)) for t, d in packets]), args=["--records"])[1]
    got, want = records(events), records(whole)
    kept = sum(a in want for a in got)
    c = connection(events)
    ok(c["gaps"] == missing and kept == len(got) and want[-1] in got and
       (len(got) == len(want) if name == "inside a body" else len(want) - 8 <= len(got) < len(want)),
       f"{len(lost)} segments lost {name}: counted, found again", (c["gaps"], missing, len(got), len(want)))
events = read(f, snap=128)
ok(records(events)[0][:2] == ("client", 22) and connection(events)["gaps"] > 100000 and
   all(r in records(whole) for r in records(events)), "cut at 128 bytes: gaps, not garbage", records(events))
small = Flow().open()
for i in range(20):
    resumed(small) if not i else small.send(i % 2, record(23, noise(500 + i, i)))
events = read(small.close(), snap=74)
ok(len(records(events)) == 28 - 1 and all(r[1] in (20, 21, 22, 23) for r in records(events)) or
   len(records(events)) >= 20, "cut at 74 bytes: headers of small records are read", records(events))

# Mid-connection
f = Flow(step_ns=10_000).open()
resumed(f, data=(300, 64000)).close()
events = run(pcap([(t, ethernet(d)) for t, d in f.packets[9:]]), args=["--records"])[1]
ok(len(records(events)) >= 3 and all(r[1:] in [w[1:] for w in records(read(f))] for r in records(events)) and
   not of(events, "tls-handshake"), "a capture that begins in the data", records(events))

# Not TLS
HTTP = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 105\r\n\r\n"
inside = record(22, client_hello())
files = pcap([(t, ethernet(d)) for t, d in resumed(Flow().open()).packets])
for name, talk, *begun in (
        ("HTTP", [(0, HTTP), (1, REPLY + b"x" * 5000)]),
        ("HTTP with a TLS stream as its body", [(0, HTTP), (1, REPLY), (1, inside)]),
        ("HTTP with a TLS stream behind its head", [(0, HTTP), (1, REPLY + inside)]),
        ("HTTP with a capture as its body", [(0, HTTP), (1, REPLY), (1, files)]),
        ("HTTP that sends one", [(0, b"POST / HTTP/1.1\r\n\r\n" + inside), (0, inside), (1, REPLY)]),
        ("SSH", [(1, b"SSH-2.0-OpenSSH_9.2\r\n"), (0, b"SSH-2.0-x\r\n"), (0, noise(2000)), (1, noise(30000, 2))]),
        ("SMTP without STARTTLS", [(1, b"220 mx\r\n"), (0, b"EHLO a\r\n"), (1, b"250 mx\r\n"), (0, b"DATA\r\n" + b"a" * 9000)]),
        ("random bytes", [(0, noise(20000, 1)), (1, noise(200000, 2))]),
        ("bytes that begin like a record", [(0, b"\x16\x03\x01\x00\x50\x01\x00\x00\x01" + noise(100)), (1, noise(50))]),
        ("an application-data record alone", [(0, record(23, noise(100)))], True),
        ("RDP's TPKT", [(0, b"\3\0\0\x13\x0e\xe0" + bytes(13)), (1, b"\3\0\0\x13\x0e\xd0" + bytes(13))]),
        ("MQTT", [(0, b"\x10\x10\0\4MQTT\4\2\0\x3c\0\4abcd"), (1, b" \2\0\0")]),
        ("zeros", [(0, bytes(5000)), (1, bytes(5000))])):
    for syn in begun or (True, False):
        f = Flow()
        if syn:
            f.open()
        for side, data in talk:
            f.send(side, data)
        events = read(f.close())
        ok(len(events) == 1 and stats(events)["connections"]["not_tls"] == 1,
           f"never TLS: {name}" + ("" if syn else ", from the middle"), events)
f = Flow().open().send(0, HTTP).send(1, record(21, b"\2\x46")).close()
events = read(f)
ok([a["tls"]["alert"]["description"] for a in of(events, "tls-alert")] == ["protocol_version"],
   "HTTP to a TLS port: the server's alert is told", events)
finish()
