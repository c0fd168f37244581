"""What NSS says (selfserv, tstclnt): its error codes, and the alerts that it hides or gets."""
import os, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from altering import proxy
from tt import get, of, ok

tt.root_or_skip("NSS")
KEY, CERT = tt.T + "/key.pem", tt.T + "/cert.pem"
tt.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", KEY, "-out", CERT, "-days", "2",
       "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", stderr=subprocess.DEVNULL)
SERVER, CLIENT = tt.T + "/server", tt.T + "/client"
for folder in (SERVER, CLIENT):
    os.mkdir(folder)
    tt.run("certutil", "-N", "-d", folder, "--empty-password")
tt.run("openssl", "pkcs12", "-export", "-in", CERT, "-inkey", KEY, "-out", tt.T + "/p12", "-name", "server", "-passout", "pass:")
tt.run("pk12util", "-i", tt.T + "/p12", "-d", SERVER, "-W", "")
version = tt.run("dpkg-query", "-W", "-f", "${Version}", "libnss3").partition(":")[2].partition("-")[0]
REQUEST = b"GET / HTTP/1.0\r\n\r\n"


def server(port, *args):
    return tt.serve(["selfserv", "-n", "server", "-p", port, "-d", SERVER, "-V", "tls1.2:", *args], port)


tracer = tt.Tracer("--max-overhead", "100")
cases = []


def case(what, version, alert, errors, rules=None, trust=True):
    """One connection through a proxy; errors: the client's, the server's. A healthy one ends after the handshake."""
    back, front = tt.port(), tt.port()
    process = server(back)
    thread = proxy(front, back, [rules or (None, None)])
    said = subprocess.run(["tstclnt", "-4", "-h", "localhost", "-p", str(front), "-d", CLIENT, "-V", f"tls{version}:tls{version}",
                           *(["-o"] if trust else []), *([] if rules or not trust else ["-q"])], input=REQUEST, timeout=20, stdout=-1, stderr=subprocess.STDOUT).stdout
    thread.join(20)
    tt.kill(process)
    cases.append((f"{what}, {version}", (front, back), alert, errors, said[-300:]))


def first():
    """The first protected record: in 1.3 NSS sends no ChangeCipherSpec before it."""
    data = []

    def pick(protected, kind):
        data.extend([kind] if kind == 23 else [])
        return (protected == 1 and kind == 22) if v == "1.2" else (kind == 23 and len(data) == 1)

    return pick


MAC = "bad_record_mac"
BAD_MAC_READ, BAD_MAC_ALERT, UNKNOWN_CA_ALERT = -12273, -12272, -12195
for v in ("1.2", "1.3"):
    case("healthy", v, None, ([], []))
    case("unknown issuer", v, ("client", "unknown_ca"), ([], [UNKNOWN_CA_ALERT]), trust=False)
    case("what the client protects first is altered", v, ("server", MAC), ([BAD_MAC_ALERT], [BAD_MAC_READ]), (first(), None))
    case("what the server protects first is altered", v, ("client", MAC), ([BAD_MAC_READ], [BAD_MAC_ALERT]), (None, first()))

events = tracer.stop()
for what, ports, alert, errors, said in cases:
    for end, port, wanted in zip(("client", "server"), ports, errors):
        mine = [e for e in events if get(e, "server.port") == port and get(e, "tlstrace.role") == end]
        told = of(mine, "tls-error")
        fatal = [(get(a, "tls.alert.sender"), get(a, "tls.alert.description")) for a in of(mine, "tls-alert")
                 if get(a, "tls.alert.level") == "fatal"]
        ok(fatal == ([alert] if alert else []), f"{what}: the {end}'s end: {alert or 'no alert'}", (fatal, said))
        ok([get(e, "tls.error.reason_code") for e in told] == wanted, f"{what}: the {end}'s library: {wanted}", (told, said))
        wrong = [e for e in told if (get(e, "tls.error.library"), get(e, "tls.error.library_version"),
                                     get(e, "tls.error.confidence")) != ("nss", version, "certain")]
        ok(not wrong, f"{what}: the {end}'s library is nss {version}, for certain", wrong)
sys.exit(tt.result)
