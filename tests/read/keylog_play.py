"""keylog_play.py - the connections of keylog.py: every cipher, and all that happens to keys."""
import array, fcntl, os, subprocess, termios

import tt
from keylog_suites import GNUTLS, SUITES12, SUITES13
from tt import T

LOG, SAID = T + "/keys", T + "/server.log"
LEVEL = "@SECLEVEL=0"
READY = b"Verify return code"
cert, key = tt.certificate()
mine = tt.certificate("client")
port = tt.port()
played = []  # names, in the order of the connections


def server(kind, *more):
    if kind == "gnutls":
        return ["gnutls-serv", "-p", port, "--http", "-q", f"--x509certfile={cert}",
                f"--x509keyfile={key}", *more]
    return ["openssl", "s_server", "-accept", port, "-cert", cert, "-key", key, "-cipher",
            "ALL:COMPLEMENTOFALL:" + LEVEL, "-ciphersuites", ":".join(SUITES13), "-alpn", "http/1.1",
            *(more or ["-www"])]


def client(name, *more, steps=None):
    """s_client with a request; steps: [(what to wait for, in its output or a function, what to type)]."""
    played.append(name)
    log = open(f"{T}/client.log", "wb")
    p = tt.spawn(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-keylogfile", LOG, "-alpn",
                  "http/1.1", "-servername", "a.test", *more], stdin=subprocess.PIPE, stdout=log, stderr=log)
    if steps is None:
        p.stdin.write(b"GET / HTTP/1.0\r\n\r\n")
    for text, typed in steps or []:
        tt.wait_for(lambda: p.poll() is not None or (text() if callable(text) else text in open(log.name, "rb").read()),
                    f"{name}: s_client says {text}")
        if p.poll() is None:
            p.stdin.write(typed() if callable(typed) else typed)
            p.stdin.flush()
    p.stdin.close()
    p.wait(60)
    tt.running.remove(p)


def gnutls(name, priority):
    played.append(name)
    subprocess.run(["gnutls-cli", "--insecure", "-p", str(port), f"--priority={priority}", "127.0.0.1"],
                   input=b"GET / HTTP/1.0\r\n\r\n", env={**os.environ, "SSLKEYLOGFILE": LOG},
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)


def play_openssl():
    p = tt.serve(server("openssl"), port)
    for version in ("-tls1", "-tls1_1"):
        for suite in ("AES128-SHA", "ECDHE-RSA-AES256-SHA", "CAMELLIA128-SHA"):
            client(f"{version} {suite}", version, "-cipher", f"{suite}:{LEVEL}")
    for suite in SUITES12:
        client(f"1.2 {suite}", "-tls1_2", "-cipher", f"{suite}:{LEVEL}")
    for suite in SUITES13:
        client(f"1.3 {suite}", "-tls1_3", "-ciphersuites", suite)
    for version in ("-tls1_2", "-tls1_3"):
        saved = f"{T}/session{version}"
        client(f"{version} full", version, "-sess_out", saved, "-ign_eof")
        client(f"{version} resumed", version, "-sess_in", saved, "-ign_eof")
        client(f"{version} a stranger's certificate", version, "-verify_return_error", "-verify", "2")
    tt.kill(p)
    p = tt.serve(server("openssl", "-www", "-groups", "P-384"), port)
    client("1.3 HelloRetryRequest", "-tls1_3", "-groups", "X25519:P-384")
    tt.kill(p)
    for kind in ("-verify", "-Verify"):
        p = tt.serve(server("openssl", "-www", kind, "1", "-verify_return_error", "-CAfile", mine[0]), port)
        for version in ("-tls1_2", "-tls1_3"):
            client(f"{version} {kind} with", version, "-cert", mine[0], "-key", mine[1])
            client(f"{version} {kind} another's", version, "-cert", cert, "-key", key)
            client(f"{version} {kind} without", version)
        tt.kill(p)


def talking(*more):
    """A server that is typed to, and writes down what it reads."""
    return tt.serve(server("openssl", *more), port, stdin=subprocess.PIPE, stdout=open(SAID, "wb"))


def play_typed():
    """What happens after the handshake: key updates, renegotiation, authentication, early data."""
    p = talking("-client_renegotiation")
    client("1.3 KeyUpdate", "-tls1_3", steps=[
        (READY, b"K\n"), (b"KEYUPDATE", b"after\n"), (READY, lambda: command(p, b"K\n"))])
    client("1.2 renegotiation", "-tls1_2", steps=[(READY, b"R\n"), (b"RENEGOTIATING", b"after\n")])
    tt.kill(p)
    p = talking("-num_tickets", "1")
    client("1.3 post-handshake authentication", "-tls1_3", "-enable_pha", "-cert", mine[0], "-key", mine[1],
           steps=[(READY, b"after\n"), (READY, lambda: command(p, b"c\n"))])
    tt.kill(p)
    p = talking("-early_data")
    saved, early = f"{T}/early.session", f"{T}/early"
    open(early, "w").write("early\n")
    client("1.3 before early data", "-tls1_3", "-sess_out", saved, steps=[
        (lambda: os.path.exists(saved), b"x\n")])  # s_client holds back what it says of tickets
    client("1.3 early data", "-tls1_3", "-sess_in", saved, "-early_data", early, steps=[(READY, b"x\n")])
    client("1.3 early data refused", "-tls1_3", "-sess_in", saved, "-early_data", early,
           steps=[(READY, b"x\n")])
    tt.kill(p)


def command(p, letter):
    """The server does what a letter asks for, and what it sends then the client has. A letter
    is a command only where it begins what the server reads at a time, and only once the server
    has the client's Finished: it says what came behind it."""
    tt.wait_for(lambda: b"after" in open(SAID, "rb").read(), "the server reads what the client typed")
    for typed in (letter, b"all was done\n"):
        tt.wait_for(lambda: not array.array("i", fcntl.ioctl(p.stdin, termios.FIONREAD, b"1234"))[0],
                    "s_server reads")
        p.stdin.write(typed)
        p.stdin.flush()
    tt.wait_for(lambda: b"all was done" in open(f"{T}/client.log", "rb").read(), "the client reads")
    return b"y\n"


def play_gnutls():
    p = tt.serve(server("gnutls", "--priority=NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+ARCFOUR-128:+3DES-CBC:+MD5:+SHA256"
                        ":+SHA384:+CAMELLIA-128-CBC:+CAMELLIA-128-GCM:+AES-256-CCM:+AES-128-CCM-8:+RSA"), port)
    for version, cipher, mac in GNUTLS:
        for etm in ("", ":%NO_ETM") if mac.startswith("SHA") and "CBC" in cipher else ("",):
            gnutls(f"gnutls {version} {cipher} {mac}{etm}",
                   f"NONE:+{version}:+{cipher}:+{mac}:+RSA:+ECDHE-RSA:+SIGN-ALL:+GROUP-ALL:+COMP-NULL"
                   f":+CTYPE-X509{etm}")
    tt.kill(p)


def play():
    play_openssl()
    play_gnutls()
    play_typed()
