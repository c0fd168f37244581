"""Servers that fail: the right line of the table, the right finding, and none of the others."""
import os, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))
from altering import proxy
from tools import Check, concludes, made, ok, peer, s_server, table, tt
from tt import get, of

port = tt.port()
names = "subjectAltName=DNS:good.test,DNS:localhost,IP:127.0.0.1"
cert = made("good.test", "-addext", names)
old = tt.certificate("old.test", -1)
client_cert = made("client.test")
CERTIFICATES = {"certificate-expired", "certificate-untrusted", "certificate-name-mismatch", "certificate-rejected"}
RESUMED = {"TLS 1.2 by session ID": "1 of 1 resumed", "TLS 1.2 by ticket": "1 of 1 resumed",
           "TLS 1.3 by ticket (PSK)": "1 of 1 resumed"}
TWO_OLD = {"TLS 1.1 full": "refused", "TLS 1.0 full": "refused"}
CLOSED = {"tls-to-plaintext-port", "peer-closed-during-handshake", "peer-reset-during-handshake",
          "handshake-stalled", "handshake-failed-unexplained"}


def check(*args, to=f"localhost:{port}", **more):
    return Check(to, "--reconnects", 1, *args, **more)


def row(c, tried, result, alert="-", reason=""):
    got = c.rows.get(tried, {})
    ok((got.get("result"), got.get("alert")) == (result, alert) and reason in got.get("reason", ""),
       f"{tried}: {result}, {alert}, {reason or '-'}", c)


# TLS 1.2 and nothing else.
server = s_server(port, cert, "-tls1_2")
c = check("--ca", cert[0])
table(c, "TLS 1.2 alone", {"TLS 1.3 full": "refused", "TLS 1.2 full": "ok", **TWO_OLD, **RESUMED,
                           "TLS 1.3 by ticket (PSK)": "not tried", "TLS 1.2 full, without SNI": "ok"})
row(c, "TLS 1.3 full", "refused", "got protocol_version", "tlsv1 alert protocol version")
concludes(c, "TLS 1.2 alone", never=CERTIFICATES | CLOSED | {"no-shared-cipher", "ticket-not-accepted"})
ok(c.findings == [("info", "version-mismatch")], "TLS 1.2 alone: version-mismatch is a note", c)
c = check("--fail-on", "info", "--ca", cert[0])
ok(c.status == 4, "--fail-on info, and a note: 4", c)
tt.kill(server)

# One that does not say so in as many words, and one that something in between hides.
server = tt.serve(["gnutls-serv", "-p", port, "--http", "-q", "-a", f"--x509certfile={cert[0]}",
                   f"--x509keyfile={cert[1]}", "--priority=NORMAL:-VERS-TLS1.3"], port)
c = check("--ca", cert[0])
row(c, "TLS 1.3 full", "refused", "got handshake_failure")
row(c, "TLS 1.3 or 1.2 full", "ok", reason="TLS_ECDHE_RSA_WITH")
ok(not c.codes("error") and c.codes("warning") == {"unsafe-protocol"}, "GnuTLS without TLS 1.3: no error", c)
tt.kill(server)
back = tt.port()
server = s_server(back, cert)
relay = peer("balancer.py", port, back, env={**os.environ, "INTOLERANT": "1"})
c = check("--ca", cert[0])
row(c, "TLS 1.3 full", "failed", reason="the server closed the connection")
row(c, "TLS 1.2 full", "ok")
row(c, "TLS 1.3 or 1.2 full", "failed", reason="the server closed the connection")
concludes(c, "TLS 1.3 is not let through", "peer-closed-during-handshake", never={"version-mismatch", "handshake-stalled"})
tt.kill(relay)
tt.kill(server)

# TLS 1.1 and below: an ordinary client is refused.
server = s_server(port, cert, "-max_protocol", "TLSv1.1", "-min_protocol", "TLSv1", "-cipher", "ALL:@SECLEVEL=0")
c = check("--ca", cert[0])
table(c, "TLS 1.1 and below", {"TLS 1.3 full": "failed", "TLS 1.2 full": "failed", "TLS 1.1 full": "ok",
                               "TLS 1.0 full": "ok", "TLS 1.1 by session ID": "1 of 1 resumed",
                               "TLS 1.1 by ticket": "1 of 1 resumed", "TLS 1.3 by ticket (PSK)": "not tried",
                               "TLS 1.1 full, without SNI": "ok"})
concludes(c, "TLS 1.1 and below", "version-mismatch", "unsafe-protocol", never=CERTIFICATES | CLOSED)
row(c, "TLS 1.0 full", "ok", reason="at security level 0")
# What the local library cannot offer is said and not tried.
c = check("--ca", cert[0], "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256")
row(c, "TLS 1.0 full", "not tried", reason="no cipher suite of --ciphers is one of this version")
tt.kill(server)

# A client certificate is required.
server = s_server(port, cert, "-Verify", "1", "-CAfile", client_cert[0], "-verify_return_error")
c = check("--ca", cert[0])
row(c, "TLS 1.3 full", "failed", "got certificate_required", "certificate required")
row(c, "TLS 1.2 full", "failed", "got handshake_failure")
concludes(c, "without a client certificate", "client-certificate-required",
          never=CERTIFICATES | CLOSED | {"no-shared-cipher", "client-certificate-rejected"})
c = check("--ca", cert[0], "--cert", client_cert[0], "--key", client_cert[1])
table(c, "with a client certificate", {"TLS 1.3 full": "ok", "TLS 1.2 full": "ok", **TWO_OLD, **RESUMED,
                                       "TLS 1.3 full, without SNI": "ok"})
concludes(c, "with a client certificate", never={"client-certificate-required", "client-certificate-rejected"})
c = check("--ca", cert[0], "--cert", cert[0], "--key", cert[1])
concludes(c, "with one that the server does not know", "client-certificate-rejected",
          never={"client-certificate-required"})
tt.kill(server)

# Certificates.
server = s_server(port, old)
c = check("--ca", old[0], "--servername", "old.test")
table(c, "an expired certificate", {"TLS 1.3 full": "failed", "TLS 1.2 full": "failed", **TWO_OLD, **RESUMED,
                                    "TLS 1.3 full, without SNI": "ok"})
row(c, "TLS 1.3 full", "failed", "sent certificate_expired", "certificate verify failed: certificate has expired")
concludes(c, "an expired certificate", "certificate-expired",
          never=CERTIFICATES - {"certificate-expired"} | CLOSED | {"ticket-not-accepted"})
said = [get(e, "tls.finding") for e in of(c.events, "tls-finding") if get(e, "tls.finding.code") == "certificate-expired"]
ok(len(said) == 2 and all("It is valid from" in " ".join(f["evidence"]) for f in said),
   "an expired certificate: its dates, under TLS 1.3 too", said)
tt.kill(server)
server = s_server(port, cert)
c = check("--ca", cert[0], "--servername", "wrong.test")
row(c, "TLS 1.2 full", "failed", "sent bad_certificate", "hostname mismatch")
concludes(c, "a wrong name", "certificate-name-mismatch", never=CERTIFICATES - {"certificate-name-mismatch"} | CLOSED)
ok(("warning", "certificate-name-mismatch") not in c.findings, "and it is said once", c.findings)
c = check("--servername", "wrong.test")
row(c, "TLS 1.3 full", "failed", "sent unknown_ca", "self-signed certificate; hostname mismatch")
c = check("--ca", cert[0], "--servername", "good.test")
concludes(c, "the right name", never=CERTIFICATES | CLOSED)
c = check("--ca", client_cert[0])
row(c, "TLS 1.3 full", "failed", "sent unknown_ca", "self-signed certificate")
row(c, "TLS 1.3 full, without SNI", "ok", reason="the same certificate as with the name")
concludes(c, "an issuer that is not trusted", "certificate-untrusted",
          never=CERTIFICATES - {"certificate-untrusted"} | CLOSED)
c = check("--fail-on", "error")
ok(c.status == 4, "--fail-on error: 4", c)
c = check("--fail-on", "warning", "--ca", cert[0])
ok(c.status == 0, "--fail-on warning, and all is well: 0", c)
c = check("--fail-on", "info", "--ca", cert[0])
ok(c.status == 0, "--fail-on info, and all is well: 0", c)

# Offers.
c = check("--ca", cert[0], "--groups", "P-256", "--ciphers", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256")
row(c, "TLS 1.3 full", "ok", reason="TLS_CHACHA20_POLY1305_SHA256")
row(c, "TLS 1.2 full", "ok", reason="TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
hello = of(c.events, "tls-handshake")[0]
ok(get(hello, "tls.client.supported_groups") == ["secp256r1"] and get(hello, "tls.curve") == "secp256r1", "--groups", hello)
tt.kill(server)
server = s_server(port, cert, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256")
c = check("--ca", cert[0], "--ciphers", "AES256-GCM-SHA384")
row(c, "TLS 1.2 full", "failed", "got handshake_failure")
concludes(c, "no cipher suite in common", "no-shared-cipher",
          never=CERTIFICATES | CLOSED | {"no-shared-group", "client-certificate-required"})
c = check("--ca", cert[0], "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256")
concludes(c, "one in common", never={"no-shared-cipher"})
tt.kill(server)
server = s_server(port, cert, "-groups", "P-384")
c = check("--ca", cert[0], "--groups", "X25519")
row(c, "TLS 1.3 full", "failed", "got handshake_failure")
tt.kill(server)

# Sessions that cannot be resumed, while full handshakes work.
server = s_server(back, cert)
first = lambda protected, kind: protected == 1
relay = proxy(port, back, [(None, None)] * 5 + [(None, first)] + [(None, None)] * 2 + [(None, first)] * 2 +
              [(None, None)] * 4)
c = Check(f"127.0.0.1:{port}", "--servername", "good.test", "--ca", cert[0], "--reconnects", 2)
relay.join(20)
ok(not relay.is_alive(), "every connection came to its end")
row(c, "TLS 1.2 by session ID", "0 of 2, 1 failed", "sent bad_record_mac", "decryption failed or bad record mac")
row(c, "TLS 1.2 by ticket", "0 of 2, 2 failed", "sent bad_record_mac", "decryption failed or bad record mac")
row(c, "TLS 1.3 by ticket (PSK)", "2 of 2 resumed")
concludes(c, "sessions that cannot be resumed", "resumed-session-keys-differ",
          never=CERTIFICATES | {"full-handshake-keys-differ", "record-corrupted-mid-stream"})
said = [get(e, "tls.finding") for e in of(c.events, "tls-finding")
        if get(e, "tls.finding.code") == "resumed-session-keys-differ"][-1]
ok(any("Full handshakes of this client with this server before: " in s for s in said["evidence"]) and
   any("full handshakes of the same two ends work" in s for s in said["ruled_out"]),
   "and it is said that full ones work", said)
tt.kill(server)

# A server that serves no one without a name.
server = s_server(port, cert, "-tls1_3")
open(f"{tt.T}/sni.conf", "w").write(f"""daemon off; pid {tt.T}/sni.pid; error_log {tt.T}/sni.log;
events {{}} http {{ access_log off; server {{ listen 127.0.0.1:{port} ssl default_server; ssl_reject_handshake on; }}
server {{ listen 127.0.0.1:{port} ssl; server_name good.test; ssl_certificate {cert[0]}; ssl_certificate_key {cert[1]}; }} }}""")
tt.kill(server)
server = tt.serve(["nginx", "-e", f"{tt.T}/sni.log", "-p", tt.T, "-c", f"{tt.T}/sni.conf"], port)
c = check("--ca", cert[0], "--servername", "good.test")
row(c, f"{max(r[:7] for r in c.rows if c.rows[r]['result'] == 'ok')} full, without SNI", "refused", "got unrecognized_name")
concludes(c, "a server that wants a name", never={"certificate-untrusted"})
ok("server-name-missing" in c.codes("info"), "server-name-missing is a note", c)
c = check("--ca", cert[0], "--servername", "nobody.test")
concludes(c, "a name that is not served", "server-name-rejected", never={"server-name-missing"})
tt.kill(server, 15)

# Late, but within the limit.
server = s_server(back, cert, "-tls1_3")
relay = peer("balancer.py", port, back, env={**os.environ, "DELAY_S": "0.7"})
c = check("--ca", cert[0], "--timeout", 1.2)
row(c, "TLS 1.3 full", "ok")
row(c, "TLS 1.3 by ticket (PSK)", "1 of 1 resumed")
concludes(c, "late, but within the limit", never=CLOSED)
tt.kill(relay)
tt.kill(server)

# What is no TLS, or none to the end.
KINDS = {"http": ("tls-to-plaintext-port", "wrong version number"),
         "smtp": ("tls-to-plaintext-port", "wrong version number"),
         "closed": ("peer-closed-during-handshake", "the server closed the connection"),
         "reset": ("peer-reset-during-handshake", "the server reset the connection"),
         "silent": ("handshake-stalled", "no answer within the time limit"),
         "half": ("handshake-stalled", "no answer within the time limit"),
         "endless": ("malformed-message", "too many warn alerts")}
for kind, (code, reason) in KINDS.items():
    server = peer("odd.py", port, kind)
    begin = time.monotonic()
    c = check("--ca", cert[0], "--timeout", 0.5 if code == "handshake-stalled" else 4)
    took = time.monotonic() - begin
    row(c, "TLS 1.3 full", "failed", "sent unexpected_message" if kind == "endless" else "-", reason)
    concludes(c, kind, code, never=CERTIFICATES | CLOSED - {code} | {"version-mismatch"})
    ok(c.status == 0 and took < 5, f"{kind}: within its time", f"{took} s, status {c.status}")
    ok("TLS 1.2 by ticket" not in c.rows, f"{kind}: nothing more is tried than makes sense", c)
    tt.kill(server)
sys.exit(tt.result)
