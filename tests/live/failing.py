"""failing.py - handshakes that fail with an alert, each for its own cause."""
import subprocess

import tt

good = tt.certificate()
expired = tt.certificate("expired.test", -1)
S_SERVER = ["openssl", "s_server", "-www", "-cert", good[0], "-key", good[1], "-accept"]


def s_client(port, name, *more):
    return ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", name, *more]


def curl(port, name, *more):
    return ["curl", "-s", "--resolve", f"{name}:{port}:127.0.0.1", f"https://{name}:{port}/", *more]


# name: server's arguments, client, sender of the alert, its description
ALERTS = {
    "expired.test": (["-cert", expired[0], "-key", expired[1]],
                     lambda p, n: curl(p, n, "--cacert", expired[0]), "client", "certificate_expired"),
    "ca.test": ([], curl, "client", "unknown_ca"),
    "cipher.test": (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"],
                    lambda p, n: s_client(p, n, "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"),
                    "server", "handshake_failure"),
    "version.test": (["-tls1_3"], lambda p, n: s_client(p, n, "-tls1_2"), "server", "protocol_version"),
    "nocert.test": (["-Verify", "1", "-tls1_2"], s_client, "server", "handshake_failure"),
    "sni.test": (["-servername", "other.test", "-servername_fatal", "-cert2", good[0], "-key2",
                  good[1]], s_client, "server", "unrecognized_name")}
# what the diagnosis says of each, at both ends
FINDINGS = {"expired.test": "certificate-expired", "ca.test": "certificate-untrusted",
            "cipher.test": "no-shared-cipher", "version.test": "version-mismatch",
            "nocert.test": "client-certificate-required", "sni.test": "server-name-rejected"}


def fail_all(port):
    """Play every one of them; gives [(name, client's pid, server's pid)]."""
    played = []
    for name, (server_args, client, _, _) in ALERTS.items():
        server = tt.serve([*S_SERVER, port, *server_args], port)
        p = tt.spawn(client(port, name))
        p.wait(20)
        tt.running.remove(p)
        played.append((name, p.pid, server.pid))
        tt.kill(server)
    return played
