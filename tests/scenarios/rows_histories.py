"""rows_histories.py - what came before decides, or says whom else it concerns."""
import os, threading, time

import pki
import tt
from peers import NAME, python, s_client, s_server
from row import Row

EMS = "extended-master-secret-mismatch"


def without_ems():
    """The environment of an OpenSSL that does not know the extension."""
    path = f"{tt.T}/no-ems-{threading.get_ident()}-{time.monotonic_ns()}.cnf"  # its own: others read theirs meanwhile
    with open(path, "w") as file:
        file.write("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = options\n"
                   "[options]\nOptions = -ExtendedMasterSecret\n")
    return {**os.environ, "OPENSSL_CONF": path}


def bare(*more, **options):
    return lambda port: s_client(*more, env=without_ems(), **options)(port)


def master_secrets():
    server = s_server("-no_ticket", version="1.2")
    for way, options in (("session ID", ["-no_ticket"]), ("ticket", [])):
        made, again = (lambda name, io, options=options: [*options, io, f"{tt.T}/ems-{name}"]), "-sess_in"
        for name, first, second, code in (("lost", s_client, bare, EMS), ("gained", bare, s_client, None),
                                          ("kept", s_client, s_client, None), ("never there", bare, bare, None)):
            what = f"{way}-{name}".replace(" ", "-")
            yield Row(f"extended master secret {name}, by {way}", code, s_server(*options, version="1.2"),
                      [first(*made(what, "-sess_out"), version="1.2"), second(*made(what, again), version="1.2")],
                      ("server", "handshake_failure") if code else None, resumed=None)


def whom():
    """Each from an address of its own: what others at 127.0.0.1 do is another client's."""
    good = s_client(version="1.2")
    yield Row("fails for one client only", "version-mismatch", s_server(version="1.2"),
              [good, good, good, s_client("-bind", "127.0.9.1", version="1.3")], ("server", "protocol_version"),
              notes=["client-specific"], never=["peer-specific"])
    yield Row("fails for all clients", ["version-mismatch"] * 4, s_server(version="1.3"),
              [s_client("-bind", f"127.0.8.{i}", version="1.2") for i in (1, 2, 3, 4)], "any", never=["client-specific"])


def elsewhere():
    """A client from an address of its own, which five other servers serve."""
    mine, others = "127.0.7.1", []

    def serve(port, server, play):
        for _ in range(5):
            number = tt.port()
            argv, more = s_server(version="1.2")(number)
            tt.serve(argv, number, **more)
            others.append(number)
    client = s_client("-bind", mine, version="1.2")
    there = [lambda port, i=i: client(others[i]) for i in range(5)]
    yield Row("works elsewhere, fails here", "version-mismatch", s_server(version="1.3"), [*there, client], ("server", "protocol_version"),
              play=serve, client_notes=["peer-specific"], server_notes=["peer-specific"], never=["client-specific"])
    yield Row("fails elsewhere too", "version-mismatch", s_server(version="1.3"), s_client("-bind", "127.0.7.2", version="1.2"),
              ("server", "protocol_version"), never=["peer-specific"])


def rows():
    yield from master_secrets()
    yield from whom()
    yield from elsewhere()
