"""The hook sets at the same time over the same traffic: the same events."""
import collections, json, sys

import tt
from failing import fail_all, good
from grid_peers import CLIENTS, SERVERS, prepare
from tt import get, of, ok

# What differs between two tracers of one run: clocks, numbers given, the host's own.
OWN = {"@timestamp", "timestamp", "sequence", "connection", "duration", "duration_ns", "time_offset_ns",
       "client_hello_to_server_hello_ns", "tcp_connect_ns", "blocked_ns", "thread", "attribution", "gaps", "start"}


def normal(value):
    if isinstance(value, dict):
        return {k: normal(v) for k, v in value.items() if k not in OWN}
    return [normal(v) for v in value] if isinstance(value, list) else value


def paths(value, at=""):
    """Every leaf of an event by its path."""
    if isinstance(value, dict):
        return {p: v for k, x in value.items() for p, v in paths(x, f"{at}.{k}").items()}
    return {at: json.dumps(value)}


def differences(only):
    """Events of one connection and end that differ, by the paths that do."""
    groups = collections.defaultdict(list)
    for hooks, line in only:
        e = json.loads(line)
        groups[get(e, "client.port"), get(e, "tlstrace.role")].append((hooks, paths(e)))
    for key, members in groups.items():
        keys = {k for _, m in members for k in m if len({x.get(k) for _, x in members}) > 1}
        yield f"{key}: " + "; ".join(f"{hooks} {({k: m.get(k) for k in sorted(keys)})}" for hooks, m in members)[:600]


def play(port):
    for server in ("openssl", "nginx", "go"):
        p = tt.serve(SERVERS[server](port, "default", good), port)
        for client in CLIENTS:
            for version in ("1.2", "1.3"):
                CLIENTS[client](("127.0.0.1", "::1")[version == "1.3"], port,
                                f"{client}.{server}.test", version, 2)
        tt.kill(p, 15)
    fail_all(port)


tt.root_or_skip("hook sets")
prepare()
port, spare = tt.port(), tt.port()
# A program that is new may run for longer than its first handshake takes before anything is known of it.
tt.serve(SERVERS["go"](spare, "default", good), spare)
sets = ("copy", "cgroup")
tracers = [tt.Tracer("--port", port, "--hooks", hooks, "--max-overhead", "100") for hooks in sets]
play(port)
traced = [tracer.stop() for tracer in tracers]
for action in ("tls-handshake", "tls-alert", "tls-connection"):
    a, b = (collections.Counter(json.dumps(normal(e), sort_keys=True) for e in of(events, action))
            for events in traced)
    # A difference is allowed only where the set itself says that it lost something.
    excused = {str(get(e, "client.port")) for events in traced for e in of(events, "tls-connection")
               if get(e, "tls.gaps")}
    only = [(sets[i], line) for i, (x, y) in enumerate(((a, b), (b, a))) for line in (x - y).elements()
            if str(get(json.loads(line), "client.port")) not in excused]
    ok(not only and sum(a.values()) > 20, f"{action}: the same {sum(a.values())} of every hook set",
       "\n".join(differences(only)))
sys.exit(tt.result)
