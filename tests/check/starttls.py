"""Each protocol with a server that goes on to TLS, and with servers that do not."""
import subprocess, sys

from tools import Check, PEERS, concludes, made, ok, tt
from tt import get, of

port = tt.port()
cert = made("good.test", "-addext", "subjectAltName=DNS:localhost")
PROTOCOLS = ("smtp", "imap", "pop3", "ftp", "xmpp", "ldap", "postgres", "mysql")
REFUSALS = {"smtp": "the server does not offer STARTTLS", "imap": 'the server says "a NO not now" to a STARTTLS',
            "pop3": 'the server says "-ERR not now" to STLS', "ftp": 'the server says "502 not implemented" to AUTH TLS',
            "xmpp": "the server does not offer STARTTLS in its stream's features",
            "ldap": "the server refuses StartTLS with LDAP result code 52",
            "postgres": "the server refuses TLS (N to SSLRequest)",
            "mysql": "the server does not offer TLS (no SSL capability in its greeting)"}


def run(protocol, mode, *more):
    log = open(f"{tt.T}/{protocol}-{mode}.log", "w")
    server = tt.serve([tt.PYTHON, "-B", PEERS + "starttls.py", port, protocol, mode, *cert], port, stderr=log)
    check = Check(f"localhost:{port}", "--ca", cert[0], "--starttls", protocol, "--reconnects", 1, *more)
    tt.kill(server)
    return check, open(log.name).read()


for protocol in PROTOCOLS:
    c, log = run(protocol, "good")
    ok(c.status == 0 and c.results() == {
        "TLS 1.3 full": "ok", "TLS 1.2 full": "ok", "TLS 1.1 full": "refused", "TLS 1.0 full": "refused",
        "TLS 1.2 by session ID": "1 of 1 resumed", "TLS 1.2 by ticket": "1 of 1 resumed",
        "TLS 1.3 by ticket (PSK)": "1 of 1 resumed", "TLS 1.3 full, without SNI": "ok"}, f"{protocol}: the table", c)
    concludes(c, protocol, never=("tls-to-plaintext-port", "ticket-not-accepted", "closed-without-close-notify"))
    shook = of(c.events, "tls-handshake")
    ok(len(shook) == 11 and all(get(e, "tls.established") for e in shook[:2]), f"{protocol}: each connection is told of",
       len(shook))
    ok(not log, f"{protocol}: as the protocol has it, and no data", log)

for protocol in PROTOCOLS:
    c, _ = run(protocol, "refuses")
    wanted = f"tlstrace: check: 127.0.0.1:{port}: STARTTLS of {protocol}: {REFUSALS[protocol]}\n"
    # PostgreSQL's N is told of as on any connection.
    found = [("error", "tls-to-plaintext-port")] if protocol == "postgres" else []
    ok(c.status == 1 and c.error == wanted and c.findings == found, f"{protocol}: a refusal", c)
    c, _ = run(protocol, "closes")
    ok(c.status == 1 and c.error.endswith("the server closed the connection\n") and c.error.count("\n") == 1, f"{protocol}: hangs up", c)
    c, _ = run(protocol, "silent", "--timeout", 0.3)
    ok(c.status == 1 and c.error.endswith("the server does not answer\n"), f"{protocol}: no answer", c)
    c, _ = run(protocol, "foul")
    text = c.text + c.error
    ok(c.status == 1 and c.error.count("\n") == 1 and not any(ord(ch) < 32 and ch != "\n" or 0x7f <= ord(ch) < 0xa0 or
       0xd800 <= ord(ch) < 0xe000 for ch in text), f"{protocol}: nothing of it reaches the terminal as it is", repr(text))
    c, _ = run(protocol, "long", "--timeout", 2)
    ok(c.status == 1 and c.error.count("\n") == 1 and len(c.error) < 400, f"{protocol}: an answer without an end", c)

# A server of another protocol.
server = tt.serve([tt.PYTHON, "-B", PEERS + "odd.py", port, "http"], port)
c = Check(f"localhost:{port}", "--starttls", "postgres")
ok(c.status == 1 and c.error.endswith("the server does not speak PostgreSQL\n"), "HTTP where PostgreSQL is asked for", c)
tt.kill(server)
server = tt.serve([tt.PYTHON, "-B", PEERS + "starttls.py", port, "pop3", "good", *cert], port)
c = Check(f"localhost:{port}", "--starttls", "smtp", "--timeout", 1)
ok(c.status == 1 and 'begins with "+OK POP3 ready"' in c.error, "POP3 where SMTP is asked for", c)
sys.exit(tt.result)
