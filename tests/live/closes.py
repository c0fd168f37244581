"""Who closed: a client that says farewell, closes, and resets what comes to it afterwards."""
import subprocess, sys

import tt
from tt import get, of, ok

TIMES = 20

tt.root_or_skip("closes")
cert, key = tt.certificate("other.test")
port = tt.port()
tt.serve(["openssl", "s_server", "-www", "-tls1_2", "-accept", port, "-cert", cert, "-key", key], port)
for hooks in ("copy", "cgroup"):
    tracer = tt.Tracer("--port", port, "--hooks", hooks)
    for _ in range(TIMES):  # whether the server's farewell comes before the client's end is up to chance
        subprocess.run(["curl", "-s", "--cacert", cert, f"https://localhost:{port}/"], stderr=subprocess.DEVNULL)
    told = of(tracer.stop(), "tls-connection", role="client")
    ends = [(get(c, "tls.close"), get(c, "tls.close_by")) for c in told]
    ok(ends == [("close_notify", "client")] * TIMES, f"{hooks}: curl leaves in order, {TIMES} times", ends)
sys.exit(tt.result)
