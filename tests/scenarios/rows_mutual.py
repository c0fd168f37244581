"""rows_mutual.py - certificates of clients that servers ask for."""
import pki
from peers import curl, gnutls_client, gnutls_server, go, nginx, node, pairs, python, s_client, s_server
from row import Row

SERVERS = {
    "s_server": lambda v: s_server("-Verify", "3", "-verify_return_error", "-CAfile", pki.CA, version=v),
    "python": lambda v: python("server", version=v, ca=pki.CA, cert="good", need=True),
    "node": lambda v: node("server", version=v, ca=pki.CA, cert="good", need=True),
    "go": lambda v: go("server", version=v, ca=pki.CA, cert="good", need=True),
    "gnutls": lambda v: gnutls_server("--require-client-cert", "--verify-client-cert", f"--x509cafile={pki.CA}"),
    "nginx": lambda v: nginx("ssl_verify_client on;", f"ssl_client_certificate {pki.CA};"),
}


def with_pair(name, version):
    def client(port):
        more = [] if name is None else ["-cert", pairs[name][0], "-key", pairs[name][1]]
        return s_client(*more, version=version)(port)
    return client


def expected(who, cert, version):
    """The fault, and what else differs."""
    if cert == "user":
        return None, {"never": ["client-certificate-required", "client-certificate-rejected"]}
    code = "client-certificate-rejected" if cert else "client-certificate-required"
    if who == "nginx":  # answers 400 in a connection that works, and closes
        return None, {"never": [code]}  # alone it could as well take all
    if who == "gnutls" and cert == "user-mail":
        return None, {}  # does not look at purposes
    if who == "node" and cert:
        # Judged by the program, which closes without a word: only its library's verdict tells.
        return ("peer-closed-during-handshake", {"server_end": "client-certificate-rejected"}) if version == "1.2" else (None, {})
    if who == "gnutls" and cert and version == "1.3":
        return code, {"capture": None, "agree": False}  # it judges after its tickets went out
    return code, {}


def left():
    """Asked for one, the client sends none, or one that is not good, and leaves of its own will."""
    never = ["client-certificate-required", "client-certificate-rejected"]
    for version in ("1.2", "1.3"):
        for cert in (None, "user-other"):
            client = lambda port, cert=cert, version=version: s_client(
                *([] if cert is None else ["-cert", pairs[cert][0], "-key", pairs[cert][1]]), version=version, request=False)(port)
            yield Row(f"s_server asks and takes all, {cert}, {version}", None,
                      s_server("-verify", "3", "-CAfile", pki.CA, version=version, www=False, stdin=-1), client, never=never)


def known():
    """A server that closes after its answer says more by what it did before."""
    required = "client-certificate-required"
    for version in ("1.2", "1.3"):
        yield Row(f"nginx takes one with a certificate, then one without, {version}", None, SERVERS["nginx"](version),
                  [with_pair("user", version), with_pair(None, version)], notes=[required])
        yield Row(f"nginx takes one that verifies, then one that does not, {version}", None, SERVERS["nginx"](version),
                  [with_pair("user", version), with_pair("user-other", version)], server_notes=["client-certificate-rejected"])
        yield Row(f"s_server asks, takes all and closes, {version}", None, s_server("-verify", "3", "-CAfile", pki.CA, version=version),
                  with_pair(None, version), never=[required])


def rows():
    yield from left()
    yield from known()
    for who, server in SERVERS.items():
        for cert in (None, "user-other", "user-self", "user-expired", "user-early", "user-mail", "user"):
            for version in ("1.2", "1.3"):
                code, more = expected(who, cert, version)
                yield Row(f"{who} asks, {cert}, {version}", code, server(version), with_pair(cert, version), "any", **more)
