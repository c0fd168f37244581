"""What a terminal says beside failures: certificates that are let pass, plain text, both ends once."""
import re, subprocess, sys

import tt
from tt import get, of, ok

tt.root_or_skip("beside failures")
cert, key = tt.certificate()
alien, alien_key = tt.certificate("alien")
port, page, pages = tt.ports(3)
screen = open(f"{tt.T}/screen", "w+")
tracer = tt.Tracer("--max-overhead", 100, "--host", "127.0.0.1", terminal=screen)


def server(*more):
    return tt.serve(["openssl", "s_server", "-www", "-cert", cert, "-key", key, "-accept", port, *more], port)


def curl(url, *more):
    subprocess.run(["curl", "-s", "-o", "/dev/null", *more, url])  # it fails where that is the point


def closed(at, count):
    tt.wait_for(lambda: sum(get(e, "server.port") == at and e["event"]["action"] == "tls-connection"
                            for e in tracer.events()) >= count, f"{count} ends at {at} have closed")


secure = f"https://localhost:{port}/"
own = ("--cacert", cert, "--tls-max", "1.2")
s = server("-CAfile", cert, "-verify", "1")
curl(secure, *own)
closed(port, 2)
curl(secure, *own, "--cert", alien, "--key", alien_key)
closed(port, 4)
curl(secure.replace("localhost", "127.0.0.1"), *own)
closed(port, 6)
curl(secure, "-k", "--tls-max", "1.2")
closed(port, 8)
curl(secure, "-k")
closed(port, 10)
curl(secure.replace("https", "http"))
tt.kill(s)
web = tt.spawn([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", page],
               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
tt.wait_for(lambda: tt.listeners(page), "http.server listens")
curl(f"https://localhost:{page}/")
closed(page, 2)
tt.wait_for(lambda: len(of(tracer.events(), "tlstrace-stats")) >= 1, "statistics while it runs")
events = tracer.stop()
screen.seek(0)
text = screen.read()
mine = [b for b in re.split(r"\n(?=\d\d:\d\d:\d\d\.)", text) if f":{port} " in b or f":{page} " in b]
ok(sum("client certificate asked for, none sent" in b for b in mine) == 3, "who sent no certificate, told by one end", mine)
ok(sum("the server's certificate does not verify: self-signed certificate (18)" in b for b in mine) == 2,
   "a certificate that the client lets pass", mine)
bad = [e for e in of(events, "tls-connection", role="client") if get(e, "server.port") == port and get(e, "tls.client_certificate.sent")]
ok(len(bad) == 1 and not get(bad[0], "tls.verify_result"), "a client's own chain is no verdict on the server's", bad)
ok(sum("the client sent no data" in b for b in mine) in (1, 2), "a client that only looked", mine)
plain = [b for b in mine if "plaintext-to-tls-port" in b or "FAILED likewise" in b and f":{port} " in b]
ok(len(plain) == 2 and sum("FAILED likewise: the other end of" in b for b in plain) == 1, "plain text is told of once", plain)
ok(any("The server speaks HTTP on this port" in b for b in mine), "a page without a header is HTTP", mine)
ok(text.count(" gaps\n") == 1, "the sum is told once, at the end", text)
empty = [e for e in events if get(e, "tls.handshake") == {}]
ok(not empty, "no times, no object for them", empty)
late = [e for e in of(events, "tls-alert") for r in get(e, "tls.alert.after") if r["time_offset_ns"] > 0]
ok(of(events, "tls-alert") and not late, "what came after an alert did not lead to it", late)
sys.exit(tt.result)
