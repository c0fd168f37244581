"""A check and a live trace of the same connections, told by one program in two ways."""
import sys

from tools import Check, made, ok, s_server, tt
from tt import get

tt.root_or_skip("a check beside a live trace")
port = tt.port()
cert = made("good.test", "-addext", "subjectAltName=DNS:localhost")
BETTER_REFUSED = ("TLS 1.1 full", "TLS 1.0 full")  # a check has no finding of these
TOLD = ("tls-handshake", "tls-error", "tls-finding", "tls-connection")
FIELDS = ("event.action", "tls.version", "tls.cipher", "tls.established", "tls.resumed", "tls.resumption.method",
          "tls.history", "tls.error.reason", "tls.error.file", "tls.finding.code", "tls.close")


def by_connection(events, left_out=()):
    told = {}
    for e in events:
        if e["event"]["action"] in TOLD and get(e, "tlstrace.role") == "client":
            told.setdefault(get(e, "client.port"), []).append(str([get(e, f) for f in FIELDS]))
    return {port: sorted(line for line in lines if port not in left_out or "'tls-finding'" not in line)
            for port, lines in told.items()}


def compare(name, server_options, *check_options):
    server = s_server(port, cert, *server_options)
    tracer = tt.Tracer("--port", port)
    check = Check(f"localhost:{port}", "--reconnects", 2, *check_options)
    live = tracer.stop()
    tt.kill(server)
    old = {get(e, "client.port") for e in check.events if get(e, "tlstrace.check.tried") in BETTER_REFUSED}
    ours, theirs = by_connection(check.events), by_connection(live, old)
    ok(len(ours) >= 4 and ours.keys() == theirs.keys(), f"{name}: the same connections", (ours.keys(), theirs.keys()))
    differ = {p: (ours[p], theirs.get(p)) for p in ours if ours[p] != theirs.get(p)}
    ok(not differ, f"{name}: the same is told of each", differ)


compare("a healthy server", (), "--ca", cert[0])
compare("a certificate that is not trusted", ())
compare("TLS 1.2 alone", ("-tls1_2",), "--ca", cert[0])
sys.exit(tt.result)
