"""Handshakes that fail, each for its own cause: who sent which alert, at both ends and
in both hook sets; and what is no TLS at all."""
import datetime, os, subprocess, sys, threading, time

import tt
from failing import ALERTS, FINDINGS, S_SERVER, curl, expired, fail_all, s_client
from plain import plain_server
from tt import get, of, ok

tt.root_or_skip("failures")

def verdict(hooks, events):
    for name, (_, _, sender, description) in ALERTS.items():
        ids = {get(h, "tlstrace.connection"): get(h, "tlstrace.role")
               for h in of(events, "tls-handshake", name=name)}
        seen = [(ids.get(get(a, "tlstrace.connection")), get(a, "tls.alert.direction"),
                 get(a, "tls.alert.sender"), get(a, "tls.alert.level"), get(a, "tls.alert.description"))
                for a in of(events, "tls-alert") if get(a, "tlstrace.connection") in ids
                and get(a, "tls.alert.level") == "fatal"]
        wanted = [(role, "sent" if role == sender else "received", sender, "fatal", description)
                  for role in ("client", "server")]
        ok(sorted(seen) == wanted, f"{hooks}: {name}: {description} by the {sender}", seen)
        found = [get(f, "tls.finding.code") for f in of(events, "tls-finding")
                 if get(f, "tlstrace.connection") in ids]
        ok(found == [FINDINGS[name]] * 2, f"{hooks}: {name}: {FINDINGS[name]}, once at each end", found)
        ends = [(get(h, "tlstrace.role"), get(h, "tls.established"))
                for h in of(events, "tls-handshake", name=name)]
        ok(sorted(ends) == [("client", False), ("server", False)],
           f"{hooks}: {name}: one failed handshake at each end", ends)


def reset_and_http(hooks, port):
    """A reset in the handshake, and a TLS client at a plain HTTP port."""
    tracer = tt.Tracer("--hooks", hooks, "--port", port)
    for name, answer, reset in (("reset.test", b"", True), ("http.test", b"HTTP/1.1 400 Bad\r\n\r\n", False)):
        thread = plain_server(port, answer, reset)
        subprocess.run([str(a) for a in s_client(port, name)], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20)
        thread.join()
    events = tracer.stop()
    for name in ("reset.test", "http.test"):
        ends = sorted((get(h, "tlstrace.role"), get(h, "tls.established"))
                      for h in of(events, "tls-handshake", name=name))
        ok(ends == [("client", False), ("server", False)], f"{hooks}: {name}: failed at each end", ends)
    closes = [(get(c, "tls.close"), get(c, "tls.close_by"))
              for c in of(events, "tls-connection", name="reset.test")]
    ok(closes == [("reset", "server")] * 2, f"{hooks}: a reset by the server is told", closes)
    found = [(get(f, "server.address"), get(f, "tls.finding.code")) for f in of(events, "tls-finding")]
    ok(sorted(found) == [("http.test", "tls-to-plaintext-port")] * 2 +
       [("reset.test", "peer-reset-during-handshake")] * 2, f"{hooks}: a finding for each", found)


def terminal(port):
    """The line of curl's failure: its words, and how long after the alert it came."""
    read, write = os.pipe()
    tracer = tt.Tracer("--port", port, "-c", "curl", terminal=write)
    os.close(write)
    server = tt.serve([*S_SERVER, port, "-cert", expired[0], "-key", expired[1]], port)
    lines = []

    def listen():
        with os.fdopen(read) as stream:
            lines.extend((time.time(), line) for line in stream)
    thread = threading.Thread(target=listen)
    thread.start()
    subprocess.run([str(a) for a in curl(port, "expired.test", "--cacert", expired[0])])
    tt.kill(server)
    events = tracer.stop()
    thread.join()
    text = "".join(line for _, line in lines)
    failed = [(at, line) for at, line in lines if "FAILED" in line]
    ok(len(failed) == 1, "curl, expired certificate: one failure line", text)
    ok(all("expired" in line and "certificate" in line for _, line in failed),
       "curl, expired certificate: the failure line says so", text)
    alert = of(events, "tls-alert")[0]["@timestamp"][:26] + "+00:00"
    late = failed[0][0] - datetime.datetime.fromisoformat(alert).timestamp() if failed else 9
    ok(late < 0.1, "curl, expired certificate: within 100 ms of the alert", f"{late * 1e3:.1f} ms")


for hooks in ("copy", "cgroup"):
    port = tt.port()
    tracer = tt.Tracer("--hooks", hooks, "--port", port)
    fail_all(port)
    verdict(hooks, tracer.stop())
    reset_and_http(hooks, port)
terminal(tt.port())
sys.exit(tt.result)
