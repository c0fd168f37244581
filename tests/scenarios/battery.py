"""Every finding made by real peers, all under one tracer and one capture: what both ends and
the capture say of each, and near misses that must not lead to it. A word as argument: only the
rows whose name holds it; -v shows what was seen."""
import concurrent.futures, json, os, signal, socket, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from tt import get, of, ok

tt.root_or_skip("battery")
import peers
import rows
from between import between
from loopback import Loopback

REMARKS = {"client-specific", "peer-specific"}  # depend on who else is there
VERBOSE = "-v" in sys.argv or "-vv" in sys.argv


def listens(port):
    """Cheaper than /proc/net/tcp, which many ask at once."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def started(command, port):
    argv, more = command(port)
    return tt.spawn(argv, **more)


def alerts_of(events):
    return [(get(a, "tls.alert.sender"), get(a, "tls.alert.description")) for a in of(events, "tls-alert")
            if get(a, "tls.alert.level") == "fatal"]


class Play:
    """One row at its ports: who played, and what must be told of it."""

    def __init__(self, row, ports):
        self.row = row
        self.back = ports.pop()
        self.front = ports.pop() if row.through else self.back
        self.clients, self.servers, self.fault = [], [], None

    def server(self):
        if not callable(self.row.server):
            return None
        argv, more = self.row.server(self.back)
        p = tt.spawn(argv, **more)
        tt.wait_for(lambda: p.poll() is not None or listens(self.back), f"{self.row.name}: a server listens")
        if p.poll() is not None:
            raise RuntimeError(f"the server {' '.join(map(str, argv))} ended with {p.returncode}")
        self.servers += [p.pid]
        if "nginx" in argv[0]:
            tt.wait_for(lambda: tt.children(p.pid), "nginx has its worker")
            self.servers += tt.children(p.pid)
        return p

    def run(self):
        try:
            server, proxy = self.server(), None
            if self.row.through:
                proxy = between(self.front, self.back, *self.row.through)
            if self.row.play:
                self.clients, self.servers = self.row.play(self.front, server, self) or (self.clients, self.servers)
            for i, client in enumerate(self.row.clients):
                if client == "restart":
                    tt.kill(server)
                    server = self.server()
                    continue
                p = started(client, self.front)
                self.clients.append(p.pid)
                try:
                    p.wait(20)
                except subprocess.TimeoutExpired:
                    raise RuntimeError(f"client {i} did not end: {p.args}")
                tt.running.remove(p)
            if proxy:
                proxy.join(20)
            if server and server.poll() is None:
                tt.kill(server, signal.SIGTERM if "nginx" in server.args[0] else signal.SIGKILL)
        except BaseException as e:  # a thread's sys.exit() too
            self.fault = f"{type(e).__name__}: {e}"
        return self

    def judge(self, live, captured):
        row, bad, said = self.row, [self.fault] if self.fault else [], {}
        ends = [(role, port, pids, [e for e in live if get(e, "server.port") == port and get(e, "tlstrace.role") == role])
                for role, port, pids in (("client", self.front, self.clients), ("server", self.back, self.servers))]
        for role, _, _, seen in ends:
            said[role] = alerts_of(seen)
        for role, port, pids, seen in ends:
            bad += self.end(role, seen, row.wanted(role), row.alert, pids)
            seen = [e for e in captured if get(e, "server.port") == port]
            if role == "client" or row.through:
                # One that comes when its receiver is gone is known at its sender's end only.
                known = said[role] + (said["server"] if row.other.get("client_gone") else [])
                if row.wanted("capture") != ["any"] and not set(alerts_of(seen)) <= set(known):
                    bad.append(f"capture of the {role}'s side: alerts {alerts_of(seen)}, live {known}")
                bad += self.end(f"capture of the {role}'s side", seen,
                                row.wanted("capture" if role == "client" else "capture_back"),
                                row.alert if not row.hidden else None, None)
        for role, _, _, seen in ends:
            told = [(get(e, "tls.error.library"), get(e, "tls.error.reason")) for e in of(seen, "tls-error")]
            if role in row.other.get("said", {}) and told != [row.other["said"][role]]:
                bad.append(f"{role}: its library says {told}")
        if not row.through and row.other.get("agree", True) and said["client"] and said["server"] and said["client"] != said["server"]:
            bad.append(f"the two ends tell of different alerts: {said}")
        ok(not bad, f"{row.name}: {row.code or 'nothing wrong'}", "\n".join(bad))

    def end(self, who, seen, wanted, alert, pids):
        row, bad = self.row, []
        where = "capture" if who.startswith("capture") else who
        if "-vv" in sys.argv:
            for e in seen:
                print(f"#     {row.name}, {who}: {json.dumps(e)}")
        findings = [f for f in of(seen, "tls-finding")]
        faults = [get(f, "tls.finding.code") for f in findings if get(f, "tls.finding.severity") == "error"]
        notes = {get(f, "tls.finding.code") for f in findings if get(f, "tls.finding.severity") != "error"} - (REMARKS - row.notes - row.never - set(row.other.get(f"{where}_notes", ())))
        if isinstance(wanted, tuple):
            wanted = faults if len(faults) == 1 and faults[0] in wanted else list(wanted)
        if wanted != ["any"] and faults != wanted:
            bad.append(f"{who}: {faults} not {wanted}")
        bad += [f"{who}: without {n}" for n in (row.notes | set(row.other.get(f"{where}_notes", ()))) - notes]
        bad += [f"{who}: with {n}" for n in (row.never | set(row.other.get(f"{where}_never", ()))) & notes]
        said = alerts_of(seen)
        if alert != "any" and said != ([alert] if alert else []):
            bad.append(f"{who}: alerts {said} not {alert}")
        shakes = of(seen, "tls-handshake")
        if not shakes:
            bad.append(f"{who}: no handshake was told of")
        elif row.resumed is not None and get(shakes[-1], "tls.resumed") != row.resumed:
            bad.append(f"{who}: resumed is {get(shakes[-1], 'tls.resumed')}")
        if pids is not None and row.other.get("pids", True):
            others = {get(e, "process.pid") for e in shakes + findings} - set(pids)
            if others:
                bad.append(f"{who}: of process {others}, not {pids}")
        if VERBOSE and bad:
            bad += [f"    {get(f, 'tls.finding.code')} {get(f, 'tls.finding.confidence')}: {get(f, 'tls.finding.title')} "
                    f"{' '.join(get(f, 'tls.finding.evidence'))}" for f in findings]
        return bad


words = [a for a in sys.argv[1:] if not a.startswith("-")]
began = time.monotonic()
peers.prepare()
table = [r for r in rows.all_rows() if not words or any(w in r.name or w == r.group for w in words)]
ports = tt.ports(2 * len(table))
plays = [Play(r, ports) for r in table]
plays.sort(key=lambda p: -p.row.seconds)
capture = Loopback([n for p in plays for n in (p.back, p.front)])
peers.hold()
tracer = tt.Tracer("--max-overhead", "100")  # what others load pauses no probe here
with concurrent.futures.ThreadPoolExecutor(10) as pool:
    list(pool.map(Play.run, plays))
tt.settled(*(n for p in plays for n in (p.back, p.front)))
live = tracer.stop()
captured = capture.read()
for play in plays:
    play.judge(live, captured)
if tt.result:
    print("# lost:", get(live[-1], "tlstrace.stats.dropped"))
if VERBOSE:
    print(f"# {len(plays)} rows in {time.monotonic() - began:.1f} s")
sys.exit(tt.result)
