"""Signature algorithms that do not fit the server's key, told by the wire alone: live, and from a capture of the same run."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from both import found, null_run, said, watch
from tt import ok

tt.root_or_skip("signature algorithms")
cert = tt.certificate("good.test")
CODE, CIPHER = "no-shared-signature-algorithm", "no-shared-cipher"


def case(what, clients, live, read, words=()):
    port = tt.port()
    server = tt.serve(["openssl", "s_server", "-www", "-tls1_2", "-accept", port, "-cert", cert[0], "-key", cert[1]], port)
    events, captured = watch(lambda: [null_run(["gnutls-cli", "--insecure", "-p", port, "--priority", f"NORMAL:-VERS-ALL:+VERS-TLS1.2{c}",
                                                "127.0.0.1"]) for c in clients], port, options=["--wire-only"])
    tt.kill(server)
    ok(found(events) == live, f"{what}: live: {live or 'no finding'}", f"{found(events)}\n{said(events)}")
    ok(found(captured) == read, f"{what}: from a capture: {read or 'no finding'}", f"{found(captured)}\n{said(captured)}")
    for word in words:
        ok(word in said(events), f"{what}: it says \"{word}\"", said(events))


# GnuTLS leaves the cipher suites in the offer that its signature algorithms rule out; OpenSSL does not.
ECDSA = ":-SIGN-ALL:+SIGN-ECDSA-SHA256"
case("ECDSA alone after a handshake with the RSA key", ["", ECDSA], [(CODE, "likely")] * 2, [(CODE, "likely")],
     ["key of type RSA", "ecdsa_secp256r1_sha256"])
case("ECDSA alone, the server's key not seen before", [ECDSA], [(CIPHER, "possible")] * 2, [(CIPHER, "possible")])
case("RSA-PSS alone", ["", ":-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA256"], [], [])
case("another cipher suite besides", ["", ECDSA + ":-KX-ALL:+ECDHE-ECDSA"], [(CIPHER, "possible")] * 2, [(CIPHER, "possible")])
sys.exit(tt.result)
