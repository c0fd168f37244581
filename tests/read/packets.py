"""packets.py - captures written byte by byte: pcap, pcapng, link layers, IP, TCP, TLS."""
import struct

ETHERNET, NULL, LOOP, RAW, SLL, SLL2, IPV4, IPV6 = 1, 0, 108, 101, 113, 276, 228, 229
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def address(text):
    import ipaddress
    return ipaddress.ip_address(text).packed


def tcp(src, dst, seq, ack, flags, data=b"", options=b"", window=65535):
    """A TCP segment between (address, port) pairs, with its checksum."""
    options += b"\0" * (-len(options) % 4)
    head = struct.pack(">HHIIBBHHH", src[1], dst[1], seq & 0xffffffff, ack & 0xffffffff,
                       (5 + len(options) // 4) << 4, flags, window, 0, 0) + options + data
    a, b = address(src[0]), address(dst[0])
    pseudo = a + b + (struct.pack(">BBH", 0, 6, len(head)) if len(a) == 4 else
                      struct.pack(">IHBB", len(head), 0, 0, 6))
    return head[:16] + struct.pack(">H", checksum(pseudo + head)) + head[18:]


def ip(src, dst, payload, protocol=6, ident=1, ttl=64, offset=0, more=False, options=b"",
       flags=None):
    """IPv4 or IPv6 by the address; offset and more make a fragment."""
    a, b = address(src), address(dst)
    if len(a) == 16:
        if offset or more:
            payload = struct.pack(">BBHI", protocol, 0, offset | more, ident) + payload
            protocol = 44
        return struct.pack(">IHBB", 6 << 28, len(payload), protocol, ttl) + a + b + payload
    options += b"\0" * (-len(options) % 4)
    flags = (0x2000 if more else 0) if flags is None else flags
    head = struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, 0, 20 + len(options) + len(payload),
                       ident, flags | offset // 8, ttl, protocol, 0) + a + b + options
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


def ethernet(packet, tags=(), kind=None):
    kind = kind or (0x86dd if packet[0] >> 4 == 6 else 0x0800)
    frame = bytes.fromhex("0200000000020200000000 01".replace(" ", ""))
    for tag in tags:
        frame += struct.pack(">HH", tag, 7)
    return frame + struct.pack(">H", kind) + packet


def link(packet, kind):
    """A packet as that link type carries it."""
    six = packet[0] >> 4 == 6
    ether = 0x86dd if six else 0x0800
    if kind == ETHERNET:
        return ethernet(packet)
    if kind == NULL:
        return struct.pack("<I", 24 if six else 2) + packet
    if kind == LOOP:
        return struct.pack(">I", 24 if six else 2) + packet
    if kind == SLL:
        return struct.pack(">HHH8sH", 0, 1, 6, b"\2", ether) + packet
    if kind == SLL2:
        return struct.pack(">HHIHBB8s", ether, 0, 1, 1, 0, 6, b"\2") + packet
    return packet


def pcap(packets, kind=ETHERNET, snap=262144, nano=True):
    """[(time_ns, bytes)] as a pcap file; snap cuts packets."""
    out = [struct.pack("<IHHiIII", 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, snap, kind)]
    for time_ns, data in packets:
        out.append(struct.pack("<IIII", time_ns // 10**9, time_ns % 10**9 // (1 if nano else 1000),
                               min(len(data), snap), len(data)) + data[:snap])
    return b"".join(out)


def block(number, body, order="<"):
    """One block of a pcapng file, in that byte order."""
    body += b"\0" * (-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", number) + length + body + length


def section(order="<", version=(1, 0)):
    return block(0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, *version, -1), order)


def interface(kind, snap=0, resolution=9, offset_s=None, order="<"):
    options = b"" if resolution is None else struct.pack(order + "HHB3x", 9, 1, resolution)
    options += b"" if offset_s is None else struct.pack(order + "HHq", 14, 8, offset_s)
    return block(1, struct.pack(order + "HHI", kind, 0, snap) + options + struct.pack(order + "HH", 0, 0), order)


def enhanced(number, units, data, wire_bytes=None, order="<"):
    head = struct.pack(order + "IIIII", number, units >> 32, units & 0xffffffff, len(data),
                       len(data) if wire_bytes is None else wire_bytes)
    return block(6, head + data, order)


def secrets(text, order="<"):
    return block(10, struct.pack(order + "II", 0x544c534b, len(text)) + text, order)


def pcapng(packets, kind=ETHERNET):
    return section() + interface(kind) + b"".join(enhanced(0, t, d) for t, d in packets)


class Flow:
    """One TCP connection: each call appends a packet; sequence numbers keep themselves."""

    def __init__(self, client=("10.0.0.1", 40000), server=("10.0.0.2", 443), isn=(1000, 5000),
                 start_ns=1_700_000_000_000_000_000, step_ns=1_000_000):
        self.end = (client, server)
        self.seq = list(isn)
        self.time_ns, self.step_ns = start_ns, step_ns
        self.packets = []  # (time_ns, IP packet)
        self.ident = 0

    def raw(self, side, seq, flags, data=b"", ack=None, **more):
        self.time_ns += self.step_ns
        self.ident = (self.ident + 1) & 0xffff
        src, dst = self.end[side], self.end[1 - side]
        ack = self.seq[1 - side] if ack is None else ack
        segment = tcp(src, dst, seq, ack if flags & ACK else 0, flags, data)
        self.packets.append((self.time_ns, ip(src[0], dst[0], segment, ident=self.ident, **more)))
        return self

    def open(self):
        self.raw(0, self.seq[0], SYN)
        self.seq[0] += 1
        self.raw(1, self.seq[1], SYN | ACK)
        self.seq[1] += 1
        return self.raw(0, self.seq[0], ACK)

    def send(self, side, data, size=1460):
        for at in range(0, len(data), size):
            piece = data[at:at + size]
            self.raw(side, self.seq[side], ACK | PSH, piece)
            self.seq[side] += len(piece)
        return self

    def close(self, first=0):
        for side in (first, 1 - first):
            self.raw(side, self.seq[side], FIN | ACK)
            self.seq[side] += 1
        return self.raw(first, self.seq[first], ACK)


def record(kind, body, version=0x0303):
    return struct.pack(">BHH", kind, version, len(body)) + body


def message(kind, body):
    return struct.pack(">I", kind << 24 | len(body)) + body


def extension(kind, body):
    return struct.pack(">HH", kind, len(body)) + body


def client_hello(name=b"a.test", version=0x0303, session=b"", ciphers=(0xc02f, 0x009c, 0x0005),
                 extensions=b""):
    ext = extension(0, struct.pack(">HBH", len(name) + 3, 0, len(name)) + name) if name else b""
    ext += extensions
    body = struct.pack(">H", version) + bytes(range(32)) + bytes([len(session)]) + session
    body += struct.pack(">H", 2 * len(ciphers)) + b"".join(struct.pack(">H", c) for c in ciphers)
    body += b"\1\0" + (struct.pack(">H", len(ext)) + ext if ext else b"")
    return message(1, body)


def server_hello(version=0x0303, session=b"", cipher=0xc02f, extensions=b""):
    body = struct.pack(">H", version) + bytes(range(32, 64)) + bytes([len(session)]) + session
    body += struct.pack(">HB", cipher, 0)
    return message(2, body + (struct.pack(">H", len(extensions)) + extensions if extensions else b""))


def noise(count, seed=1):
    """Bytes that look encrypted, the same each time."""
    import hashlib
    out = b""
    while len(out) < count:
        out += hashlib.sha256(struct.pack(">II", seed, len(out))).digest()
    return out[:count]


SESSION = bytes(range(100, 132))


def resumed(flow, name=b"a.test", data=(300, 4000), version=0x0303):
    """An abbreviated TLS 1.2 handshake, data both ways, close_notify by the client."""
    flow.send(0, record(22, client_hello(name, version, SESSION), 0x0301))
    flow.send(1, record(22, server_hello(version, SESSION), version) + record(20, b"\1", version) +
              record(22, noise(40, 2), version))
    flow.send(0, record(20, b"\1", version) + record(22, noise(40, 3), version))
    flow.send(0, record(23, noise(data[0], 4), version))
    for at in range(0, data[1], 16000):
        flow.send(1, record(23, noise(min(16000, data[1] - at), 5), version))
    return flow.send(0, record(21, noise(26, 6), version))
