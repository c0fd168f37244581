"""rows_keys.py - records that one end cannot verify, and what sessions have to do with it."""
import os, socket, ssl, threading

import pki
import tt
from between import CERTIFICATE_VERIFY, CLIENT_HELLO, CLIENT_KEY_EXCHANGE, SERVER_HELLO, SERVER_KEY_EXCHANGE, edit, extensions, protected
from peers import NAME, curl, gnutls_client, gnutls_server, go, nginx, node, pairs, python, s_client, s_server, verifying
from row import Row

RESUMED, FULL, MID = "resumed-session-keys-differ", "full-handshake-keys-differ", "record-corrupted-mid-stream"
ALTERED = "altered-in-transit"


def session(row):
    return f"{tt.T}/{row.replace(' ', '-').replace(',', '')}.session"


def twice(row, *more, version):
    return [s_client("-sess_out", session(row), *more, version=version), s_client("-sess_in", session(row), *more, version=version)]


def resumed():
    kinds = {"session ID, 1.2": ("1.2", ["-no_ticket"]), "ticket, 1.2": ("1.2", []), "PSK, 1.3": ("1.3", [])}
    for kind, (version, more) in kinds.items():
        for end in ("server", "client"):
            name = f"resumed by {kind}, the {end}'s first protected record altered"
            hit = protected(1)
            changes = (None, hit) if end == "server" else (hit, None)
            sender = "client" if end == "server" else "server"
            yield Row(name, RESUMED, s_server(*more, version=version), twice(name, *more, version=version), (sender, "bad_record_mac"),
                      [(None, None), changes], resumed=True, **told(sender == "server"))
        name = f"resumed by {kind}"
        yield Row(name, None, s_server(*more, version=version), twice(name, *more, version=version), resumed=True)


def told(hidden, capture=None):
    """Where the alert is protected nobody can read it in a capture; only before the end it is a failure."""
    return {"hidden": True, "capture": capture} if hidden else {}


def full():
    for version in ("1.2", "1.3"):
        for end in ("server", "client"):
            hit = protected(1)
            sender = "client" if end == "server" else "server"
            yield Row(f"full handshake, the {end}'s first protected record altered, {version}", FULL, s_server(version=version),
                      s_client(version=version), (sender, "bad_record_mac"), [(None, hit) if end == "server" else (hit, None)],
                      **told((version == "1.2") == (end == "server")))

    def turned(body):
        body[-1] ^= 1
        return body

    def other_random(body):
        body[5] ^= 1
        return body
    yield Row("ServerKeyExchange with another signature, 1.2", ALTERED, s_server(version="1.2"), s_client(version="1.2"),
              ("client", "decrypt_error"), [(None, edit(SERVER_KEY_EXCHANGE, turned))])
    yield Row("ClientHello with another random, 1.2", FULL, s_server(version="1.2"), s_client(version="1.2"),
              ("client", "decrypt_error"), [(edit(CLIENT_HELLO, other_random), None)])
    yield Row("ClientHello with another random, 1.3", FULL, s_server(version="1.3"), s_client(version="1.3"),
              "any", [(edit(CLIENT_HELLO, other_random), None)], capture="any")
    yield Row("CertificateVerify altered, 1.2", ALTERED, s_server("-Verify", "1", "-CAfile", pki.CA, version="1.2"),
              lambda port: s_client("-cert", pairs["user"][0], "-key", pairs["user"][1], version="1.2")(port),
              ("server", "decrypt_error"), [(edit(CERTIFICATE_VERIFY, turned), None)])


def middle():
    for version in ("1.2", "1.3"):
        for end in ("server", "client"):
            number = 7 if (version, end) == ("1.3", "server") else 2  # behind its flight and two tickets
            hit = protected(number)
            sender = "client" if end == "server" else "server"
            yield Row(f"the {end}'s data altered, {version}", MID, s_server(version=version), s_client(version=version),
                      (sender, "bad_record_mac"), [(None, hit) if end == "server" else (hit, None)], **told(True))


def refused_tickets():
    for version in ("1.2", "1.3"):
        name = f"ticket of another server, {version}"
        a, b = twice(name, version=version)
        yield Row(name, None, s_server(version=version), [a, "restart", b], notes=["ticket-not-accepted"], never=["unsafe-protocol"])
        name = f"ticket of this server, {version}"
        yield Row(name, None, s_server(version=version), twice(name, version=version), resumed=True, never=["ticket-not-accepted"])


def rows():
    for group in (resumed, full, middle, refused_tickets):
        yield from group()
