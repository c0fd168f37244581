"""Probes are attached to and taken off a Go server and client at work, TIMES=8 times: neither notices."""
import json, os, subprocess, sys, threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from tt import get, of, ok

tt.root_or_skip("Go programs")
TIMES = int(os.environ.get("TIMES", "8"))
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "golang.go")
PEER, cert = tt.T + "/gochurn", tt.certificate()
tt.run("go", "build", "-ldflags", "-s -w", "-o", PEER, SOURCE,
       env={**os.environ, "GO111MODULE": "off", "GOCACHE": tt.T + "/go", "GOFLAGS": ""})
port, good, bad, over = tt.port(), [], [], threading.Event()
TLS = {"Name": "localhost", "CA": cert[0]}
server = tt.serve([PEER, "server", f"127.0.0.1:{port}", json.dumps({"Cert": cert[0], "Key": cert[1]})], port)


def work(config):
    """Clients one after the other, until the probes are gone for good."""
    while not over.is_set():
        out = subprocess.run([PEER, "client", f"127.0.0.1:{port}", json.dumps(config)], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        (good if (out.returncode, out.stdout) == (0, "ok\n") else bad).append(out.stdout[-300:])


# New connections all the time, and long ones whose calls begin and end between two tracers.
workers = [threading.Thread(target=work, args=(c,)) for c in
           ({**TLS, "Times": 20, "Lines": 3, "Version": "1.2"}, {**TLS, "Times": 20, "Lines": 3},
            {**TLS, "Lines": 2000, "Pause": 1})]
for w in workers:
    w.start()
seen = 0
for _ in range(TIMES):
    before = len(good)
    tracer = tt.Tracer("--port", port, "--max-overhead", "100")
    tt.wait_for(lambda: len(good) > before or bad, "a client at work ends", 60)
    events = tracer.stop()
    seen += len([a for a in of(events, "tls-alert") if "library" in (get(a, "tls.alert.evidence") or [])])
    if bad:
        break
over.set()
for w in workers:
    w.join()
ok(not bad and len(good) >= TIMES, f"{TIMES} times: every one of {len(good)} clients had what it wanted", bad[:3])
ok(server.poll() is None, "the server lives")
ok(seen > 0, "and the probes were hit", seen)
sys.exit(tt.result)
