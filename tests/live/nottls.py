"""What is no TLS is never called so, and is counted once."""
import os, sys

import tt
from plain import plain_server, say
from tt import get, of, ok

tt.root_or_skip("other protocols")
good = tt.certificate()


def not_tls(hooks, port):
    words = {"random bytes": os.urandom(300).replace(b"\x16", b"\x17").replace(b"\x80", b"\0"),
             "SSH": b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "HTTP": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"}
    for what, text in words.items():
        tracer = tt.Tracer("--hooks", hooks, "--port", port)
        thread = plain_server(port, text * 20)
        say(port, text)
        thread.join()
        events = tracer.stop()
        count = get(events[-1], "tlstrace.stats.connections.not_tls")
        events = [e for e in events if e["event"]["action"] != "tlstrace-coverage"]  # of what others do
        ok(count == 2 and len(events) == 1, f"{hooks}: {what}: never TLS, counted once at each end",
           f"{count} counted; {events[:-1]}")
    tracer = tt.Tracer("--hooks", hooks, "--port", port)
    server = tt.serve(["openssl", "s_server", "-www", "-cert", good[0], "-key", good[1],
                       "-accept", port], port)
    say(port, words["HTTP"])
    tt.kill(server)
    events = tracer.stop()
    ok(not of(events, "tls-handshake"), f"{hooks}: HTTP at a TLS port is no handshake", events)


for hooks in ("copy", "cgroup"):
    not_tls(hooks, tt.port())
sys.exit(tt.result)
