"""rows_offers.py - what the two ends do not agree to speak: versions, suites, groups, names, protocols."""
import os

import pki
import tt
from between import CLIENT_HELLO, edit, extensions
from peers import NAME, NODE, curl, gnutls_client, gnutls_server, go, nginx, node, pairs, python, s_client, s_server
from row import Row

REFUSED = ("server", "handshake_failure")
VERSION = ("server", "protocol_version")
LOW = "DEFAULT:@SECLEVEL=0"
SUPPORTED_VERSIONS = 43


def versions():
    code = "version-mismatch"
    new = {"s_server": s_server(version="1.3"), "nginx": nginx("ssl_protocols TLSv1.3;", own_protocols=True),
           "gnutls-serv": gnutls_server("--priority=NORMAL:-VERS-ALL:+VERS-TLS1.3"),
           "python server": python("server", cert="good", version="1.3"),
           "node server": node("server", cert="good", version="1.3"), "go server": go("server", cert="good", version="1.3")}
    old = {"s_server": s_server(version="1.2"), "nginx": nginx("ssl_protocols TLSv1.2;", own_protocols=True),
           "gnutls-serv": gnutls_server("--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2"),
           "python server": python("server", cert="good", version="1.2"),
           "node server": node("server", cert="good", version="1.2"), "go server": go("server", cert="good", version="1.2")}
    hidden = "no-shared-cipher", REFUSED  # GnuTLS says no more, and its reason is that too
    for who, server in new.items():
        said = hidden if who == "gnutls-serv" else (code, VERSION)
        yield Row(f"1.2 client at a 1.3 {who}", said[0], server, s_client(version="1.2"), said[1])
        yield Row(f"1.3 client at a 1.3 {who}", None, server, s_client(version="1.3"))
    for who, server in old.items():
        said = hidden if who == "gnutls-serv" else (code, VERSION)
        yield Row(f"1.3 client at a 1.2 {who}", said[0], server, s_client(version="1.3"), said[1])
    clients = {"curl": curl(version="1.3", ca=pki.CA), "python": python("client", version="1.3"),
               "node": node("client", version="1.3"), "go": go("client", version="1.3"),
               "gnutls-cli": gnutls_client(version="1.3", ca=False)}
    for who, client in clients.items():
        yield Row(f"{who} 1.3 at a 1.2 server", code, s_server(version="1.2"), client, "any")
    # The client refuses what the server chose: a TLS 1.2 client that offers no list of versions.
    yield Row("client that wants 1.2 at a 1.1 server", code, s_server("-cipher", LOW, version="1.1"),
              s_client("-min_protocol", "TLSv1.2", "-max_protocol", "TLSv1.2"), "any")


def suites():
    code = "no-shared-cipher"
    one, other = "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"
    servers = {"s_server": s_server("-cipher", one, version="1.2"),
               "nginx": nginx(f"ssl_ciphers {one};", "ssl_protocols TLSv1.2;", own_protocols=True),
               "gnutls-serv": gnutls_server("--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM"),
               "python server": python("server", cert="good", version="1.2", ciphers=one),
               "node server": node("server", cert="good", version="1.2", ciphers=one),
               "go server": go("server", cert="good", version="1.2", suites=[0xc02b])}
    for who, server in servers.items():
        yield Row(f"no suite in common, {who}", code, server, s_client("-cipher", other, version="1.2"), REFUSED)
        yield Row(f"a suite in common, {who}", None, server, s_client("-cipher", one, version="1.2"))
    clients = {"curl": curl("--ciphers", other), "python": python("client", version="1.2", ciphers=other),
               "node": node("client", version="1.2", ciphers=other), "go": go("client", version="1.2", suites=[0xc02c]),
               "gnutls-cli": gnutls_client(version="1.2", ca=False, priority=":-CIPHER-ALL:+AES-256-GCM")}
    for who, client in clients.items():
        yield Row(f"no suite in common, {who}", code, servers["s_server"], client, REFUSED)
    yield Row("no suite in common, 1.3", code, s_server("-ciphersuites", "TLS_AES_128_GCM_SHA256", version="1.3"),
              s_client("-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256", version="1.3"), REFUSED)
    yield Row("a suite in common, 1.3", None, s_server("-ciphersuites", "TLS_AES_128_GCM_SHA256", version="1.3"),
              s_client(version="1.3"))
    yield Row("RSA suites at an ECDSA key", code, s_server(version="1.2"),
              s_client("-cipher", "ECDHE-RSA-AES128-GCM-SHA256", version="1.2"), REFUSED, capture="any")


def groups():
    code = "no-shared-group"
    for who, server in (("s_server", s_server("-groups", "P-256", version="1.3")),
                        ("nginx", nginx("ssl_ecdh_curve prime256v1;")),
                        ("go server", None), ("gnutls-serv", gnutls_server("--priority=NORMAL:-GROUP-ALL:+GROUP-SECP256R1"))):
        if server is None:
            continue
        yield Row(f"no group in common, {who}", code, server, s_client("-groups", "X25519", version="1.3"), REFUSED, capture="any")
        yield Row(f"a group after HelloRetryRequest, {who}", None, server, s_client("-groups", "X25519:P-256", version="1.3"))
        # The capture knows what this server chose for another client.
        yield Row(f"no group in common, {who} known", code, server, [s_client(version="1.3"), s_client("-groups", "X25519", version="1.3")],
                  REFUSED)


def primes():
    """A group of the server's own (RFC 5114, 1024 bits), which level 2 refuses."""
    def server(port):
        path = f"{tt.T}/dh.pem"
        if not os.path.exists(path):
            tt.run("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "dh_rfc5114:1", "-out", path)
        return s_server("-dhparam", path, "-cipher", "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", cert="rsa", version="1.2")(port)
    for level, code in (("2", "no-shared-group"), ("0", None)):
        yield Row(f"a prime of 1024 bits at level {level}", code, server,
                  s_client("-cipher", f"DHE-RSA-AES128-GCM-SHA256:@SECLEVEL={level}", version="1.2"),
                  ("client", "handshake_failure") if code else None, **({"capture": "handshake-failed-unexplained"} if code else {}))


def protocols():
    code = "no-shared-alpn"
    alert = ("server", "no_application_protocol")
    for version in ("1.2", "1.3"):
        for who, server in (("s_server", s_server("-alpn", "h2", version=version)),
                            ("gnutls-serv", gnutls_server("--alpn=h2", "--alpn-fatal")),
                            ("go server", go("server", cert="good", version=version, alpn="h2")),
                            ("nginx", nginx(alpn_h2=True)),
                            ("node server", node("server", cert="good", version=version, alpn="h2"))):
            hidden = who == "go server" and version == "1.3"
            if who == "node server" and NODE < 20:
                yield Row(f"no protocol in common, {who}, {version}", None, server, s_client("-alpn", "ftp", version=version))
                continue
            yield Row(f"no protocol in common, {who}, {version}", code, server, s_client("-alpn", "ftp", version=version), alert,
                      hidden=hidden, **({"capture": "handshake-failed-unexplained"} if hidden else {}))
            yield Row(f"a protocol in common, {who}, {version}", None, server, s_client("-alpn", "h2,http/1.1", version=version))


def names():
    rejected, unknown = "server-name-rejected", ("server", "unrecognized_name")
    other = "server {{ listen 127.0.0.1:{port} ssl default_server; ssl_reject_handshake on; ssl_protocols TLSv1.2 TLSv1.3; }}"
    for version in ("1.2", "1.3"):
        fatal = lambda port, version=version: s_server("-servername", "other.test", "-servername_fatal", "-cert2", pairs["good"][0],
                                                       "-key2", pairs["good"][1], version=version)(port)
        yield Row(f"name refused, s_server, {version}", rejected, fatal, s_client(version=version), unknown)
        yield Row(f"name known, s_server, {version}", None, fatal, s_client(name="other.test", version=version))
        yield Row(f"name refused, nginx, {version}", rejected, nginx("server_name good.test;", others=other),
                  s_client(name="other.test", version=version), unknown)
        yield Row(f"name refused, gnutls-serv, {version}", rejected, gnutls_server("--sni-hostname=other.test", "--sni-hostname-fatal"),
                  s_client(version=version), unknown)
        yield Row(f"no name, nginx that knows others, {version}", "server-name-missing", nginx("server_name good.test;", others=other),
                  [s_client(version=version), s_client(name=None, version=version)], unknown)
        yield Row(f"name refused, python server, {version}", rejected, python("server", cert="good", version=version, refuse=112),
                  s_client(version=version), unknown)


def keys_before():
    """PSK without certificates."""
    here, there = ["-psk", "00112233", "-psk_identity"], ["-psk", "00112233", "-psk_identity"]
    old = ["-cipher", "PSK-AES128-GCM-SHA256"]
    # s_server takes any identity up to 1.2; GnuTLS hides that it knows none behind a random key.
    yield Row("PSK identity that nobody looks at, 1.2", None, s_server(*here, "alice", *old, cert=None, version="1.2"),
              s_client(*there, "bob", *old, version="1.2"))
    yield Row("PSK identity known, 1.2", None, s_server(*here, "alice", *old, cert=None, version="1.2"),
              s_client(*there, "alice", *old, version="1.2"))
    yield Row("PSK identity unknown, 1.3", "psk-identity-unknown", s_server(*here, "alice", cert=None, version="1.3"),
              s_client(*there, "bob", version="1.3"), "any")
    yield Row("PSK identity known, 1.3", None, s_server(*here, "alice", cert=None, version="1.3"),
              s_client(*there, "alice", version="1.3"), resumed=None)
    yield Row("PSK of another key, 1.2", "full-handshake-keys-differ", s_server(*here, "alice", *old, cert=None, version="1.2"),
              s_client("-psk", "ff", "-psk_identity", "alice", *old, version="1.2"), "any")
    yield Row("PSK of another key, 1.3", "resumed-session-keys-differ", s_server(*here, "alice", cert=None, version="1.3"),
              s_client("-psk", "ff", "-psk_identity", "alice", version="1.3"), "any", resumed=None)
    yield Row("PSK identity unknown, gnutls-serv", "full-handshake-keys-differ",
              gnutls_server(f"--pskpasswd={tt.T}/psk", "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+PSK", cert=None),
              gnutls_client("--pskusername=bob", "--pskkey=00112233", version="1.2", ca=False, priority=":-KX-ALL:+PSK"), "any")
    yield Row("PSK identity known, gnutls-serv", None,
              gnutls_server(f"--pskpasswd={tt.T}/psk", "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+PSK", cert=None),
              gnutls_client("--pskusername=alice", "--pskkey=00112233", version="1.2", ca=False, priority=":-KX-ALL:+PSK"), never=["unsafe-protocol"])


def without_versions(body):
    """As something between would do that forces an older version."""
    return extensions(body, False, lambda items: [(t, d) for t, d in items if t != SUPPORTED_VERSIONS])


def downgrades():
    code, alert = "downgrade-detected", ("server", "inappropriate_fallback")
    for who, server in (("s_server", s_server()), ("nginx", nginx()), ("gnutls-serv", gnutls_server()),
                        ("go server", go("server", cert="good", version="1.2", max="1.3")),
                        ("node server", node("server", cert="good"))):
        yield Row(f"fallback SCSV at {who}", code, server, s_client("-fallback_scsv", version="1.2"), alert)
        yield Row(f"fallback SCSV at the newest version, {who}", None, server, s_client("-fallback_scsv", version="1.3"))
    taken = edit(CLIENT_HELLO, without_versions)
    for who, client in (("s_client", s_client()), ("python", python("client")), ("gnutls-cli", gnutls_client(version="1.3", priority=":+VERS-TLS1.2", ca=False)),
                        ("go", go("client", version="1.2", max="1.3"))):
        yield Row(f"1.3 taken out of the ClientHello of {who}", code, s_server(), client, "any", [(edit(CLIENT_HELLO, without_versions), None)])
    yield Row("1.2 client at a 1.3 server: the sentinel is no fault", None, s_server(), s_client(version="1.2"))


def rows():
    for group in (versions, suites, groups, primes, protocols, names, keys_before, downgrades):
        yield from group()
