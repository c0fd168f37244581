"""--state over two runs: a session made under one, whose resumption fails under the next."""
import os, stat, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from altering import proxy
from tt import get, of, ok

tt.root_or_skip("state over runs")
cert, front, back = tt.certificate(), tt.port(), tt.port()
state, session = f"{tt.T}/state", f"{tt.T}/session.pem"


def finished(protected, kind):
    return protected == 1 and kind == 22


def connect(*more):
    subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{front}", "-tls1_2", "-no_ticket",
                    "-servername", "one.test", *more], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=20)


server = tt.serve(["openssl", "s_server", "-www", "-no_ticket", "-cert", cert[0], "-key", cert[1],
                   "-accept", back], back)
thread = proxy(front, back, [(None, None), (None, finished)])
tracer = tt.Tracer("--port", front, "--state", state)
connect("-sess_out", session)
before = tracer.stop()
ok(tracer.status == 0 and stat.S_IMODE(os.stat(state).st_mode) == 0o600, "the first run leaves its state")
tracer = tt.Tracer("--port", front, "--state", state)
connect("-sess_in", session)
thread.join(20)
after = tracer.stop()
for role in ("client", "server"):
    made, = of(before, "tls-handshake", role=role)
    tried, = of(after, "tls-handshake", role=role)
    found, = [f for f in of(after, "tls-finding", role=role) if get(f, "tls.finding.severity") == "error"]
    evidence = " ".join(get(found, "tls.finding.evidence"))
    ok(get(made, "tls.established") and not get(tried, "tls.established"), f"{role}: made, and failed")
    original = get(tried, "tls.resumption.original")
    ok(get(found, "tls.finding.code") == "resumed-session-keys-differ" and original["seen"] and
       original["earlier_run"] and original["timestamp"] == made["@timestamp"],
       f"{role}: the finding's session is that of the first run", original)
    ok(" before, in an earlier run (TLS 1.2, " in evidence and
       "Full handshakes of this client with this server before: 1 of 1 worked." in evidence,
       f"{role}: it says how long ago, and how the two ends fared", evidence)
sys.exit(tt.result)
