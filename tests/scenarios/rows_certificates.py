"""rows_certificates.py - certificates of servers that clients refuse."""
import pki
from peers import NAME, NODE_IS_STRICT, curl, gnutls_client, gnutls_server, go, nginx, node, python, s_client, s_server, verifying
from row import Row

# certificate: what openssl finds, its alert, what a client that only says "bad certificate" leaves to find
CASES = {
    "expired": ("certificate-expired", "certificate_expired"),
    "early": ("certificate-not-yet-valid", "bad_certificate"),
    "self": ("certificate-untrusted", "unknown_ca"),
    "otherchain": ("certificate-untrusted", "unknown_ca"),
    "other": ("certificate-untrusted", "unknown_ca"),
    "elsewhere": ("certificate-name-mismatch", "bad_certificate"),
    "mail": ("certificate-wrong-purpose", "unsupported_certificate"),
    "revoked": ("certificate-revoked", "certificate_revoked"),
    "weak": ("certificate-weak-key", "bad_certificate"),
    "sha1": ("certificate-weak-key", "bad_certificate"),
    "oldchain": ("certificate-expired", "certificate_expired"),
    "badchain": ("certificate-untrusted", "unknown_ca"),
}
MORE = {"elsewhere": ["-verify_hostname", NAME], "mail": ["-purpose", "sslserver"],
        "revoked": ["-crl_check", "-CRL", pki.CRL], "weak": ["-cipher", "DEFAULT:@SECLEVEL=2"], "sha1": ["-cipher", "DEFAULT:@SECLEVEL=2"]}


def openssl():
    """Reason and verify result are the library's own: certain in both versions."""
    for name, (code, alert) in CASES.items():
        for version in ("1.2", "1.3"):
            server = s_server("-cipher", "DEFAULT:@SECLEVEL=0", cert=name, version=version)
            yield Row(f"s_client, {name}, {version}", code, server, verifying(*MORE.get(name, [])), ("client", alert),
                      capture=seen_in_capture(name, version))


def seen_in_capture(name, version):
    """Without a library only what is readable tells: no certificate under 1.3."""
    if name == "sha1":
        return "certificate-rejected"
    if version == "1.2" or CASES[name][1] not in ("bad_certificate", "unsupported_certificate"):
        return CASES[name][0]
    return "certificate-rejected"


def healthy():
    for version in ("1.2", "1.3"):
        for what, cert, more in (("good", "good", ["-purpose", "sslserver", "-verify_hostname", NAME]),
                                 ("good with CRL", "good", MORE["revoked"]), ("chain", "chain", []),
                                 ("2048 bits", "rsa", MORE["weak"]),
                                 ("wildcard", "wild", ["-verify_hostname", "a." + NAME])):
            yield Row(f"s_client, {what}, {version}", None, s_server(cert=cert, version=version), verifying(*more))
        # A name that does not match, and nobody looks at it; an expired one that is taken all the same.
        yield Row(f"s_client, name not looked at, {version}", None, s_server(cert="elsewhere", version=version), verifying(),
                  never=["certificate-name-mismatch"])
        # A client that cannot verify, and goes on, does not look at the name either.
        yield Row(f"s_client that verifies nothing and sends nothing, {version}", None, s_server(cert="elsewhere", version=version),
                  s_client(request=False), client_never=["certificate-name-mismatch"], server_never=["certificate-name-mismatch"])
        yield Row(f"curl -k, name not looked at, {version}", None, s_server(cert="elsewhere", version=version), curl("-k", version=version),
                  never=["certificate-name-mismatch"])
        yield Row(f"s_client, expired and taken, {version}", None, s_server(cert="expired", version=version), s_client())


CLOSED, REJECTED = "peer-closed-during-handshake", "certificate-rejected"


def said_by(who, cert, version):
    """What a client's own judgement leaves to find, live and in a capture."""
    if cert not in CASES or (cert == "weak" and (who in ("go", "gnutls") or (who == "node" and not NODE_IS_STRICT))):
        return None, None
    code = CASES[cert][0]
    if who == "node":  # the program judges, and closes without a word; up to 1.2 when all was over
        return ((code, CLOSED), CLOSED) if version == "1.3" else (None, None)
    if who == "curl" and cert == "elsewhere":
        return None, None  # looks at the name after the handshake, and closes in order
    if who in ("go", "gnutls"):  # bad_certificate, whatever it is; live their own reason is known
        capture = code if version == "1.2" and CASES[cert][1] != "unknown_ca" else REJECTED
        return code, capture if version == "1.2" else "handshake-failed-unexplained"
    return code, seen_in_capture(cert, version)


def others():
    """Clients that judge by themselves, each with its own words."""
    clients = {
        "curl": lambda v: curl(version=v), "python": lambda v: python("client", version=v, ca=pki.CA),
        "node": lambda v: node("client", version=v, ca=pki.CA), "go": lambda v: go("client", version=v, ca=pki.CA),
        "gnutls": lambda v: gnutls_client(version=v),
    }
    for who, client in clients.items():
        for cert in ("expired", "early", "self", "other", "otherchain", "elsewhere", "mail", "weak", "chain", "good"):
            for version in ("1.2", "1.3"):
                code, capture = said_by(who, cert, version)
                # Their reason comes when the alert has gone: too late for the other end, or not.
                more = {"server_end": (code, REJECTED)} if code and who in ("go", "gnutls") and version == "1.3" else {}
                if cert == "elsewhere" and who in ("curl", "node") and version == "1.2":
                    # What the wire shows of one that looks by itself; live the library must have found nothing.
                    more["capture_notes"] = ["certificate-name-mismatch"]
                    more["client_notes"] = ["certificate-name-mismatch"] if who == "curl" else []
                if who == "node" and version == "1.2" and cert in CASES and cert != "elsewhere" and (cert != "weak" or NODE_IS_STRICT):
                    more["client_notes"] = [CASES[cert][0]]
                yield Row(f"{who}, {cert}, {version}", code, s_server("-cipher", "DEFAULT:@SECLEVEL=0", cert=cert, version=version), client(version), "any",
                          capture=capture, **more)


def stapling():
    """A certificate that demands an OCSP answer, at a server that sends none."""
    for version in ("1.2", "1.3"):
        yield Row(f"must-staple and no answer, gnutls-cli, {version}", REJECTED, s_server(cert="staple", version=version),
                  gnutls_client(version=version), "any", capture=REJECTED if version == "1.2" else "handshake-failed-unexplained")
        yield Row(f"must-staple and nobody minds, {version}", None, s_server(cert="staple", version=version), verifying())


def renewed(first, then, version):
    """A server that begins anew with another certificate."""
    certs = iter((first, then))
    return lambda port: s_server(cert=next(certs), version=version)(port)


def known_names():
    client = lambda version: verifying("-verify_hostname", NAME, version=version)
    for version in ("1.2", "1.3"):
        yield Row(f"another certificate for a known name, {version}", "server-name-rejected" if version == "1.2" else "certificate-name-mismatch",
                  renewed("good", "elsewhere", version), [client(version), "restart", client(version)], "any",
                  capture="server-name-rejected" if version == "1.2" else "certificate-rejected")
        yield Row(f"a renewed certificate for a known name, {version}", None, renewed("good", "rsa", version),
                  [client(version), "restart", client(version)])


def rows():
    yield from openssl()
    yield from healthy()
    yield from others()
    yield from stapling()
    yield from known_names()
