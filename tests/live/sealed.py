"""Alerts inside of encrypted records, as OpenSSL seals and opens them: named at both ends where
processes are named, each once; and data of an alert's size is none."""
import collections, socket, ssl, sys, threading

import tt
from tt import get, of, ok

tt.root_or_skip("sealed")
cert = tt.certificate()
CASES = (("1.2", "ECDHE+AESGCM"), ("1.2", "ECDHE+CHACHA20"), ("1.3", None))
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def server(refuses):
    """It answers with two bytes, and says goodbye when it is asked to; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*cert)
    if refuses:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cert[0])
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            s, _ = listener.accept()
            try:
                with context.wrap_socket(s, server_side=True) as tls:
                    asked = tls.recv(100)
                    tls.sendall(b"ok")
                    if asked == b"bye":
                        tls.unwrap()
            except OSError:
                s.close()
    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def talk(port, version, ciphers, say):
    context = ssl._create_unverified_context()
    context.minimum_version = context.maximum_version = VERSIONS[version]
    if ciphers:
        context.set_ciphers(ciphers)
    try:
        with context.wrap_socket(socket.create_connection(("127.0.0.1", port))) as s:
            s.sendall(say)
            s.recv(10)
            if say == b"bye":
                s.unwrap()
    except OSError:
        pass


def told(events, role):
    """Of each connection its alerts: sender, description, evidence."""
    alerts = collections.defaultdict(list)
    for a in of(events, "tls-alert", role=role):
        alerts[get(a, "tlstrace.connection")].append(
            (get(a, "tls.alert.sender"), get(a, "tls.alert.description"), "library" in get(a, "tls.alert.evidence")))
    return alerts


def goodbyes(port):
    for version, ciphers in CASES:
        for say in (b"bye", b"x"):
            what = f"{version} {ciphers or ''} {say.decode()}"
            tracer = tt.Tracer("-c", "python3", "--port", port, "--max-overhead", "100")
            talk(port, version, ciphers, say)
            tt.wait_for(lambda: len(of(tracer.events(), "tls-connection")) == 2, f"{what}: both ends are over")
            events = tracer.stop()
            for role, other in (("client", "server"), ("server", "client")):
                own = [a for alerts in told(events, role).values() for a in alerts if a[0] == role]
                wanted = [(role, "close_notify", True)] if say == b"bye" else []
                ok(own == wanted, f"{what}: the {role} says {'goodbye, once' if wanted else 'nothing'}", own)
                got = [a for alerts in told(events, role).values() for a in alerts
                       if a[0] == other and (version == "1.3" or a[1])]
                if version == "1.3":
                    ok(got == ([(other, "close_notify", True)] if wanted else []), f"{what}: and hears {got}", got)
            closes = [get(c, "tls.close") for c in of(events, "tls-connection")]
            ok(closes == (["close_notify"] if say == b"bye" else ["fin"]) * 2,
               f"{what}: two bytes of data are no alert", closes)


def refused(port):
    tracer = tt.Tracer("-c", "python3", "--port", port, "--max-overhead", "100")
    talk(port, "1.3", None, b"x")
    tt.wait_for(lambda: len(of(tracer.events(), "tls-connection")) == 2, "refused: both ends are over")
    events = tracer.stop()
    for role in ("client", "server"):
        alerts = [a for all_ in told(events, role).values() for a in all_]
        ok(alerts == [("server", "certificate_required", True)], f"1.3: certificate_required, once, at the {role}", alerts)


def host_wide(port):
    """Where no process is named records are not looked into: that costs something for each."""
    tracer = tt.Tracer("--port", port)
    talk(port, "1.3", None, b"bye")
    tt.wait_for(lambda: len(of(tracer.events(), "tls-connection")) == 2, "host-wide: both ends are over")
    evidence = [get(a, "tls.alert.evidence") for a in of(tracer.stop(), "tls-alert")]
    ok(evidence and all(e == ["size"] for e in evidence), "host-wide: alerts by their size", evidence)


peer = server(False)
goodbyes(peer)
refused(server(True))
host_wide(peer)
sys.exit(tt.result)
