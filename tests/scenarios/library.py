"""What the wire hides and the library tells: reasons, encrypted alerts, and what follows from them."""
import os, socket, ssl, subprocess, sys, threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from altering import proxy
from tt import get, of, ok

tt.root_or_skip("libraries")
cert, back = tt.certificate(), tt.port()


def first_data(protected, kind):
    """The second protected record of TLS 1.2: the first after Finished."""
    return protected == 2 and kind == 23


def finished(protected, kind):
    return protected == 1 and kind in (22, 23)


def reads(version, data=b"GET / HTTP/1.0\r\n\r\n", port=None, **more):
    """A Python client that talks; how it ended."""
    context = ssl.create_default_context(cafile=more.get("ca", cert[0]))
    context.check_hostname = False
    if more.get("trust", True):
        context.verify_mode = ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname=more.get("name", "a.test")) as s:
                s.sendall(data)
                while s.recv(4096):
                    pass
        return "ok"
    except OSError as e:
        return getattr(e, "reason", None) or str(e)


def of_end(events, role, port):
    return [e for e in events if get(e, "tlstrace.role") == role and get(e, "server.port") == port]


def alert_of(events):
    return [(get(a, "tls.alert.sender"), get(a, "tls.alert.description"), get(a, "tls.alert.encrypted"))
            for a in of(events, "tls-alert") if get(a, "tls.alert.level") == "fatal"]


def errors_of(events):
    return [get(e, "tls.error.reason_code") for e in of(events, "tls-error")]


def findings_of(events):
    return [get(f, "tls.finding.code") for f in of(events, "tls-finding") if get(f, "tls.finding.severity") == "error"]


def case(what, command, version, rules, finding, alert, client_errors, server_errors, client=reads):
    """One connection through the proxy: what both ends say of it."""
    global back
    back, front = tt.port(), tt.port()
    server = tt.serve(["openssl", "s_server", "-cert", cert[0], "-key", cert[1], *command, "-accept", back],
                      back, stdin=subprocess.PIPE)
    thread = proxy(front, back, [rules])
    tracer = tt.Tracer("--max-overhead", "100")  # what others load pauses no probe here
    client(version, b"hello there\n", port=front)
    thread.join(20)
    events = tracer.stop()
    tt.kill(server)
    wanted = [finding] if finding else []
    for end, role, port, errors in (("client", "client", front, client_errors), ("server", "server", back, server_errors)):
        seen = of_end(events, role, port)
        ok(findings_of(seen) == wanted, f"{what}: the {end}'s end: {finding or 'no finding'}", findings_of(seen))
        ok(alert_of(seen) == alert, f"{what}: the {end}'s end: who sent which alert", alert_of(seen))
        ok(errors_of(seen) == errors, f"{what}: the {end}'s library: {errors}", errors_of(seen))
    return events


V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
CORRUPT, KEYS = "record-corrupted-mid-stream", "full-handshake-keys-differ"
QUIET = ["-quiet"]
MAC = "bad_record_mac"
case("client's Finished, 1.2", QUIET, V12, (finished, None), KEYS, [("server", MAC, False)], [1020], [281])
case("server's Finished, 1.2", QUIET, V12, (None, finished), KEYS, [("client", MAC, True)], [281], [1020])
case("client's data, 1.2", QUIET, V12, (first_data, None), CORRUPT, [("server", MAC, True)], [1020], [281])
case("client's Finished, 1.3", QUIET, V13, (finished, None), KEYS, [("server", MAC, True)], [1020], [281])
case("server's first, 1.3", QUIET, V13, (None, finished), KEYS, [("client", MAC, False)], [281], [1020])
case("client's data, 1.3", QUIET, V13, (lambda p, k: p == 2, None), CORRUPT, [("server", MAC, True)], [1020], [281])
MUTUAL = [*QUIET, "-Verify", "1", "-verify_return_error"]
case("no client certificate, 1.2", MUTUAL, V12, (None, None), "client-certificate-required",
     [("server", "handshake_failure", False)], [1040], [199])
case("no client certificate, 1.3", MUTUAL, V13, (None, None), "client-certificate-required",
     [("server", "certificate_required", True)], [1116], [199])


def distrusts(*args, **more):
    return reads(*args, trust=False, ca="/etc/ssl/certs/ca-certificates.crt", **more)


for version, name in ((V12, "1.2"), (V13, "1.3")):
    events = case(f"unknown issuer, {name}", QUIET, version, (None, None), "certificate-untrusted",
                  [("client", "unknown_ca", False)], [134], [1048], distrusts)
    said = [get(e, "tls.error.verify_reason") for e in of(events, "tls-error")]
    ok("self-signed certificate" in said, f"unknown issuer, {name}: the verify result is told", said)
    ok([get(a, "tls.alert.evidence") for a in of(events, "tls-alert")
        if get(a, "tls.alert.level") == "fatal" and get(a, "server.port") == back and get(a, "tlstrace.role") == "server"] ==
       [["wire", "library"]], f"unknown issuer, {name}: wire and library are one event")

# Bytes carried by the program itself (asyncio): six at a time, every second one fails, and each
# error belongs to the connection with its name.
CARRIER = """import asyncio, ssl, sys
async def one(i):
    c = ssl.create_default_context()
    if i % 2:
        c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
    try:
        r, w = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]), ssl=c, server_hostname=f"n{i}.test")
        w.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
        await r.read()
        w.close()
    except ssl.SSLError:
        pass
async def all():
    await asyncio.gather(*[one(i) for i in range(6)])
asyncio.run(all())
"""
server = tt.serve(["openssl", "s_server", "-cert", cert[0], "-key", cert[1], "-www", "-accept", back], back)
# As a command: errors without a connection are counted of its process alone.
tracer = tt.Tracer("--port", back, "--max-overhead", "100", "--", tt.PYTHON, "-c", CARRIER, back)
tracer.process.wait(30)
events = tracer.events()
tt.kill(server)
said = sorted((get(e, "server.address"), get(e, "tls.error.reason_code"), get(e, "tls.error.confidence"))
              for e in of(events, "tls-error", role="client"))
ok(said == [(f"n{i}.test", 134, "certain") for i in (0, 2, 4)], "memory BIOs: each error at its connection", said)
found = sorted((get(e, "server.address"), get(e, "tls.finding.code"))
               for e in of(events, "tls-finding", role="client") if get(e, "tls.finding.severity") == "error")
ok(found == [(f"n{i}.test", "certificate-untrusted") for i in (0, 2, 4)],
   "memory BIOs: the reason, though no alert was sent", found)
ok(get(events[-1], "tlstrace.stats.probes.errors_unbound") == 0, "memory BIOs: no error without a connection",
   get(events[-1], "tlstrace.stats.probes"))

# What goes well is told by no library as an error, by no rule as a fault.
server = tt.serve(["openssl", "s_server", "-cert", cert[0], "-key", cert[1], "-www", "-accept", back], back)
tracer = tt.Tracer("--port", back, "--max-overhead", "100")
for version in (V12, V13):
    for _ in range(50):
        reads(version, port=back)
events = tracer.stop()
ok(len(of(events, "tls-handshake", role="client")) == 100, "100 healthy connections")
ok(not of(events, "tls-error"), "no error of a library among them", of(events, "tls-error")[:1])
bad = [f for f in of(events, "tls-finding") if get(f, "tls.finding.severity") == "error"]
ok(not bad, "no fault among them", bad[:1])
ok(get(events[-1], "tlstrace.stats.probes.calls.hits") > 100, "hits are counted", events[-1])
tt.kill(server)
sys.exit(tt.result)
