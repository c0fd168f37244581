"""tlstrace read against tshark over captures of real peers: every library as server and as
client, versions, kinds of handshake, failures, bulk data. The same records (type, version,
length) of the same direction in the same order, the same names, ciphers and alerts; and once
more with the packets shuffled, repeated and cut into fragments."""
import random, struct, sys

from fields import compare, of_tlstrace, of_tshark, read, tt
from capture import Capture
from failing import fail_all, good
from grid_peers import CLIENTS, SERVERS, prepare
from packets import pcap
from tt import T

PLAY = [("default", v, n) for v, n in (("1.0", 1), ("1.1", 1), ("1.2", 2), ("1.3", 2))] + [
    ("noticket", "1.2", 2), ("retry", "1.3", 1)]


def play(port):
    for server in SERVERS:
        for config in sorted({c for c, _, _ in PLAY}):
            p = tt.serve(SERVERS[server](port, config, good), port)
            for _, version, times in [x for x in PLAY if x[0] == config]:
                for client in ("openssl", "gnutls", "go", "curl"):
                    CLIENTS[client]("::1" if client == "go" else "127.0.0.1", port, "a.test", version,
                                    1 if client in ("go", "curl") else times)
            tt.kill(p, 15)
    open(T + "/big", "wb").write(b"x" * 20000000)
    p = tt.serve(["openssl", "s_server", "-WWW", "-accept", port, "-cert", good[0], "-key", good[1]],
                 port, cwd=T)
    tt.run("curl", "-sk", "-o", "/dev/null", "--resolve", f"big.test:{port}:127.0.0.1",
           f"https://big.test:{port}/big")
    tt.kill(p)
    fail_all(port)


def packets(path):
    """Of a pcap file of the loopback: [(time_ns, Ethernet frame)]."""
    data = open(path, "rb").read()
    scale = 1 if struct.unpack_from("<I", data)[0] == 0xa1b23c4d else 1000
    at, out = 24, []
    while at < len(data):
        s, f, n, _ = struct.unpack_from("<IIII", data, at)
        out.append((s * 10**9 + f * scale, data[at + 16:at + 16 + n]))
        at += 16 + n
    return out


def fragments(frame, ident):
    """An IPv4 frame in pieces of about 400 bytes."""
    head, body = bytearray(frame[:34]), frame[34:]
    for at in range(0, len(body), 400):
        piece = body[at:at + 400]
        struct.pack_into(">HHH", head, 16, 20 + len(piece), ident,
                         at // 8 | (0x2000 if at + 400 < len(body) else 0))
        yield bytes(head) + piece


def worse(frames):
    """The same traffic as a bad path delivers it: neighbours swapped, repeats, fragments."""
    rng, out = random.Random(1), []
    for i, (t, f) in enumerate(frames):
        if f[12:14] == b"\x08\0" and f[23] == 6 and 434 < len(f) < 4000 and rng.random() < .2:
            out += [(t, p) for p in fragments(f, i & 0xffff)]
        else:
            out.append((t, f))
        if rng.random() < .1:
            out.append((t, f))
    flags = [len(f) > 47 and (f[47] if f[12:14] == b"\x08\0" and len(f) < 90 else 0) & 7 for _, f in out]
    for i in range(len(out) - 1):
        # Only data among data: an end before its data is another story.
        if rng.random() < .1 and len(out[i][1]) > 90 and len(out[i + 1][1]) > 90 and not flags[i]:
            out[i], out[i + 1] = (out[i][0], out[i + 1][1]), (out[i + 1][0], out[i][1])
    return out


tt.root_or_skip("tshark over captures")
prepare()
port = tt.port()
capture = Capture(port)
play(port)
streams = of_tshark(capture.streams())
compare("pcapng", streams, of_tlstrace(read(capture.file)))
tt.run("tshark", "-r", capture.file, "-F", "nsecpcap", "-w", T + "/nano", stderr=-3)
compare("pcap", streams, of_tlstrace(read(T + "/nano", f"tcp port {port}")))
open(T + "/worse", "wb").write(pcap(worse(packets(T + "/nano"))))
compare("a bad path", streams, of_tlstrace(read(T + "/worse")))
sys.exit(tt.result)
