#!/usr/bin/python3
"""seed.py - the capture of a client that cannot resume a session at a load balancer.

Frames of 192, 66 and 73 bytes, 8 us and 72 us apart: ServerHello (74 bytes, no extensions, so
32 bytes of session ID), ChangeCipherSpec and a Finished of 36 bytes (16 and a SHA-1 MAC: RC4);
the acknowledgement; a fatal bad_record_mac in the clear. With the argument "full", the full
handshake that made the session comes 3 s before. The fields are those of RFC 2246
(TLS 1.0), RFC 793, RFC 791 and the pcap file format. Written to standard output.
"""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "read"))
from packets import ACK, FIN, PSH, SYN, ethernet, ip, message, noise, pcap, record, tcp

CLIENT, SERVER = ("10.97.85.73", 27608), ("10.97.127.7", 443)
TLS10 = 0x0301
SESSION = noise(32, 10)  # both ends name the same session
CIPHERS = (0x0005, 0x0004, 0x002f, 0x0035, 0x000a, 0x0033, 0x0039, 0x0016, 0x0009)

packets = []
clock_ns = 1_700_000_000_000_000_000


def frame(after_ns, src, dst, seq, ack, flags, data=b"", options=b""):
    """Ethernet, IPv4 and TCP with the timestamps option (RFC 7323): 66 bytes of headers."""
    global clock_ns
    clock_ns += after_ns
    ticks = clock_ns // 1_000_000 & 0xffffffff
    options += b"\1\1\x08\x0a" + struct.pack(">II", ticks, ticks if flags & ACK else 0)
    packets.append((clock_ns, ethernet(ip(src[0], dst[0], tcp(src, dst, seq, ack, flags, data,
                                                             options), ident=len(packets) + 1))))


client_hello = record(22, message(1, struct.pack(">H", TLS10) + noise(32, 11) +
                                  bytes([32]) + SESSION +
                                  struct.pack(">H9H", 2 * len(CIPHERS), *CIPHERS) +
                                  b"\1\0" +                                   # no compression
                                  struct.pack(">HHHB", 5, 0xff01, 1, 0)),     # renegotiation_info
                      TLS10)
server_hello = record(22, message(2, struct.pack(">H", TLS10) + noise(32, 12) + bytes([32]) + SESSION +
                                  struct.pack(">HB", 0x0005, 0)), TLS10)     # RC4 with SHA-1
finished = record(22, noise(36, 13), TLS10)
flight = server_hello + record(20, b"\1", TLS10) + finished
alert = record(21, bytes([2, 20]), TLS10)
assert (len(client_hello), len(flight), len(alert)) == (105, 126, 7)



def full_handshake(client, c, s):
    """Made the session: every message, a record of data each way, an orderly close."""
    def send(after_ns, by_client, data, flags=ACK | PSH):
        nonlocal c, s
        if by_client:
            frame(after_ns, client, SERVER, c, s, flags, data)
            c += len(data) + bool(flags & FIN)
        else:
            frame(after_ns, SERVER, client, s, c, flags, data)
            s += len(data) + bool(flags & FIN)

    hello = message(1, struct.pack(">H", TLS10) + noise(32, 21) + b"\0" +
                    struct.pack(">H9H", 2 * len(CIPHERS), *CIPHERS) + b"\1\0")
    answer = message(2, struct.pack(">H", TLS10) + noise(32, 22) + bytes([32]) + SESSION +
                     struct.pack(">HB", 0x0005, 0))
    frame(0, client, SERVER, c - 1, 0, SYN, options=MSS)
    frame(512_000, SERVER, client, s - 1, c, SYN | ACK, options=MSS)
    send(9_000, True, b"", ACK)
    send(240_000, True, record(22, hello, TLS10))
    send(29_381_000, False, record(22, answer, TLS10) + record(22, message(11, b"\0\0\0"), TLS10) +
         record(22, message(14, b""), TLS10))
    send(900_000, True, record(22, message(16, struct.pack(">H", 128) + noise(128, 23)), TLS10) +
         record(20, b"\1", TLS10) + record(22, noise(36, 24), TLS10))
    send(900_000, False, record(20, b"\1", TLS10) + record(22, noise(36, 25), TLS10))
    send(500_000, True, record(23, noise(120, 26), TLS10))
    send(900_000, False, record(23, noise(420, 27), TLS10))
    send(90_000, True, record(21, noise(22, 28), TLS10))
    send(9_000, True, b"", ACK | FIN)
    send(500_000, False, b"", ACK | FIN)
    send(7_000, True, b"", ACK)


MSS = b"\2\4\x05\xb4"
if sys.argv[1:] == ["full"]:
    full_handshake(("10.97.85.73", 27600), 1_000_000, 2_000_000)
    clock_ns += 3_000_000_000
    first = len(packets)
else:
    first = 0
c, s = 3_000_000_000, 4_294_967_200  # the server's numbers wrap on the way
frame(0, CLIENT, SERVER, c, 0, SYN, options=MSS)
frame(512_000, SERVER, CLIENT, s, c + 1, SYN | ACK, options=MSS)
frame(9_000, CLIENT, SERVER, c + 1, s + 1, ACK)
frame(240_000, CLIENT, SERVER, c + 1, s + 1, ACK | PSH, client_hello)
frame(530_000, SERVER, CLIENT, s + 1, c + 106, ACK)
frame(29_381_000, SERVER, CLIENT, s + 1, c + 106, ACK | PSH, flight)
frame(8_000, CLIENT, SERVER, c + 106, s + 127, ACK)
frame(72_000, CLIENT, SERVER, c + 106, s + 127, ACK | PSH, alert)
frame(31_000, CLIENT, SERVER, c + 113, s + 127, ACK | FIN)
frame(544_000, SERVER, CLIENT, s + 127, c + 114, ACK | FIN)
frame(7_000, CLIENT, SERVER, c + 114, s + 128, ACK)
assert [len(p) for _, p in packets[first + 5:first + 8]] == [192, 66, 73]
sys.stdout.buffer.write(pcap(packets))
