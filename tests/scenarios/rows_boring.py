"""rows_boring.py - BoringSSL at either end: its functions are OpenSSL's, its numbers are its own."""
import pki
from between import protected
from peers import bssl_client, bssl_server, s_client, s_server, verifying
from row import Row

OURS = "boringssl"
MAC = "DECRYPTION_FAILED_OR_BAD_RECORD_MAC"


def sealed(version):
    """Its client protects its alerts in TLS 1.3, OpenSSL's does not before its Finished."""
    return {"hidden": True, "capture": "handshake-failed-unexplained"} if version == "1.3" else {}


def healthy(version):
    yield Row(f"BoringSSL's server, {version}", None, bssl_server(version=version), s_client("-ignore_unexpected_eof", version=version))
    yield Row(f"BoringSSL's client, {version}", None, s_server(version=version), bssl_client(version=version))


def certificates(version):
    yield Row(f"BoringSSL's client does not know the issuer, {version}", "certificate-untrusted", s_server(version=version),
              bssl_client(version=version, ca=pki.OTHER_CA), ("client", "unknown_ca"),
              said={"client": (OURS, "CERTIFICATE_VERIFY_FAILED")}, **sealed(version))
    yield Row(f"BoringSSL's client, expired, {version}", "certificate-expired", s_server(cert="expired", version=version),
              bssl_client(version=version), ("client", "certificate_expired"),
              said={"client": (OURS, "CERTIFICATE_VERIFY_FAILED")}, **sealed(version))
    yield Row(f"BoringSSL's server hears that its issuer is unknown, {version}", "certificate-untrusted", bssl_server(version=version),
              verifying(ca=pki.OTHER_CA, version=version), ("client", "unknown_ca"))
    yield Row(f"BoringSSL's server wants a certificate, {version}", "client-certificate-required",
              bssl_server("-require-any-client-cert", version=version), s_client(version=version),
              ("server", "handshake_failure" if version == "1.2" else "certificate_required"), hidden=version == "1.3",
              said={"server": (OURS, "PEER_DID_NOT_RETURN_A_CERTIFICATE")})


def altered(version):
    unread = {"hidden": True, "capture": None}  # and after the handshake, as far as the wire tells
    ends = (("server", s_server(version=version), bssl_client(version=version), sealed(version) or unread),
            ("client", bssl_server(version=version), s_client(version=version), unread if version == "1.3" else {}))
    for end, server, client, more in ends:
        hit, other = protected(1), "client" if end == "server" else "server"
        yield Row(f"BoringSSL gets the {end}'s first protected record altered, {version}", "full-handshake-keys-differ", server, client,
                  (other, "bad_record_mac"), [(None, hit) if end == "server" else (hit, None)], said={other: (OURS, MAC)}, **more)


def offers():
    yield Row("BoringSSL's server, no shared suite", "no-shared-cipher", bssl_server("-cipher", "ECDHE-RSA-AES256-GCM-SHA384", cert="rsa", version="1.2"),
              s_client("-cipher", "ECDHE-RSA-AES128-GCM-SHA256", version="1.2"), ("server", "handshake_failure"),
              said={"server": (OURS, "NO_SHARED_CIPHER")})
    yield Row("BoringSSL's server, no shared version", "version-mismatch", bssl_server("-min-version", "tls1.3"), s_client(version="1.2"),
              ("server", "protocol_version"), said={"server": (OURS, "UNSUPPORTED_PROTOCOL")})
    yield Row("BoringSSL's client, no shared version", "version-mismatch", s_server(version="1.2"), bssl_client("-min-version", "tls1.3"),
              ("server", "protocol_version"), said={"client": (OURS, "TLSV1_ALERT_PROTOCOL_VERSION")})
    yield Row("BoringSSL's server, no shared group", "no-shared-group", bssl_server("-curves", "P-256"), s_client("-groups", "X448", version="1.3"),
              ("server", "handshake_failure"), said={"server": (OURS, "NO_SHARED_GROUP")})


def rows():
    for version in ("1.2", "1.3"):
        for group in (healthy, certificates, altered):
            yield from group(version)
    yield from offers()
