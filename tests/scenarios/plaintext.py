"""Plain text to a TLS port, TLS to a port of plain text, PROXY headers: live, and from a capture of the same run."""
import json, os, socket, ssl, subprocess, sys, threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from capture import Capture
from tt import get, of, ok

tt.root_or_skip("plain text and TLS")
cert = tt.certificate("good.test")
HTTP = b"GET /secret-of-the-client HTTP/1.1\r\nHost: a\r\n\r\n"
PROXY1 = b"PROXY TCP4 127.0.0.1 127.0.0.1 4444 443\r\n"
PROXY2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01\x11\x5c\x01\xbb"


def s_server(port):
    return ["openssl", "s_server", "-www", "-accept", port, "-cert", cert[0], "-key", cert[1]]


def gnutls(port):
    return ["gnutls-serv", "-q", "--http", "-p", port, "--x509certfile", cert[0], "--x509keyfile", cert[1]]


def nginx(port, tls="ssl", more=""):
    name = f"{tt.T}/nginx{port}"
    open(name, "w").write(f"""daemon off; pid {name}.pid; error_log {name}.log; events {{}}
http {{ access_log off; server {{ listen 127.0.0.1:{port} {tls}; {more}
ssl_certificate {cert[0]}; ssl_certificate_key {cert[1]}; }} }}""")
    return ["nginx", "-e", name + ".log", "-c", name]


def plain_nginx(port):
    return nginx(port, "")


def proxied_nginx(port):
    return nginx(port, "ssl proxy_protocol")


def node(port):
    return ["node", "-e", f"""const fs = require('fs');
require('https').createServer({{cert: fs.readFileSync('{cert[0]}'), key: fs.readFileSync('{cert[1]}')}},
(q, r) => r.end('x')).listen({port}, '127.0.0.1')"""]


class Words:
    """A server that says `greeting` or answers the first bytes with `answer`, then waits for the end."""

    def __init__(self, port, greeting=b"", answer=b"", close=False):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.said, self.close = (greeting, answer), close
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        try:
            while True:
                threading.Thread(target=self.one, args=(self.listener.accept()[0],), daemon=True).start()
        except OSError:
            pass

    def one(self, s):
        try:
            s.sendall(self.said[0])
            more = s.recv(65536)
            s.sendall(self.said[1])
            while more and not self.close:
                more = s.recv(65536)
        except OSError:
            pass
        s.close()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def say(text, stay=True):
    """A client of plain text, which waits for the server's end unless told not to stay."""
    def client(port):
        with socket.create_connection(("127.0.0.1", port)) as s:
            s.settimeout(10)
            s.sendall(text)
            try:
                while stay and s.recv(65536):
                    pass
            except OSError:
                pass
    return client


def curl(port):
    subprocess.run(["curl", "-sk", "-m", "5", "-o", os.devnull, f"https://127.0.0.1:{port}/"], timeout=20)


def gnutls_cli(port):
    subprocess.run(["gnutls-cli", "--insecure", "-p", str(port), "127.0.0.1"], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20)


def tls_behind(text, until=None, request=b"GET / HTTP/1.0\r\n\r\n"):
    """TLS behind words in plain text, after the server has answered them if `until` says with what."""
    def client(port):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
                s.sendall(text)
                while until and until not in s.recv(4096):
                    pass
                with ssl._create_unverified_context().wrap_socket(s) as t:
                    t.sendall(request)
                    while t.recv(4096):
                        pass
        except OSError:
            pass
    return client


STARTTLS = """import asyncio, ssl, sys
c = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH); c.load_cert_chain(sys.argv[2], sys.argv[3])
async def one(r, w):
    w.write(b"220 mail.test ESMTP\\r\\n")
    await r.readline()
    w.write(b"220 go ahead\\r\\n")
    await w.drain()
    await w.start_tls(c)
    await r.readline()
    w.write(b"bye"); w.close()
async def main():
    await (await asyncio.start_server(one, "127.0.0.1", int(sys.argv[1]))).serve_forever()
asyncio.run(main())
"""


def starttls(port):
    return ["python3", "-c", STARTTLS, port, *cert]


def found(events):
    return sorted((get(f, "tls.finding.code"), get(f, "tls.finding.confidence")) for f in of(events, "tls-finding")
                  if get(f, "tls.finding.severity") == "error")


def reads(file):
    out = subprocess.run([f"{tt.B}/tlstrace", "read", "--json", file], text=True, stdout=subprocess.PIPE,
                         timeout=60).stdout
    return [json.loads(line) for line in out.splitlines()]


def play(what, server, clients, live, read, *options, words=()):
    """Findings live, at both ends together, and of a capture of the same run; `words` are in one of them."""
    port = tt.port()
    running = server(port) if isinstance(server, type) else None
    process = None if running else server(port)
    if isinstance(process, Words):
        running, process = process, None
    if process:
        process = tt.serve(process, port)
    capture, tracer = Capture(port), tt.Tracer("--port", port, "--max-overhead", 100, *options)
    for client in clients:
        client(port)
    events = tracer.stop()
    capture.mark(b"the-run-ends")
    capture.process.terminate()
    capture.process.wait()
    running.stop() if running else tt.kill(process)
    ok(found(events) == live, f"{what}: live: {live or 'no finding'}", f"{found(events)}\n{events}")
    captured = reads(capture.file)
    ok(found(captured) == read, f"{what}: from a capture: {read or 'no finding'}", f"{found(captured)}\n{captured}")
    said = "\n".join(str(get(f, "tls.finding")) for f in of(events, "tls-finding"))
    for word in words:
        ok(word in said, f"{what}: it says \"{word}\"", said)
    ok("secret-of-the-client" not in json.dumps(events + captured), f"{what}: the bytes themselves are not told")
    return events


PLAIN, TLS, HEADER = "plaintext-to-tls-port", "tls-to-plaintext-port", "proxy-header-unexpected"
one = lambda code, sure="certain": [(code, sure)]
both = lambda code, sure="certain": [(code, sure)] * 2

# What tells: the server's library, its text, its alert, or that it speaks TLS with others.
play("HTTP to s_server", s_server, [say(HTTP)], both(PLAIN, "likely"), [], words=["http request (156)", "HTTP"])
play("CONNECT to s_server", s_server, [say(b"CONNECT a:443 HTTP/1.1\r\n\r\n")], both(PLAIN, "likely"), [],
     words=["https proxy request (155)"])
play("SMTP to s_server", s_server, [say(b"EHLO a.test\r\n")], both(PLAIN, "likely"), [],
     words=["wrong version number (267)", "SMTP"])
play("SSH to s_server without -www", lambda p: [a for a in s_server(p) if a != "-www"] + ["-quiet"],
     [say(b"SSH-2.0-OpenSSH_9.2p1\r\n")], both(PLAIN), [], words=["ssl3_record.c", "SSH"])
play("HTTP to gnutls-serv", gnutls, [say(HTTP)], both(PLAIN), one(PLAIN), words=["unexpected_message (10)"])
events = play("HTTP to nginx", nginx, [say(HTTP)], both(PLAIN), one(PLAIN), words=["this port is for TLS"])
ok({(get(f, "tlstrace.role"), get(f, "process.name")) for f in of(events, "tls-finding")} ==
   {("server", "nginx"), ("client", os.path.basename(sys.executable))}, "HTTP to nginx: each end's process")
play("HTTP to s_server, the wire alone", s_server, [curl, say(HTTP)], both(PLAIN, "likely"), one(PLAIN, "likely"),
     "--wire-only", words=["speaks TLS with others", "without an answer"])
play("bytes of no known protocol to s_server, the wire alone", s_server, [curl, say(bytes(range(1, 60)))],
     both(PLAIN, "likely"), one(PLAIN, "likely"), "--wire-only", words=["an unknown protocol"])
play("HTTP to Node, which carries the bytes itself", node, [curl, say(HTTP)], both(PLAIN, "likely"), one(PLAIN, "likely"),
     words=["http request (156)"])
# Near misses: the server did not end it, nobody spoke TLS there, or it speaks HTTP.
play("HTTP whose client leaves first", lambda p: Words(p), [say(HTTP, stay=False)], [], [])
play("HTTP to a server that just closes", lambda p: Words(p, close=True), [say(HTTP)], [], [])
play("a bad request to a port of HTTP", plain_nginx, [say(b"GET / HTTP/1.1\r\n\r\n")], [], [])
play("HTTP to a port of HTTP", plain_nginx, [say(b"GET / HTTP/1.0\r\n\r\n")] * 3, [], [])
play("STARTTLS", starttls, [tls_behind(b"STARTTLS\r\n", b"go ahead", b"hello\r\n")], [], [])

play("curl to a port of HTTP", plain_nginx, [curl], both(TLS), one(TLS), words=["speaks HTTP on this port"])
play("gnutls-cli to a port of HTTP", plain_nginx, [gnutls_cli], both(TLS), one(TLS), words=["speaks HTTP"])
for name, greeting in (("SSH", b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), ("SMTP", b"220 mail.test ESMTP Postfix\r\n"),
                       ("IMAP", b"* OK [CAPABILITY IMAP4rev1] ready.\r\n"), ("POP3", b"+OK ready\r\n"),
                       ("FTP", b"220 (vsFTPd 3.0.3)\r\n"),
                       ("MySQL", b"\x4a\0\0\0\x0a8.0.36\0" + b"\x08\0\0\0" * 16)):
    play(f"TLS to a port of {name}", lambda p: Words(p, greeting=greeting), [curl], both(TLS), one(TLS),
         words=[f"speaks {name} on this port"])
play("the client only closes", lambda p: Words(p, answer=b"220 mail.test ESMTP\r\n"),
     [lambda p: subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{p}"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20)],
     both(TLS), one(TLS), "--wire-only")
play("PostgreSQL's N", lambda p: Words(p, answer=b"N"),
     [lambda p: subprocess.run(["openssl", "s_client", "-starttls", "postgres", "-connect", f"127.0.0.1:{p}"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               timeout=20)], both(TLS), one(TLS), words=["PostgreSQL"])
# Near misses: a server that closes without a word, one that sends an alert.
CLOSED = "peer-closed-during-handshake"
play("a server that closes on the ClientHello", lambda p: Words(p, close=True), [curl], both(CLOSED), one(CLOSED))
play("a server that answers in TLS", lambda p: Words(p, answer=b"\x15\3\1\0\2\2\x28"), [curl],
     both("no-shared-cipher", "possible"), one("no-shared-cipher", "possible"))

for version, header in ((1, PROXY1), (2, PROXY2)):
    play(f"PROXY {version} to s_server", s_server, [tls_behind(header)], both(HEADER, "likely"), one(HEADER, "likely"))
    play(f"PROXY {version} to nginx", nginx, [tls_behind(header)], both(HEADER, "likely"), one(HEADER, "likely"))
    play(f"PROXY {version} to nginx that expects it", proxied_nginx, [tls_behind(header)], [], [])
play("TLS to nginx that expects a header", proxied_nginx, [tls_behind(PROXY1), curl], both(HEADER, "likely"),
     one(HEADER, "likely"), words=["all (1) came behind a PROXY"])
sys.exit(tt.result)
