"""tt.py - for live tests in Python: ports, certificates, peers, a tracer, TAP."""
import atexit, json, os, shutil, signal, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
B = os.path.join(ROOT, os.environ.get("B", "build"))
PYTHON = "/usr/bin/python3"
T = tempfile.mkdtemp(prefix="tlstrace-test-")
running, claims, result = [], [], 0


def children(pid):
    try:
        return [int(c) for c in open(f"/proc/{pid}/task/{pid}/children").read().split()]
    except OSError:
        return []


def kill_all(pid):
    """A process and what it started: workers of a server that is killed go on without it."""
    for child in children(pid):
        kill_all(child)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def cleanup():
    for p in running:
        if p.poll() is None:
            kill_all(p.pid)
            p.wait()
    for link in claims:
        os.unlink(link)
    shutil.rmtree(T, ignore_errors=True)


atexit.register(cleanup)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def port():
    """A port that no process listens on and that no other test holds."""
    out = subprocess.run(["bash", "-c", '. "$1"; port', "-", HERE + "/port.sh"], text=True,
                         stdout=subprocess.PIPE, env={**os.environ, "PORT_HOLDER": str(os.getpid())})
    number = int(out.stdout)
    claims.append(f"/tmp/tlstrace-port-{number}")
    return number


def ports(count):
    """As many of them, near each other, by the same rules as port.sh."""
    busy = {int(line.split()[1].split(":")[1], 16) for name in ("tcp", "tcp6")
            for line in open(f"/proc/net/{name}").readlines()[1:] if line.split()[3] == "0A"}
    made, number = [], 12000 + os.getpid() * 37 % 18000
    while len(made) < count:
        number = number + 1 if number < 31999 else 12000
        link = f"/tmp/tlstrace-port-{number}"
        try:
            if os.path.islink(link) and not os.path.exists(f"/proc/{os.readlink(link)}"):
                os.unlink(link)
            if number not in busy:
                os.symlink(str(os.getpid()), link)
                claims.append(link)
                made.append(number)
        except OSError:
            pass  # another test was first
    return made


def ok(good, name, cause=""):
    """One line of TAP; the cause of a failure follows as a comment."""
    global result
    text = "" if good else "".join(f"# {line}\n" for line in str(cause).splitlines()[:40])
    print(f"{'ok' if good else 'not ok'} - {name}\n{text}", end="", flush=True)
    result |= not good
    return good


def root_or_skip(name):
    if os.geteuid():
        print(f"ok - {name} # SKIP needs root")
        sys.exit(0)


def run(*argv, **more):
    """A command that has to succeed; its output."""
    return subprocess.run(argv, check=True, text=True, stdout=subprocess.PIPE, **more).stdout


def spawn(argv, **more):
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL, **more}
    p = subprocess.Popen([str(a) for a in argv], **more)
    running.append(p)
    return p


def kill(p, number=signal.SIGKILL):
    if number == signal.SIGKILL:
        kill_all(p.pid)
    else:
        p.send_signal(number)
    p.wait()
    running.remove(p)


def wait_for(what, cause, seconds=20):
    """Poll until what() is true; the test cannot go on without it."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            ok(False, cause, f"did not happen within {seconds} s")
            sys.exit(1)
        time.sleep(0.005)


def listeners(number, pid="self"):
    """How many sockets listen on the port in the network namespace of the process."""
    suffix = f":{number:04X}"
    lines = open(f"/proc/{pid}/net/tcp").readlines() + open(f"/proc/{pid}/net/tcp6").readlines()
    return sum(f[1].endswith(suffix) and f[3] == "0A" for f in map(str.split, lines))


def settled(*ports, seconds=5):
    """Wait until the connections at these ports have closed at both ends; one may be meant to stay."""
    wanted, end = {f"{n:04X}" for n in ports}, time.monotonic() + seconds
    while time.monotonic() < end:
        lines = open("/proc/net/tcp").readlines() + open("/proc/net/tcp6").readlines()
        if not any(f[3] not in ("06", "0A") and {f[1][-4:], f[2][-4:]} & wanted for f in map(str.split, lines[1:]) if len(f) > 3 and ":" in f[1]):
            return
        time.sleep(0.01)


def serve(argv, number, **more):
    """Start a server and wait until it listens."""
    p = spawn(argv, **more)
    wait_for(lambda: p.poll() is not None or listeners(number, p.pid),
             f"server {os.path.basename(str(argv[0]))} listens")
    if p.poll() is not None:
        ok(False, f"server {' '.join(map(str, argv))} starts", f"it ended with {p.returncode}")
        sys.exit(1)
    return p


def certificate(name="localhost", days=2):
    """A self-signed certificate, expired where days is negative; its path and the key's."""
    cert, key, request = f"{T}/{name}.pem", f"{T}/{name}.key", f"{T}/{name}.csr"
    run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request,
        "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", stderr=subprocess.DEVNULL)
    run("openssl", "x509", "-req", "-in", request, "-signkey", key, "-days", str(days), "-out", cert,
        "-copy_extensions", "copy", stderr=subprocess.DEVNULL)
    return cert, key


class Tracer:
    """tlstrace writing NDJSON; live once constructed."""
    count = 0

    def __init__(self, *args, terminal=None, stderr=None, before=()):
        Tracer.count += 1
        self.file = f"{T}/trace{Tracer.count}"
        ready, fd = os.pipe()
        self.process = spawn([*before, f"{B}/tlstrace", f"--json={self.file}", f"--ready-fd={fd}",
                              *([] if terminal else ["-q"]), *args], pass_fds=[fd],
                             stdout=terminal or subprocess.DEVNULL, stderr=stderr or open(self.file + ".err", "w"))
        os.close(fd)
        if os.read(ready, 1) != b"\n":
            ok(False, "tlstrace starts", open(self.file + ".err").read())
            sys.exit(1)
        os.close(ready)

    def events(self):
        return [json.loads(line) for line in open(self.file) if line.endswith("\n")]

    def stop(self):
        """Let it drain and end; every event that it gave."""
        self.process.send_signal(signal.SIGINT)
        self.status = self.process.wait()
        return self.events()


def get(event, path):
    for key in path.split("."):
        if not isinstance(event, dict) or key not in event:
            return None
        event = event[key]
    return event


def of(events, action, **fields):
    """Events of one action; role="client" and name="a.test" narrow them."""
    paths = {"role": "tlstrace.role", "name": "tls.client.server_name", "pid": "process.pid"}
    return [e for e in events if e["event"]["action"] == action
            and all(get(e, paths[k]) == v for k, v in fields.items())]
