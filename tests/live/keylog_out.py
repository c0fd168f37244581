"""--keylog-out: the lines that a library writes itself where it is asked to, for programs that
do not ask; and nothing where it is not allowed."""
import os, subprocess, sys

import tt
from tt import ok

tt.root_or_skip("keylog-out")
cert, port = tt.certificate(), tt.port()
keys = tt.T + "/keys"


def lines(path):
    """Without the exporter's secret, which no record is protected by."""
    return sorted(line.split() for line in open(path) if not line.startswith(("#", "EXPORTER")))


def of_clients():
    tracer = tt.Tracer("-c", "curl", "--port", port, "--keylog-out", keys)
    for version in ("1.2", "1.3"):
        tt.run("curl", "-sk", f"--tlsv{version}", "--tls-max", version, "-o", "/dev/null", f"https://127.0.0.1:{port}/",
               env={**os.environ, "SSLKEYLOGFILE": tt.T + "/true"})
    tracer.stop()
    ok(lines(keys) == lines(tt.T + "/true") and len(lines(keys)) == 5, "clients of 1.2 and 1.3: the same lines",
       f"{lines(keys)}\n{lines(tt.T + '/true')}")
    ok(os.stat(keys).st_mode & 0o777 == 0o600, "the file is its owner's", oct(os.stat(keys).st_mode))
    said = open(tracer.file + ".err").read()
    ok(keys in said and "keylog-out" in said, "it is announced", said)
    secret = lines(keys)[0][2]
    ok(secret not in open(tracer.file).read(), "no secret among the events")


def of_a_server(pid):
    os.unlink(tt.T + "/true")
    tracer = tt.Tracer("-p", pid, "--keylog-out", keys + ".server")
    tt.run("curl", "-sk", "-o", "/dev/null", f"https://127.0.0.1:{port}/",
           env={**os.environ, "SSLKEYLOGFILE": tt.T + "/true"})
    tracer.stop()
    ok(lines(keys + ".server") == lines(tt.T + "/true"), "a server that runs: the same lines",
       f"{lines(keys + '.server')}\n{lines(tt.T + '/true')}")


def refused():
    for argv, word in ((("--keylog-out", keys + ".no"), "--yes-all-processes"),
                       (("--keylog-out", keys + ".no", "-c", "x", "--wire-only"), "--wire-only"),
                       (("--keylog-out", "/nowhere/keys", "-c", "x"), "/nowhere/keys")):
        p = subprocess.run([f"{tt.B}/tlstrace", *argv], stderr=subprocess.PIPE, text=True, timeout=20)
        ok(p.returncode in (1, 2) and word in p.stderr and p.stderr.count("\n") == 1,
           f"{' '.join(argv[:1] + argv[2:])}: refused in one line", (p.returncode, p.stderr))
    ok(not os.path.exists(keys + ".no"), "and no file is left")


server = tt.serve([tt.PYTHON, tt.HERE + "/peers/blocking.py", "server", port, *cert, "default"], port)
of_clients()
of_a_server(server.pid)
refused()
sys.exit(tt.result)
