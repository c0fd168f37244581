"""Every library as server and as client, in every version and kind of handshake: what
tlstrace says at both ends against what the peers themselves say."""
import os, re, signal, subprocess, sys

import tt
from grid_peers import CLIENTS, IANA, SERVERS, prepare
from tt import get, of, ok

NO_IDS = {"go"}  # keeps no session of its own: tickets alone
NO_TICKETS = {"curl"}  # asks for none up to 1.2: one full handshake then
V4, V6, MAPPED = "127.0.0.1", "::1", "::ffff:127.0.0.1"
# case: configuration, version, connections, address
CASES = {"1.0": ("default", "1.0", 1, V4), "1.1": ("default", "1.1", 1, V4),
         "1.2 full and ticket": ("default", "1.2", 2, V4),
         "1.2 session ID": ("noticket", "1.2", 2, V6),
         "1.3 full and PSK": ("default", "1.3", 2, V6), "1.3 IPv4": ("default", "1.3", 1, V4),
         "1.3 v4-mapped": ("default", "1.3", 1, MAPPED),
         "1.3 HelloRetryRequest": ("retry", "1.3", 1, V4)}
METHOD = {"1.2 full and ticket": "ticket", "1.2 session ID": "session_id", "1.3 full and PSK": "psk"}
runs = []  # (case, server, client, name, connections, server pids, client pids, said)


def play(server, config, port, cert):
    p = tt.serve(SERVERS[server](port, config, cert), port)
    pids = [p.pid]
    if server == "nginx":
        tt.wait_for(lambda: tt.children(p.pid), "nginx has its worker")
        pids = tt.children(p.pid)
    for case, (wanted, version, times, address) in CASES.items():
        for client in CLIENTS if wanted == config else ():
            if case == "1.2 session ID" and (client in NO_IDS or server in NO_IDS):
                continue
            if address == MAPPED and client == "curl":
                continue  # resolves to IPv4 itself
            if case == "1.2 full and ticket" and client in NO_TICKETS:
                times = 1
            name = f"r{len(runs)}.test"
            runs.append((case, server, client, name, times, pids,
                         *CLIENTS[client](address, port, name, version, times)))
    if config == "default" and server == "openssl":
        early(p, port, cert)
    if p.poll() is None:
        tt.kill(p, signal.SIGTERM)


def early(p, port, cert):
    """Early data of s_client; s_server takes them without -www alone."""
    tt.kill(p)
    argv = [a for a in SERVERS["openssl"](port, "default", cert) if a != "-www"]
    server = tt.serve([*argv, "-early_data"], port, stdin=subprocess.PIPE)
    open(tt.T + "/early", "w").write("early\n")
    name, pids, said = f"r{len(runs)}.test", [], []
    for i in (1, 2):
        ticket, log = f"{tt.T}/early{i}.session", open(f"{tt.T}/early{i}.log", "w+")
        client = tt.spawn(["openssl", "s_client", "-connect", f"{V4}:{port}", "-servername", name,
                           "-tls1_3", "-alpn", "http/1.1", "-sess_out", ticket,
                           *(["-sess_in", f"{tt.T}/early1.session", "-early_data",
                              tt.T + "/early"] if i == 2 else [])],
                          stdin=subprocess.PIPE, stdout=log)
        tt.wait_for(lambda: os.path.exists(ticket), "the server gives a ticket")
        client.communicate(b"Q\n")
        pids.append(client.pid)
        text = open(log.name).read()
        said.append({"version": "1.3", "resumed": "Reused, TLSv1.3" in text,
                     "cipher": re.search(r"Cipher is (\S+)", text)[1]})
    ok("Early data was accepted" in text, "openssl accepts early data", text)
    runs.append(("1.3 early data", "openssl", "openssl", name, 2, [server.pid], pids, said))
    tt.kill(server)


def wrong(case, name, times, server_pids, client_pids, said, role, at, of_role):
    """What is not as it should be of the handshake number `at` of one end."""
    _, version, _, address = CASES.get(case, ("", "1.3", 2, V4))
    last = times > 1 and at == times - 1
    h = of_role[at]
    cipher = said[at]["cipher"]
    expected = {"tls.version": version, "tls.established": True, "tls.resumed": last,
                "tls.hello_retry": case == "1.3 HelloRetryRequest",
                "tls.client.server_name": name, "server.address": name,
                "tls.client.alpn": ["http/1.1"], "network.type": "ipv6" if address == V6 else "ipv4"}
    if version < "1.3":
        expected["tls.next_protocol"] = "http/1.1"
    if last:
        expected.update({"tls.resumption.offered": True, "tls.resumption.accepted": True,
                         "tls.resumption.method": METHOD.get(case, "psk")})
    if cipher:
        expected["tls.cipher"] = IANA.get(cipher, cipher)
    bad = [f"{k}={get(h, k)} not {v}" for k, v in expected.items() if get(h, k) != v]
    pids = client_pids if role == "client" else server_pids
    if get(h, "process.pid") not in pids:
        bad.append(f"pid {get(h, 'process.pid')} not in {pids}")
    hows = ("connect", "io") if role == "client" else ("accept", "io")
    if get(h, "tlstrace.attribution") not in hows:
        bad.append(f"attribution {get(h, 'tlstrace.attribution')}")
    if said[at]["version"] != version or said[at]["resumed"] not in (None, last):
        bad.append(f"the peer itself did not do it: {said[at]}")
    return bad


def verdict(case, server, events):
    faults, count = [], 0
    for c, s, client, name, times, server_pids, client_pids, said in runs:
        if (c, s) != (case, server):
            continue
        count += 1
        for role in ("client", "server"):
            seen = of(events, "tls-handshake", role=role, name=name)
            if len(seen) != times or len(said) != times:
                faults.append(f"{client}, {role}: {len(seen)} handshakes seen, {len(said)} said, "
                              f"{times} made")
                continue
            for at in range(times):
                faults += [f"{client}, {role}, connection {at + 1}: {w}" for w in wrong(
                    case, name, times, server_pids, client_pids, said, role, at, seen)]
    if count:
        ok(not faults, f"{server} server, {count} clients: {case}", "\n".join(faults))


tt.root_or_skip("grid of libraries")
prepare()
cert, port = tt.certificate(), tt.port()
tracer = tt.Tracer("--port", port)
for server in SERVERS:
    for config in ("default", "noticket", "retry"):
        if not (config == "noticket" and server in NO_IDS):
            play(server, config, port, cert)
events = tracer.stop()
for server in SERVERS:
    for case in [*CASES, "1.3 early data"]:
        verdict(case, server, events)
found = [f["tls"] for f in of(events, "tls-finding")]
# What is old is told of as such, and only that.
safe = [f for f in found if f["finding"]["code"] not in ("unsafe-protocol", "handshake-slow")]
ok(not safe, f"no finding in {len(of(events, 'tls-handshake'))} healthy handshakes", safe[:3])
dropped = get(events[-1], "tlstrace.stats.dropped")
ok(not any(dropped.values()), "nothing was lost", dropped)
sys.exit(tt.result)
