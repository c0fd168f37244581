"""Offers that a server refuses and certificates that a client refuses, told by what came before."""
import os, signal, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from tt import get, of, ok

tt.root_or_skip("offers and names")
cert, port = tt.certificate("good.test"), tt.port()


def made(name, *more, key="rsa:2048"):
    out = f"{tt.T}/{name}"
    tt.run("openssl", "req", "-x509", "-newkey", key, "-nodes", "-keyout", out + ".key", "-out",
           out + ".pem", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", *more,
           stderr=subprocess.DEVNULL)
    return out + ".pem", out + ".key"


mail = made("mail.test", "-addext", "extendedKeyUsage=emailProtection")


def serve(pair, *more):
    return tt.serve(["openssl", "s_server", "-www", "-accept", port, "-cert", pair[0], "-key", pair[1],
                     *more], port)


def connect(*more):
    """With "no_ems" first: a client without the extended master secret."""
    env = dict(os.environ)
    if more[0] == "no_ems":
        more, env["OPENSSL_CONF"] = more[1:], f"{tt.T}/no_ems.cnf"
    subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *more],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   timeout=20, env=env)


def scenario(code, start, clients, near_miss):
    """The last client's finding is `code`, at both ends; the near miss does not lead to it."""
    for wanted, play in ((True, clients), (False, near_miss)):
        tracer = tt.Tracer("--port", port)
        running = start()
        for client in play:
            connect(*client)
        tt.kill(running, signal.SIGTERM)
        events = tracer.stop()
        found = [get(f, "tls.finding.code") for f in of(events, "tls-finding")
                 if get(f, "tls.finding.severity") == "error"]
        if wanted:
            ok(found == [code] * 2, f"{code}, once at each end", found)
        else:
            ok(code not in found, f"{code}: not for a near miss", found)


NAME = ("-servername", "good.test")
scenario("no-shared-group", lambda: serve(cert, "-groups", "P-256"), [NAME, (*NAME, "-groups", "X25519")],
         [NAME, (*NAME, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")])
scenario("no-shared-signature-algorithm", lambda: serve(cert), [(*NAME, "-sigalgs", "ECDSA+SHA256")],
         [NAME, (*NAME, "-sigalgs", "RSA-PSS+SHA256"), (*NAME, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")])
scenario("certificate-name-mismatch", lambda: serve(cert, "-tls1_2"),
         [("-servername", "other.test", "-CAfile", cert[0], "-verify_hostname", "other.test", "-verify_return_error")],
         [("-servername", "good.test", "-CAfile", cert[0], "-attime", "1000000000", "-verify_return_error")])
scenario("certificate-wrong-purpose", lambda: serve(mail, "-tls1_2"),
         [("-servername", "mail.test", "-CAfile", mail[0], "-purpose", "sslserver", "-verify_return_error")],
         [("-servername", "mail.test", "-verify_return_error")])
session = f"{tt.T}/session.pem"
MADE = (*NAME, "-tls1_2", "-sess_out", session)
AGAIN = (*NAME, "-tls1_2", "-sess_in", session)
open(f"{tt.T}/no_ems.cnf", "w").write("""openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = options
[options]
Options = -ExtendedMasterSecret
""")
scenario("extended-master-secret-mismatch", lambda: serve(cert), [MADE, ("no_ems", *AGAIN)],
         [MADE, ("no_ems", *NAME, "-tls1_2"), AGAIN])

# --fail-on beside a command: its own status unless there was a finding.
running = serve(cert)
for args, wanted in ((["-k"], 0), ([], 4)):
    got = subprocess.run([f"{tt.B}/tlstrace", "-q", "--fail-on", "error", "--", "curl", "-s", *args, "-o",
                          os.devnull, "--resolve", f"good.test:{port}:127.0.0.1", f"https://good.test:{port}/"],
                         stderr=subprocess.DEVNULL, timeout=60).returncode
    ok(got == wanted, f"--fail-on error -- curl {' '.join(args)}: {wanted}", got)
got = subprocess.run([f"{tt.B}/tlstrace", "-q", "--fail-on", "info", "--", "sh", "-c", "exit 7"],
                     stderr=subprocess.DEVNULL, timeout=60).returncode
ok(got == 7, "--fail-on without a finding: the command's own status", got)
tt.kill(running)

# nginx refuses who names no server, and serves who does.
open(f"{tt.T}/nginx.conf", "w").write(f"""daemon off; pid {tt.T}/nginx.pid; error_log {tt.T}/nginx.log;
events {{}} http {{ access_log off; server {{ listen 127.0.0.1:{port} ssl default_server; ssl_reject_handshake on; }}
server {{ listen 127.0.0.1:{port} ssl; server_name good.test; ssl_certificate {cert[0]}; ssl_certificate_key {cert[1]}; }} }}""")

scenario("server-name-missing",
         lambda: tt.serve(["nginx", "-e", f"{tt.T}/nginx.log", "-c", f"{tt.T}/nginx.conf"], port),
         [NAME, ("-noservername",)], [NAME, ("-servername", "other.test")])
sys.exit(tt.result)
