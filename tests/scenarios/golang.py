"""What crypto/tls of Go programs, stripped or not, says: reasons, alerts at both ends, and their peers' connections."""
import json, os, socket, subprocess, sys, threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from altering import proxy
from tt import get, of, ok

tt.root_or_skip("Go programs")
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "golang.go")
cert, old = tt.certificate(), tt.certificate("old", days=-1)
ENV = {**os.environ, "GO111MODULE": "off", "GOCACHE": tt.T + "/go", "GOFLAGS": ""}
KINDS = {"plain": [], "stripped": ["-ldflags", "-s -w"], "pie": ["-buildmode=pie", "-ldflags", "-s -w"]}
for kind, flags in KINDS.items():
    tt.run("go", "build", *flags, "-o", f"{tt.T}/{kind}/gopeer", SOURCE, env=ENV)
version = tt.run("go", "env", "GOVERSION").strip().removeprefix("go")


def server(kind, port, **config):
    return tt.serve([f"{tt.T}/{kind}/gopeer", "server", f"127.0.0.1:{port}",
                     json.dumps({"Cert": cert[0], "Key": cert[1], **config})], port)


def client(kind, port, **config):
    out = tt.spawn([f"{tt.T}/{kind}/gopeer", "client", f"127.0.0.1:{port}",
                    json.dumps({"Name": "localhost", "CA": cert[0], **config})], stdout=-1, text=True)
    text = out.communicate(timeout=30)[0].strip()
    tt.running.remove(out)
    return text


# Files that somebody has mapped are probed when the tracer says that it is ready.
for kind in KINDS:
    server(kind, tt.port())
ONLY = ["--comm", "gopeer", "--max-overhead"]  # others may be busy
tracer = tt.Tracer(*ONLY, "100")
cases = []


def case(what, alerts, findings, reasons, kinds=("plain", "stripped"), client_of={}, server_of={},
         rules=(None, None), said=None):
    """One connection through a proxy, so that each end has only its own knowledge; pairs: client, server."""
    back, front = tt.port(), tt.port()
    process = server(kinds[1], back, **server_of)
    thread = proxy(front, back, [rules])
    answer = client(kinds[0], front, **client_of)
    thread.join(20)
    tt.kill(process)
    cases.append((f"{what}, {kinds[0]} client, {kinds[1]} server", (front, back), alerts, findings, reasons, answer, said))


def data(protected, kind):
    """The first of the server: after Finished up to 1.2, after CCS and four records in 1.3."""
    return kind == 23 and protected == (2 if v == "1.2" else 5)


def finished(protected, kind):
    return protected == 1 and kind in (22, 23)


VERIFY = "tls: failed to verify certificate"
MAC, LOCAL, REMOTE = "bad_record_mac", "local error: tls: bad record MAC", "remote error: tls: bad record MAC"
BAD = "remote error: tls: bad certificate"
KEYS, CORRUPT = ["full-handshake-keys-differ"] * 2, ["record-corrupted-mid-stream"] * 2
for v in ("1.2", "1.3"):
    of_v, quiet = {"Version": v}, {"Version": v, "Listen": True}
    for kinds in (("plain", "stripped"), ("stripped", "plain"), ("pie", "pie")):
        case(f"healthy, {v}", None, [None, None], [None, None], kinds, of_v)
        case(f"unknown issuer, {v}", ("client", "bad_certificate"), ["certificate-untrusted", "certificate-rejected"],
             [VERIFY, BAD], kinds, {**of_v, "CA": old[0]}, said=27)
        case(f"Finished altered on the client's way, {v}", ("server", MAC), KEYS, [REMOTE, LOCAL], kinds, quiet,
             rules=(finished, None))
        case(f"data altered on the server's way, {v}", ("client", MAC), CORRUPT, [LOCAL, REMOTE], kinds, of_v,
             rules=(None, data))
    readable = v == "1.2"  # the server's certificate, also at its own end
    case(f"expired, {v}", ("client", "bad_certificate"),
         ["certificate-expired", "certificate-expired" if readable else "certificate-rejected"], [VERIFY, BAD],
         client_of={**of_v, "CA": old[0], "Name": "old"}, server_of={"Cert": old[0], "Key": old[1]}, said=10)
    case(f"another name, {v}", ("client", "bad_certificate"),
         ["certificate-name-mismatch", "certificate-name-mismatch" if readable else "certificate-rejected"], [VERIFY, BAD], client_of={**of_v, "Name": "other.test"}, said=62)
    case(f"no client certificate, {v}", ("server", "bad_certificate"), ["client-certificate-required"] * 2,
         [BAD, "tls: client didn't provide a certificate"], client_of=quiet, server_of={"Demand": True, "CA": cert[0]})
    case(f"no protocol in common, {v}", ("server", "no_application_protocol"), ["no-shared-alpn"] * 2,
         ["remote error: tls: no application protocol", "tls: client requested unsupported application protocols ([two])"],
         client_of={**of_v, "Protocols": ["two"]}, server_of={"Protocols": ["one"]})
FAILURE = "remote error: tls: handshake failure"
case("no cipher in common, 1.2", ("server", "handshake_failure"), ["no-shared-cipher"] * 2,
     [FAILURE, "tls: no cipher suite supported by both client and server"],
     client_of={"Version": "1.2", "Suite": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
     server_of={"Suite": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"})
case("no group in common, 1.3", ("server", "handshake_failure"), ["no-shared-group", "no-shared-group"],
     [FAILURE, "tls: no ECDHE curve supported by both client and server"],
     client_of={"Version": "1.3", "Curves": [24]}, server_of={"Curves": [23]})
case("no version in common", ("server", "protocol_version"), ["version-mismatch"] * 2,
     ["remote error: tls: protocol version not supported", "tls: client offered only unsupported versions: [303]"],
     client_of={"Version": "1.2"}, server_of={"Version": "1.3"})

# What an error says may stand in a page that its program has never touched: which, the loader's chance decides.
again, (back, front) = 16, (tt.port(), tt.port())
server("pie", back, Version="1.3")
thread = proxy(front, back, [(finished, None)] * again)
for _ in range(again):
    client("pie", front, Listen=True)
thread.join(20)

# An error whose words are unknown, and one of a connection that its own program has closed.
mute, refusing = socket.create_server(("127.0.0.1", 0)), tt.port()


def begins():
    s, _ = mute.accept()
    with s:
        s.recv(4096)
        s.sendall(b"\x16\x03\x03")
        left.wait(20)  # what the handshake returned is known before the connection is over


left = threading.Event()
thread = threading.Thread(target=begins)
thread.start()
impatient = client("plain", mute.getsockname()[1], Patience=500)
left.set()
thread.join(20)
server("stripped", refusing)
refused = client("plain", refusing, Refuse=True)

events = tracer.stop()
for port, wanted, answer in ((mute.getsockname()[1], "use of closed network connection", impatient), (refusing, None, refused)):
    said = [get(e, "tls.error.reason") for e in of(events, "tls-error", role="client") if get(e, "server.port") == port]
    ok(said == [wanted], f"where the client prints {answer}: {wanted or 'an error without its words'}", said)
said = [get(e, "tls.error.reason") for e in of(events, "tls-error", role="client") if get(e, "server.port") == front]
ok(said == [REMOTE] * again, "an alert is read wherever the program was loaded", said)
dropped = get(events[-1], "tlstrace.stats.dropped")  # gaps are anybody's on this host
ok(not any(dropped[cause] for cause in ("ring_full", "map_full", "output", "prog_missed")), "no event was lost", get(events[-1], "tlstrace.stats"))
for what, ports, alert, findings, reasons, answer, said in cases:
    for end, port, finding, reason in zip(("client", "server"), ports, findings, reasons):
        mine = [e for e in events if get(e, "server.port") == port and get(e, "tlstrace.role") == end]
        errors = of(mine, "tls-error")
        fatal = [(get(a, "tls.alert.sender"), get(a, "tls.alert.description")) for a in of(mine, "tls-alert")
                 if get(a, "tls.alert.level") == "fatal"]
        ok(fatal == ([alert] if alert else []), f"{what}: the {end}'s end: {alert or 'no alert'}", (fatal, answer))
        ok([get(e, "tls.error.reason") for e in errors] == ([reason] if reason else []),
           f"{what}: the {end}'s reason: {reason}", (errors, answer))
        found = [get(f, "tls.finding.code") for f in of(mine, "tls-finding") if get(f, "tls.finding.severity") == "error"]
        ok(found == ([finding] if finding else []), f"{what}: the {end}'s end: {finding or 'no finding'}", found)
        wrong = [e for e in errors if get(e, "tls.error.library") != "go" or get(e, "tls.error.confidence") != "certain" or
                 get(e, "tls.error.library_version") != version]
        ok(not wrong, f"{what}: the {end}'s library is go {version}, for certain", wrong)
        if said and end == "client":
            ok([get(e, "tls.error.verify_code") for e in errors] == [said], f"{what}: X.509 verify result {said}", errors)
probed = {os.path.basename(os.path.dirname(get(e, "tlstrace.coverage.path") or "")) for e in of(events, "tlstrace-coverage")}
ok(set(KINDS) <= probed, "each kind of program is told of", of(events, "tlstrace-coverage")[:2])

# Without the probe that each record passes: what a handshake says is known for certain still.
tracer = tt.Tracer(*ONLY, "0")
back, front = tt.port(), tt.port()
for number, config in ((back, {}), (front, {"Demand": True, "CA": cert[0]})):
    server("stripped", number, **config)
client("plain", back, CA=old[0])
client("plain", front, Listen=True, Version="1.3")
events = tracer.stop()
said = [(get(e, "server.port"), get(e, "tls.error.reason"), get(e, "tls.error.confidence"))
        for e in of(events, "tls-error", role="client") if get(e, "server.port") in (back, front)]
ok(said == [(back, VERIFY, "certain"), (front, BAD, "possible")],
   "nothing probed that is passed often: the handshake's reason is certain, what comes after it possible", said)

# A command that nobody ran before is probed before its first call.
back = tt.port()
server("plain", back)
trace = f"{tt.T}/command.json"
for way, path in (("by its path", "new/gopeer"), ("found in PATH", "gopeer2")):
    os.makedirs(f"{tt.T}/new", exist_ok=True)
    tt.run("go", "build", "-o", f"{tt.T}/new/{os.path.basename(path)}", SOURCE, env=ENV)
    name = f"{tt.T}/{path}" if "/" in path else path
    subprocess.run([f"{tt.B}/tlstrace", "-q", f"--json={trace}", "--", name, "client", f"127.0.0.1:{back}",
                    json.dumps({"Name": "localhost", "CA": old[0], "Version": "1.3"})], timeout=60, stdout=subprocess.DEVNULL,
                   env={**os.environ, "PATH": f"{tt.T}/none:{tt.T}/new:{os.environ['PATH']}"})
    said = [get(e, "tls.error.reason") for e in of(map(json.loads, open(trace)), "tls-error")]
    ok(said == [VERIFY], f"a new command, {way}: its reason is told", said)
    os.remove(trace)
sys.exit(tt.result)
