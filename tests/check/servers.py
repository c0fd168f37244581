"""Servers that are well in most ways: the right table, and what must not be said of them."""
import re, sys

from tools import Check, concludes, made, ok, peer, s_server, table, tt
from tt import get, of

NEVER = ("ticket-not-accepted", "resumed-session-keys-differ", "certificate-untrusted", "version-mismatch",
         "no-shared-cipher", "closed-without-close-notify", "handshake-stalled", "unsafe-protocol")
GOOD = {"TLS 1.3 full": "ok", "TLS 1.2 full": "ok", "TLS 1.1 full": "refused", "TLS 1.0 full": "refused",
        "TLS 1.2 by session ID": "6 of 6 resumed", "TLS 1.2 by ticket": "6 of 6 resumed",
        "TLS 1.3 by ticket (PSK)": "6 of 6 resumed", "TLS 1.3 full, without SNI": "ok"}
cert = made("good.test", "-addext", "subjectAltName=DNS:good.test,DNS:localhost,IP:127.0.0.1,IP:::1")
port, first, second = tt.port(), tt.port(), tt.port()


def nginx(*lines):
    conf = f"{tt.T}/nginx.conf"
    open(conf, "w").write(
        f"daemon off; pid {tt.T}/nginx.pid; error_log {tt.T}/nginx.log; worker_processes 2;\n"
        f"events {{}} http {{ access_log off; server {{ listen 127.0.0.1:{port} ssl; listen [::1]:{port} ssl;\n"
        f"ssl_certificate {cert[0]}; ssl_certificate_key {cert[1]}; ssl_session_cache shared:a:1m;\n"
        f"{' '.join(lines)} location / {{ return 200 hello; }} }} }}\n")
    return tt.serve(["nginx", "-e", f"{tt.T}/nginx.log", "-p", tt.T, "-c", conf], port)


server = nginx("ssl_protocols TLSv1.2 TLSv1.3;")
c = Check(f"localhost:{port}", "--ca", cert[0])
table(c, "healthy nginx", GOOD)
concludes(c, "healthy nginx", never=NEVER)
ok(c.status == 0 and not c.error, "healthy nginx: exit status 0, nothing on standard error", c)
ok(not c.findings, "no finding at all: the versions that it refuses are better refused", c)
ok(c.rows["TLS 1.1 full"]["alert"] == "got protocol_version" and
   "at security level 0" in c.rows["TLS 1.1 full"]["reason"], "the alert, and that the level was lowered", c)
ok(c.rows["TLS 1.3 full"]["reason"].startswith("TLS_AES_") and
   re.fullmatch(r"\d+\.\d ms", c.rows["TLS 1.3 full"]["time"]), "the cipher suite and the time", c)
ok("0 errors, 0 warnings" in c.text, "the last line counts", c)
ok(re.search(r"^certificate: CN=good.test, issued by CN=good.test; RSA, 2048 bits; valid from .* UTC to .* UTC; "
             r"for good.test, localhost, 127.0.0.1, ::1$", c.text, re.M), "the certificate", c)

# The same events as of a capture or a live host.
shook = of(c.events, "tls-handshake")
ok(len(shook) == 26 and [e["event"]["sequence"] for e in c.events] == list(range(1, len(c.events) + 1)),
   "each connection is told of, in order", len(shook))
ok([get(e, "tls.version") for e in shook[:2]] == ["1.3", "1.2"] and
   all(get(e, "tls.established") for e in shook[:2]), "versions", shook[:2])
ok([(get(e, "tls.resumed"), get(e, "tls.resumption.method")) for e in shook[4:]] ==
   [(False, None)] + [(True, "session_id")] * 6 + [(False, None)] + [(True, "ticket")] * 6 + [(False, None)] +
   [(True, "psk")] * 6 + [(False, None)], "resumptions", [get(e, "tls.resumption") for e in shook[4:]])
ok(all(get(e, "tls.server.subject") == "CN=good.test" for e in (shook[0], shook[1])),
   "the certificate, in TLS 1.3 too", shook[0])
ok(get(shook[-1], "tls.client.server_name") is None and get(shook[0], "tls.client.server_name") == "localhost",
   "the last one has no SNI")
ok(all(get(e, "tlstrace.source") == "live" and get(e, "tlstrace.role") == "client" and
       get(e, "process.name") == "tlstrace" and get(e, "tlstrace.attribution") == "connect" for e in shook),
   "source, role, process", shook[0])
ends = of(c.events, "tls-connection")
ok(all(get(e, "tls.close") == "close_notify" and get(e, "tls.close_by") == "client" for e in ends
       if get(e, "tls.established")), "each is closed in order", ends[0])
sent = [get(e, "tls.records.client.application_data.count") for e in ends if get(e, "tls.version") == "1.2"]
ok(sent and not any(sent), "no application data is sent", sent)
tried = [get(e, "tlstrace.check.tried") for e in c.events[:-1]]
ok(list(dict.fromkeys(tried)) == list(c.rows), "each event says what its connection was for", tried)
stats = c.events[-1]["tlstrace"]["stats"]
ok(stats["events"] == stats["emitted"] == len(c.events) and stats["connections"]["total"] == 26,
   "the statistics agree", stats)

# IPv6, a name for an address, and what is not tried without a name.
c = Check(f"[::1]:{port}", "--ca", cert[0], "--reconnects", 1)
table(c, "an IPv6 address", {**GOOD, "TLS 1.3 full, without SNI": "not tried", "TLS 1.2 by session ID": "1 of 1 resumed",
                             "TLS 1.2 by ticket": "1 of 1 resumed", "TLS 1.3 by ticket (PSK)": "1 of 1 resumed"})
ok(all(get(e, "network.type") == "ipv6" for e in of(c.events, "tls-handshake")), "and its events")
c = Check(f"127.0.0.1:{port}", "--ca", cert[0], "--servername", "good.test", "--reconnects", 1)
ok(c.rows["TLS 1.3 full, without SNI"]["result"] == "ok" and not c.codes("error"), "--servername with an address", c)
tt.kill(server, 15)

# One that asks for a client certificate and does without.
server = nginx("ssl_protocols TLSv1.2 TLSv1.3; ssl_verify_client optional_no_ca;")
c = Check(f"localhost:{port}", "--ca", cert[0], "--reconnects", 1)
ok(all(c.rows[r]["reason"].endswith(", without the client certificate that is asked for")
       for r in ("TLS 1.3 full", "TLS 1.2 full")), "a client certificate is asked for", c)
c = Check(f"localhost:{port}", "--ca", cert[0], "--reconnects", 1, "--cert", cert[0], "--key", cert[1])
ok("asked for" not in c.text, "and sent", c)
tt.kill(server, 15)

# No session cache and no tickets: nothing to resume is no fault. (nginx still gives tickets of TLS 1.3.)
server = nginx("ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets off; ssl_session_cache off;")
c = Check(f"localhost:{port}", "--ca", cert[0], "--reconnects", 2)
ok([c.rows[r]["result"] for r in ("TLS 1.2 by session ID", "TLS 1.2 by ticket", "TLS 1.3 by ticket (PSK)")] ==
   ["not offered", "not offered", "0 of 2 resumed"], "a server that resumes nothing", c)
concludes(c, "a server that resumes nothing", never=("resumed-session-keys-differ", "closed-without-close-notify"))
ok("0 of 2 were taken." in str(of(c.events, "tls-finding")), "and does not take its own tickets", c)
tt.kill(server, 15)

# Another certificate for those who send no name, and none at all for them.
other = made("other.test")
server = s_server(port, other, "-cert2", cert[0], "-key2", cert[1], "-servername", "good.test")
c = Check(f"localhost:{port}", "--ca", cert[0], "--servername", "good.test", "--reconnects", 1)
ok(c.rows["TLS 1.3 full, without SNI"] | {"time": ""} ==
   {"result": "ok", "time": "", "alert": "-", "reason": "not the same certificate as with the name"},
   "another certificate without the name", c)
concludes(c, "another certificate without the name", never=("certificate-name-mismatch", "certificate-untrusted"))
tt.kill(server)

# One that gives no new ticket to who resumes: more full handshakes give more.
server = tt.serve(["node", f"{tt.HERE}/peers/node.js", "server", port, *cert, "default"], port)
c = Check(f"localhost:{port}", "--ca", cert[0])
ok(c.rows["TLS 1.3 by ticket (PSK)"]["result"] == "6 of 6 resumed", "tickets are got anew", c)
tt.kill(server)

# Two servers with keys of their own behind one address.
servers = [s_server(first, cert), s_server(second, cert), peer("balancer.py", port, first, second)]
c = Check(f"localhost:{port}", "--ca", cert[0])
table(c, "two workers that do not share sessions",
      {**GOOD, "TLS 1.2 by session ID": "3 of 6 resumed", "TLS 1.2 by ticket": "3 of 6 resumed",
       "TLS 1.3 by ticket (PSK)": "2 of 6 resumed"})
concludes(c, "two workers", never=("resumed-session-keys-differ", "certificate-untrusted", "handshake-stalled"))
told = [e for e in of(c.events, "tls-finding") if get(e, "tls.finding.code") == "ticket-not-accepted"]
evidence = " ".join(told[-1]["tls"]["finding"]["evidence"])
ok(re.search(r"offered \d+ of the kind to this server, and [1-9]\d* of \d+ were taken: most likely several servers",
             evidence), "ticket-not-accepted: n of m", evidence)
kinds = {re.search(r"offered a (.*) and the", get(e, "tls.finding.title"))[1] for e in told}
ok(kinds == {"session ID", "session ticket", "pre-shared key or TLS 1.3 ticket"}, "of each kind of session", kinds)
ok("full handshake" in c.rows["TLS 1.2 by ticket"]["reason"], "and why, in the table", c)
for s in servers[:2]:
    tt.kill(s)
# Behind the same balancer, one of them twice.
servers = [s_server(first, cert), peer("balancer.py", second, first)]
c = Check(f"localhost:{port}", "--ca", cert[0])
ok(c.rows["TLS 1.2 by ticket"]["result"] == c.rows["TLS 1.3 by ticket (PSK)"]["result"] == "6 of 6 resumed",
   "two ways to one server: every ticket is taken", c)
concludes(c, "two ways to one server", never=("ticket-not-accepted",))
sys.exit(tt.result)
