"""bad_record_mac: of a resumed session, of a full handshake; and what only looks like it."""
import os, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from altering import proxy
from tt import get, of, ok

tt.root_or_skip("keys that differ")
cert, front, back = tt.certificate(), tt.port(), tt.port()


def finished(protected, kind):
    return protected == 1 and kind == 22


def connect(name, *more):
    subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{front}", "-tls1_2", "-no_ticket",
                    "-servername", name, *more], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=20)


tracer = tt.Tracer("--port", front)
server = tt.serve(["openssl", "s_server", "-www", "-no_ticket", "-cert", cert[0], "-key", cert[1],
                   "-accept", back], back)
thread = proxy(front, back, [(None, None), (None, None), (None, finished), (None, None),
                             (finished, None)])
session = f"{tt.T}/session.pem"
connect("one.test", "-sess_out", session)   # a full handshake
connect("one.test", "-sess_in", session)    # a resumption
connect("one.test", "-sess_in", session)    # one whose server's Finished is altered
connect("one.test", "-sess_in", session)    # the server forgot it (RFC 5246 7.2.2): a full one
connect("full.test")                        # a full handshake whose client's Finished is altered
thread.join(20)
ok(not thread.is_alive(), "every connection came to its end")
events = tracer.stop()
by_client = [e for e in events if get(e, "tlstrace.role") == "client"]
found = [(get(f, "server.address"), get(f, "tls.finding.code")) for f in of(by_client, "tls-finding")]
ok(found == [("one.test", "resumed-session-keys-differ"),
             ("full.test", "full-handshake-keys-differ")], "the client's end: each its own finding, no other", found)
by_server = [e for e in events if get(e, "tlstrace.role") == "server"]
ok([(get(f, "server.address"), get(f, "tls.finding.code")) for f in of(by_server, "tls-finding")] == found,
   "the server's end says the same", [(get(f, "server.address"), get(f, "tls.finding.code")) for f in of(by_server, "tls-finding")])
shakes = of(by_client, "tls-handshake")
ok([(get(h, "tls.resumed"), get(h, "tls.established")) for h in shakes] ==
   [(False, True), (True, True), (True, False), (False, True), (False, False)],
   "resumed and established are told right", [get(h, "tls.history") for h in shakes])
first = get(shakes[0], "tlstrace.connection")
originals = [get(h, "tls.resumption.original.connection") for h in shakes]
ok(originals == [None, first, first, first, None], "each resumption leads to the first handshake", originals)
findings = of(by_client, "tls-finding")
evidence = [" ".join(get(f, "tls.finding.evidence")) for f in findings]
ok("Full handshakes of this client with this server before: 1 of 1 worked." in evidence[0] and
   "Resumptions of this client at this server before: 1 of 1 worked." in evidence[0],
   "the history of the pair is counted", evidence)
alerts = [(get(a, "tls.alert.sender"), get(a, "tls.alert.description")) for a in of(by_client, "tls-alert")
          if get(a, "tls.alert.level") == "fatal"]
ok(alerts == [("client", "bad_record_mac"), ("server", "bad_record_mac")], "who said so", alerts)
sys.exit(tt.result)
