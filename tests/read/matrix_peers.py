"""matrix_peers.py - what the matrix is made of. A server is started with a configuration, a client
with a Cell; both give an argv. Clients connect `times` times, with the session of the time before."""
import collections, json, os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "scenarios"), os.path.join(HERE, "..", "live"), HERE]
import pki, tt
from tt import PYTHON, T

PEERS = HERE + "/../scenarios/peers/"
GO, NSS = T + "/matrix-go", T + "/nss-"
# version, key exchange, resumption, client's certificate, what becomes of it
Cell = collections.namedtuple("Cell", "version kx resume auth end")
OLD, NEW = ("rsa", "dhe", "ecdhe", "ecdsa", "psk"), ("x25519", "p256", "retry", "psk")
OPENSSL = {"rsa": "AES128-SHA:AES128-GCM-SHA256", "dhe": "DHE-RSA-AES128-SHA:DHE-RSA-AES128-GCM-SHA256",
           "ecdhe": "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256",
           "ecdsa": "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES128-GCM-SHA256", "psk": "PSK-AES128-CBC-SHA:ECDHE-PSK-AES128-CBC-SHA"}
NUMBERS = {"rsa": (0x002f, 0x009c), "dhe": (0x0033, 0x009e), "ecdhe": (0xc013, 0xc02f), "ecdsa": (0xc009, 0xc02b)}
GNUTLS = {"rsa": "+RSA", "dhe": "+DHE-RSA", "ecdhe": "+ECDHE-RSA", "ecdsa": "+ECDHE-ECDSA", "psk": "+PSK"}
GROUPS = {"x25519": "X25519", "p256": "P-256", "retry": "X25519:P-384", "psk": "X25519"}
SHARED = "00112233445566778899aabbccddeeff"  # the pre-shared key of Client_identity
NARROW = "ECDHE-ECDSA-AES256-GCM-SHA384"  # all that a narrow server takes, and TLS 1.2 alone
USERS = {"given": "user", "stranger": "stranger", "none": None, "asked": None}
pairs = {}


def nss_folder(name, authority, *pkcs12):
    folder = NSS + name
    os.mkdir(folder)
    tt.run("certutil", "-N", "-d", folder, "--empty-password")
    tt.run("certutil", "-A", "-d", folder, "-n", "ca", "-t", "TC,TC,", "-i", authority)
    for pair in pkcs12:
        pki.quiet("openssl", "pkcs12", "-export", "-in", pairs[pair][0], "-inkey", pairs[pair][1], "-out", T + "/p12",
                  "-name", pair, "-passout", "pass:")
        tt.run("pk12util", "-i", T + "/p12", "-d", folder, "-W", "")


def prepare():
    os.mkdir(pki.DIR)
    pki.authority("ca")
    pki.authority("other")
    names = "DNS:localhost,DNS:*.matrix.test"
    pairs.update(rsa=pki.issue("rsa", names=names, kind="rsa"), ec=pki.issue("ec", names=names),
                 user=pki.issue("user", purpose=pki.CLIENT, kind="rsa"),
                 stranger=pki.issue("stranger", "other", purpose=pki.CLIENT, kind="rsa"))
    nss_folder("server", pki.CA, "rsa", "ec")
    nss_folder("distrust", pki.OTHER_CA)
    for user in {*USERS.values()}:
        nss_folder(str(user), pki.CA, *([user] if user else []))
    pki.quiet("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", T + "/dh")
    open(T + "/psk", "w").write(f"Client_identity:{SHARED}\n")
    open(T + "/request", "w").write("GET / HTTP/1.0\r\n\r\n")
    tt.run("go", "build", "-o", GO, PEERS + "peer.go",
           env={**os.environ, "GO111MODULE": "off", "GOCACHE": T + "/go", "GOFLAGS": ""})


# Servers: a configuration is a set of words: ask, need, ids, retry, narrow.
def openssl_server(port, config):
    auth = {"ask": ["-verify", "1"], "need": ["-Verify", "1", "-verify_return_error"]}
    return ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", pairs["rsa"][0], "-key", pairs["rsa"][1], "-dcert",
            pairs["ec"][0], "-dkey", pairs["ec"][1], "-www", "-quiet", "-alpn", "http/1.1", "-CAfile", pki.CA, "-psk", SHARED,
            *[a for word in config for a in auth.get(word, [])], *(["-no_ticket"] if "ids" in config else []),
            *(["-groups", "P-384"] if "retry" in config else []),
            *(["-tls1_2", "-cipher", NARROW] if "narrow" in config else ["-min_protocol", "TLSv1", "-cipher", "ALL:@SECLEVEL=0"])]


def gnutls_server(port, config):
    priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:-CIPHER-ALL:+AES-256-GCM" if "narrow" in config else \
        "NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+RSA:+DHE-RSA:+PSK:+ECDHE-PSK" + (":-GROUP-ALL:+GROUP-SECP384R1" if "retry" in config else "")
    auth = [] if "ask" in config else ["--require-client-cert", "--verify-client-cert"] if "need" in config else ["--disable-client-cert"]
    return ["gnutls-serv", "-p", port, "--http", "-q", *[f"--x509{k}file={pairs[p][i]}" for p in ("rsa", "ec")
                                                        for i, k in enumerate(("cert", "key"))],
            f"--x509cafile={pki.CA}", f"--pskpasswd={T}/psk", *auth, "--alpn=http/1.1", f"--priority={priority}",
            *(["--noticket"] if "ids" in config else [])]


def nss_server(port, config):
    return ["selfserv", "-n", "rsa", "-e", "ec", "-p", port, "-d", NSS + "server", "-H", "1", "-Q",
            *(["-V", "tls1.2:tls1.2", "-c", ":C02C"] if "narrow" in config else
              ["-V", "tls1.0:", "-c", "".join(":%04X" % n for k in NUMBERS for n in NUMBERS[k]) + ":1301"]),
            *({"ask": ["-r"], "need": ["-r", "-r"]}.get(next((w for w in config if w in ("ask", "need")), ""), [])),
            *([] if "ids" in config else ["-u"]), *(["-I", "P384"] if "retry" in config else [])]


def python_server(port, config):
    o = {"cert": pairs["rsa"][0], "key": pairs["rsa"][1], "more": pairs["ec"], "ca": pki.CA, "dh": T + "/dh", "alpn": "http/1.1",
         "version": "1.0", "max": "1.3", "ciphers": "ALL:@SECLEVEL=0", "ask": "ask" in config, "need": "need" in config,
         "noticket": "ids" in config, **({"curve": "secp384r1"} if "retry" in config else {}),
         **({"version": "1.2", "max": "1.2", "ciphers": NARROW} if "narrow" in config else {})}
    return [PYTHON, PEERS + "peer.py", "server", port, "any", json.dumps(o)]


def go_server(port, config):
    o = {"cert": pairs["rsa"][0], "key": pairs["rsa"][1], "more": pairs["ec"], "ca": pki.CA, "alpn": "http/1.1",
         "version": "1.0", "max": "1.3", "ask": "ask" in config, "need": "need" in config, "noticket": "ids" in config,
         **({"curves": [24]} if "retry" in config else {}),
         **({"version": "1.2", "max": "1.2", "suites": [0xc02c]} if "narrow" in config else {})}
    return [GO, "server", port, "any", json.dumps(o)]


# Clients.
def openssl_client(port, name, cell, times):
    user = USERS[cell.auth]
    out = []
    for i in range(times):
        out.append(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", name, "-alpn", "http/1.1",
                    "-tls" + {"1.0": "1", "1.1": "1_1", "1.2": "1_2", "1.3": "1_3"}[cell.version], "-ign_eof",
                    *(["-cipher", OPENSSL[cell.kx] + ":@SECLEVEL=0"] if cell.version < "1.3" else []),
                    *(["-groups", GROUPS[cell.kx]] if cell.version == "1.3" else []),
                    *(["-psk", SHARED] if cell.kx == "psk" else []),
                    *(["-cert", pairs[user][0], "-key", pairs[user][1]] if user else []),
                    *(["-CAfile", pki.OTHER_CA, "-verify_return_error"] if cell.end == "distrust" else []),
                    *(["-no_ticket"] if cell.resume == "id" else []),
                    "-sess_out", f"{T}/{name}.session", *(["-sess_in", f"{T}/{name}.session"] if i else [])])
    return out


def gnutls_client(port, name, cell, times):
    user = USERS[cell.auth]
    kx = f":-KX-ALL:{GNUTLS[cell.kx]}" if cell.version < "1.3" else ":-GROUP-ALL:" + {
        "x25519": "+GROUP-X25519", "p256": "+GROUP-SECP256R1", "retry": "+GROUP-X25519:+GROUP-SECP384R1",
        "psk": "+GROUP-X25519:+PSK:+ECDHE-PSK"}[cell.kx]
    trust = [f"--x509cafile={pki.OTHER_CA}"] if cell.end == "distrust" else ["--insecure"]
    return [["gnutls-cli", *trust, f"--sni-hostname={name}", "--verify-hostname=localhost", "--alpn=http/1.1", "-p", port,
             f"--priority=NORMAL:-VERS-ALL:+VERS-TLS{cell.version}{kx}" + (":%NO_TICKETS" if cell.resume == "id" else ""),
             *([f"--x509certfile={pairs[user][0]}", f"--x509keyfile={pairs[user][1]}"] if user else []),
             *(["--pskusername=Client_identity", f"--pskkey={SHARED}"] if cell.kx == "psk" else []),
             *(["--resume", "--waitresumption"] if times > 1 else []), "127.0.0.1"]]


def nss_client(port, name, cell, times):
    """tstclnt cannot connect twice with -c, nor strsclnt choose a group."""
    user = USERS[cell.auth]
    folder = NSS + ("distrust" if cell.end == "distrust" else str(user))
    again = times > 1 and cell.kx in OLD
    suites = "".join(":%04X" % n for n in NUMBERS.get(cell.kx, (0x1301,)))
    both = ["-4", "-a", name, "-p", port, "-d", folder, "-V", f"tls{cell.version}:tls{cell.version}",
            *(["-u"] if cell.resume != "id" else []), *(["-n", user] if user else [])]
    if again:
        return [["strsclnt", *both, "-c", times, "-t", 1, "-o", "-q", "-C", suites, "localhost"]]
    return [["tstclnt", *both, "-h", "localhost", "-A", T + "/request", "-L", times, "-O" if cell.end == "distrust" else "-o",
             *(["-c", suites] if times == 1 else []),
             *(["-I", {"x25519": "x25519", "p256": "P256", "retry": "x25519,P384"}[cell.kx]] if cell.kx in NEW else [])]]


def options(cell, times, **more):
    user = USERS[cell.auth]
    return json.dumps({"version": cell.version, "max": cell.version, "alpn": "http/1.1", "times": times, **more,
                       **({"ca": pki.OTHER_CA} if cell.end == "distrust" else {}),
                       **({"cert": pairs[user][0], "key": pairs[user][1]} if user else {})})


def python_client(port, name, cell, times):
    more = {"ciphers": OPENSSL[cell.kx] + ":@SECLEVEL=0"} if cell.kx in OLD else \
        {"curve": "prime256v1"} if cell.kx == "p256" else {}
    return [[PYTHON, PEERS + "peer.py", "client", port, name, options(cell, times, noticket=cell.resume == "id", **more)]]


def go_client(port, name, cell, times):
    more = {"suites": NUMBERS[cell.kx]} if cell.kx in OLD else {"curves": {"x25519": [29], "p256": [23], "retry": [29, 24]}[cell.kx]}
    return [[GO, "client", port, name, options(cell, times, **more)]]


SERVERS = {"openssl": openssl_server, "gnutls": gnutls_server, "nss": nss_server, "python": python_server, "go": go_server}
CLIENTS = {"openssl": openssl_client, "gnutls": gnutls_client, "nss": nss_client, "python": python_client, "go": go_client}


def run(argv):
    """A client to its end, whatever that is; what it said."""
    return subprocess.run([str(a) for a in argv], stdin=open(T + "/request"), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=30).stdout.decode(errors="replace")
