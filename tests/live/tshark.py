"""tlstrace against tshark, which captures the same run: the same handshakes, the same
plaintext alerts, the same records in the same order; and the right process."""
import collections, sys

import tt
from capture import Capture
from failing import fail_all, good
from grid_peers import CLIENTS, SERVERS, prepare
from tt import T, get, of, ok

VERSION = {"ssl3": 0x300, "1.0": 0x301, "1.1": 0x302, "1.2": 0x303, "1.3": 0x304}


def play(port):
    """[(name, client pids, server pids)] of a varied run."""
    played = []
    for server in SERVERS:
        for config in ("default", "retry") if server != "gnutls" else ("default",):
            p = tt.serve(SERVERS[server](port, config, good), port)
            if server == "nginx":
                tt.wait_for(lambda: tt.children(p.pid), "nginx has its worker")
            pids = tt.children(p.pid) if server == "nginx" else [p.pid]
            for client in ("openssl", "gnutls", "go", "curl"):
                for version in ("1.2", "1.3") if config == "default" else ("1.3",):
                    name = f"t{len(played)}.test"
                    address = "::1" if client == "go" else "127.0.0.1"
                    played.append((name, CLIENTS[client](address, port, name, version, 2)[0], pids))
            tt.kill(p, 15)
    open(T + "/big", "wb").write(b"x" * 3000000)
    p = tt.serve(["openssl", "s_server", "-WWW", "-accept", port, "-cert", good[0], "-key", good[1]],
                 port, cwd=T)
    client = tt.spawn(["curl", "-sk", "--resolve", f"big.test:{port}:127.0.0.1",
                       f"https://big.test:{port}/big"])
    client.wait()
    tt.kill(p)
    return played + [("big.test", [client.pid], [p.pid])] + [
        (name, [c], [s]) for name, c, s in fail_all(port)]


def difference(k, a, b):
    """From the first place where the two differ on."""
    a, b = a or (), b or ()
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return (f"{k}: from number {at} of {len(a)} tshark {a[at:at + 6]}\n"
            f"{k}: of {len(b)} tlstrace {b[at:at + 6]}")


def compare(what, theirs, ours, count):
    faults = [difference(k, theirs.get(k), ours.get(k))
              for k in sorted({*theirs, *ours}, key=str) if theirs.get(k) != ours.get(k)]
    ok(not faults and count > 0, f"{what}: all of {count} agree", "\n".join(faults[:8]))


def key_of(events, role):
    """From a connection's number to its client port and how many used that before."""
    out, used = {}, collections.Counter()
    for number in sorted({int(get(e, "tlstrace.connection")) for e in of(events, "tls-connection", role=role)}):
        e = next(e for e in of(events, "tls-connection", role=role)
                 if get(e, "tlstrace.connection") == str(number))
        port = get(e, "client.port")
        out[str(number)] = port, used[port]
        used[port] += 1
    return lambda e: out[get(e, "tlstrace.connection")]


def records(events, role):
    out, key = {}, key_of(events, role)
    for e in of(events, "tls-record", role=role):
        r = get(e, "tls.record")
        out.setdefault((key(e), r.get("sender")), []).append(
            (r["type_code"], VERSION[r["version"]], r["length"]))
    return out


def alerts(events, role):
    out, key = {}, key_of(events, role)
    for e in of(events, "tls-alert", role=role):
        a = get(e, "tls.alert")
        if "level_code" in a and not a["encrypted"]:
            out.setdefault((key(e), a["sender"]), []).append(
                (a["level_code"], a["description_code"]))
    return out


def verdict(hooks, played, streams, events):
    both = {(port, side): s[side] for port, s in streams.items() for side in s if s[side]}
    shakes = {port: ([n for r in s["client"] for n in r["name"]][:1], [
        int(c, 16) for r in s["server"] for c in r["cipher"]][-1:])
        for port, s in streams.items() if any(1 in r["types"] for r in s["client"])}
    warnings = {k: [a for r in v for a in r["alert"]] for k, v in both.items()}
    warnings = {k: v for k, v in warnings.items() if v}
    for role in ("client", "server"):
        key = key_of(events, role)
        ours = {key(e): ([get(e, "tls.client.server_name")], [
            c for c in [get(e, "tls.cipher_id")] if c]) for e in of(events, "tls-handshake", role=role)}
        compare(f"{hooks}: handshakes, {role}'s end", shakes, ours, len(shakes))
        compare(f"{hooks}: plaintext alerts, {role}'s end", warnings, alerts(events, role), len(warnings))
        ours = records(events, role)
        theirs = {k: [r["record"] for r in v if k[1] == role or not r["late"] or
                      len(ours.get(k, [])) == len(v)] for k, v in both.items()}
        # Packets alone can be missed on the way in; then the loss is told.
        missed = {key(e) for e in of(events, "tls-connection", role=role)
                  if hooks == "cgroup" and get(e, "tls.gaps")}
        theirs, ours = ({k: v for k, v in x.items() if k[0] not in missed} for x in (theirs, ours))
        compare(f"{hooks}: records in order, {role}'s end", theirs, ours, sum(map(len, theirs.values())))
    pids = {name: {"client": c, "server": s} for name, c, s in played}
    wrong = [(get(e, "tls.client.server_name"), get(e, "process.pid")) for e in of(events, "tls-handshake")
             if get(e, "process.pid") not in pids[get(e, "tls.client.server_name")][get(e, "tlstrace.role")]]
    ok(not wrong, f"{hooks}: the right process, always", wrong)
    lost = get(events[-1], "tlstrace.stats.dropped")
    ok(hooks == "cgroup" or not any(lost.values()), f"{hooks}: nothing lost, or told", lost)


tt.root_or_skip("tshark")
prepare()
port = tt.port()
tracers = [(hooks, tt.Tracer("--records", "--port", port, "--hooks", hooks)) for hooks in ("copy", "cgroup")]
capture = Capture(port)
played = play(port)
streams = capture.streams()
for hooks, tracer in tracers:
    verdict(hooks, played, streams, tracer.stop())
sys.exit(tt.result)
