"""capture.py - what tshark tells of the records on the loopback."""
import collections, socket, subprocess, xml.etree.ElementTree as ElementTree

import tt
from tt import T

# The random of a ServerHello that is a HelloRetryRequest (RFC 8446 4.1.3).
RETRY = "cf:21:ad:74:e5:9a:61:11:be:1d:8c:02:1e:65:b8:91:c2:a2:11:16:7a:bb:8c:5e:07:9e:09:e2:c8:a8:33:9c"


class Capture:
    """dumpcap on the loopback; a datagram marks where it began and where it may end."""

    def __init__(self, port, more=""):
        self.file, self.port = T + "/capture", port
        self.process = tt.spawn(["dumpcap", "-q", "-B", "64", "-i", "lo", "-f", f"port {port}{more}", "-w", self.file])
        self.mark(b"the-run-begins")

    def mark(self, text):
        def there():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.sendto(text, ("127.0.0.1", self.port))
            try:
                return text in open(self.file, "rb").read()
            except FileNotFoundError:
                return False
        tt.wait_for(there, "dumpcap captures")

    def streams(self, *options):
        """By client port and how many used it before: {"client": [record], "server":
        [record]}, a record a dict.
        A late record reaches a socket that is closed: its process never gets it."""
        self.mark(b"the-run-ends")
        self.process.terminate()
        self.process.wait()
        xml = tt.run("tshark", "-r", self.file, "-T", "pdml", "-d", f"tcp.port=={self.port},tls",
                     "-J", "tcp tls", "-o", "tcp.reassemble_out_of_order:TRUE", *options, stderr=subprocess.DEVNULL)
        streams, ended = {}, set()
        for packet in ElementTree.fromstring(xml).iter("packet"):
            tcp = {f.get("name"): f for f in packet.iterfind("proto[@name='tcp']/field")}
            if "tcp.srcport" not in tcp:
                continue
            source, target = (int(tcp[k].get("show")) for k in ("tcp.srcport", "tcp.dstport"))
            port, sender = (source, "client") if target == self.port else (target, "server")
            client = port, int(tcp["tcp.stream"].get("show"))
            receiver = "server" if sender == "client" else "client"
            for record in packet.iter("field"):
                if record.get("name") == "tls.record":
                    streams.setdefault(client, {"client": [], "server": []})[sender].append(
                        {**self.record(record), "late": (client, receiver) in ended})
            if int(tcp["tcp.flags"].get("value"), 16) & 5:
                ended.add((client, sender))
        used, out = collections.Counter(), {}
        for (port, _), stream in sorted(streams.items(), key=lambda item: item[0]):
            out[port, used[port]] = stream
            used[port] += 1
        return out

    @staticmethod
    def record(element):
        show = {}
        for f in element.iter("field"):
            show.setdefault(f.get("name"), []).append(f.get("show"))
        kind = show.get("tls.record.content_type") or show["tls.record.opaque_type"]
        types = [int(t) for t in show.get("tls.handshake.type", [])]
        return {"record": (int(kind[0]), int(show["tls.record.version"][0], 16),
                           int(show["tls.record.length"][0])),
                "alert": [(int(a), int(b)) for a, b in zip(show.get("tls.alert_message.level", []),
                                                           show.get("tls.alert_message.desc", []))],
                "name": show.get("tls.handshake.extensions_server_name", []),
                "ja3": show.get("tls.handshake.ja3", []),
                "ja3s": show.get("tls.handshake.ja3s", []) if RETRY not in show.get("tls.handshake.random", []) else [],
                # A HelloRetryRequest binds the cipher suite as well (RFC 8446 4.1.4).
                "cipher": show["tls.handshake.ciphersuite"] if 2 in types else [], "types": types, "show": show,
                "certificate": [f.get("value") for f in element.iter("field")
                                if f.get("name") == "tls.handshake.certificate"],
                "alpn": show.get("tls.handshake.extensions_alpn_str", []) if 8 in types else []}
