"""Tracers that come and go under load: no connection of any peer may fail for it, and no peer may end."""
import itertools, os, subprocess, sys, threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt

tt.root_or_skip("attach and detach")
if "ATTACH_INSIDE" not in os.environ:
    os.environ["ATTACH_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "-",
                          sys.executable, "-B", *sys.argv])
import players
from peer_python import connect
from play import Stage
from tt import get, of, ok

ROUNDS = int(os.environ.get("ROUNDS", 3))
PEERS = ["OpenSSL 3.0, BIO_f_ssl", "Python, blocking", "Python, asyncio", "Node", "nginx", "haproxy", "apache",
         "stunnel", "BoringSSL", "GnuTLS", "NSS", "Go", "Go, stripped"]
tt.port = itertools.count(20000).__next__


class Load(threading.Thread):
    """Connects to one server until told to stop; what failed."""

    def __init__(self, peer, port, ca):
        super().__init__(daemon=True)
        self.peer, self.port, self.ca = peer, port, ca
        self.going, self.done, self.failed = True, 0, []

    def run(self):
        for version in itertools.cycle(("1.2", "1.3")):
            if not self.going:
                return
            why = connect(self.port, version, "known.test", self.ca)
            self.done += 1
            if why:
                self.failed.append(why)


stage, loads = Stage(), []
for peer in PEERS:
    why = players.missing(peer)
    if why:
        print(f"ok - {peer} # SKIP {why}")
        continue
    port = stage.server(peer, players.PEERS[peer][0], "default", "healthy")
    loads.append(Load(peer, port, stage.good[0]))
for load in loads:
    load.start()
seen, errors = 0, []
for _ in range(ROUNDS):
    before = [load.done for load in loads]
    tracer = tt.Tracer("--netns", os.getpid())
    tt.wait_for(lambda: all(load.done >= was + 2 for load, was in zip(loads, before)), "every peer goes on", 60)
    events = tracer.stop()
    ok(tracer.status == 0, "the tracer ends well", tracer.status) if tracer.status else None
    seen += len(of(events, "tls-handshake", role="server"))
    errors += of(events, "tls-error")
for load in loads:
    load.going = False
for load in loads:
    load.join(30)
    p = next(p for key, (_, p) in stage.servers.items() if key[0] == load.peer)
    ok(p.poll() is None, f"{load.peer}: goes on after {ROUNDS} tracers", p.poll())
    ok(not load.failed, f"{load.peer}: {'' if load.failed else 'none of '}{len(load.failed) or load.done} connections failed",
       load.failed[:3])
ok(seen >= ROUNDS * len(loads), f"{seen} handshakes were traced meanwhile")
ok(not errors, "and no error of a library", [get(e, "tls.error") for e in errors[:3]])
sys.exit(tt.result)
