"""Every library with every other, over the matrix of version, key exchange, resumption, client
certificate, success and failure: tlstrace read against tshark, record by record, and against what
each connection was meant to do. Each pair of libraries is dealt DEAL of its cells (MATRIX=all: all)."""
import itertools, os, random, sys

from fields import compare, of_tlstrace, of_tshark, read, tt
from capture import Capture
from matrix_peers import CLIENTS, Cell, NEW, OLD, SERVERS, prepare, run
from tt import get, of, ok

DEAL = 8
CURVES = {"ecdhe": "x25519", "x25519": "x25519", "p256": "secp256r1", "retry": "secp384r1"}
VERSIONS = ("1.0", "1.1", "1.2", "1.3")


def cells():
    for version in VERSIONS:
        yield Cell(version, "psk", "none", "none", "works")
        for kx, auth in itertools.product(NEW[:-1] if version == "1.3" else OLD[:-1], ("none", "asked", "given")):
            for resume in ("none", "psk") if version == "1.3" else ("none", "id", "ticket"):
                yield Cell(version, kx, resume, auth, "works")
        kx = "x25519" if version == "1.3" else "ecdhe"
        yield Cell(version, kx, "none", "none", "distrust")
        yield Cell(version, kx, "none", "none", "required")
        yield Cell(version, kx, "none", "stranger", "refused")
        yield Cell(version, kx, "none", "none", "narrow")


def configuration(cell):
    auth = {"asked": ["ask"], "given": ["need"], "stranger": ["need"]}.get(cell.auth, [])
    return tuple(auth + (["need"] if cell.end == "required" else []) + (["ids"] if cell.resume == "id" else []) +
                 (["narrow"] if cell.end == "narrow" else []) + (["retry"] if cell.kx == "retry" else []))


def possible(server, client, cell):
    """What one of the two cannot do."""
    go = "go" in (server, client)
    return not (cell.kx == "psk" and {server, client} - {"openssl", "gnutls"} or
                go and (cell.kx == "dhe" or cell.resume == "id") or
                client == "gnutls" and cell.kx == "retry" or  # which sends both key shares
                client == "go" and cell.kx == "retry" and cell.resume == "psk" or  # whose second hello servers refuse
                # It keeps no session of a client with a certificate, and none before the client goes on.
                server == "nss" and cell.resume == "id" and (cell.auth == "given" or client == "gnutls"))


def deal():
    """[(server, client, cell)]: a deck of all cells, dealt from the top until every pair has its own."""
    deck = [c for _ in range(3) for c in random.Random(1).sample(list(cells()), len(list(cells())))]
    for server, client in itertools.product(SERVERS, CLIENTS):
        hand = list(cells()) if os.environ.get("MATRIX") == "all" else [deck.pop(0) for _ in range(DEAL)]
        yield from ((server, client, c) for c in hand if possible(server, client, c))


def play(server, port, dealt):
    """{name: (client, cell, what the client said)}"""
    played = {}
    for config, group in itertools.groupby(sorted(dealt, key=lambda d: configuration(d[2])), key=lambda d: configuration(d[2])):
        p = tt.serve(SERVERS[server](port, config), port)
        for _, client, cell in group:
            name = f"{server}{len(played)}.matrix.test"
            said = [run(argv) for argv in CLIENTS[client](port, name, cell, 2 if cell.resume != "none" else 1)]
            played[name] = client, cell, said
        tt.kill(p)
    return played


def wrong(cell, shakes, alerts):
    """What a connection was meant to be and is not. TLS 1.3 hides who refuses whom, and when."""
    if not shakes:
        return ["no handshake"]
    bad, last = [], shakes[-1]
    expected = {"tls.established": cell.end == "works"} if cell.version < "1.3" or cell.end == "works" else {}
    if cell.end == "works":
        # A pre-shared key of TLS 1.3 is a session's or not: nothing on the wire tells.
        expected.update({"tls.version": cell.version,
                         **({} if cell.kx == "psk" else {"tls.resumed": cell.resume != "none"}), "tls.hello_retry": cell.kx == "retry"})
        if cell.resume != "none":
            expected["tls.resumption.method"] = {"id": "session_id"}.get(cell.resume, cell.resume)
            expected["tls.resumption.original.connection"] = get(shakes[0], "tlstrace.connection")
        elif cell.kx in CURVES:
            expected["tls.curve"] = CURVES[cell.kx]
        if len(shakes) != (2 if cell.resume != "none" else 1):
            bad.append(f"{len(shakes)} handshakes")
        if cell.version < "1.3" and bool(get(shakes[0], "tls.client_certificate.sent")) != (cell.auth == "given"):
            bad.append(f"client's certificate {get(shakes[0], 'tls.client_certificate')}")
        if cell.version < "1.3" and bool(get(shakes[0], "tls.client_certificate.requested")) != (cell.auth != "none"):
            bad.append(f"request for one {get(shakes[0], 'tls.client_certificate')}")
    elif cell.version < "1.3" and not any(get(a, "tls.alert.level") == "fatal" for a in alerts):
        bad.append("no alert")
    return bad + [f"{k} {get(last, k)} not {v}" for k, v in expected.items() if get(last, k) != v]


def verdict(server, played, events):
    """Each cell's connections bear its name."""
    shakes, number, alerts = {}, {}, {}
    for e in of(events, "tls-handshake"):
        shakes.setdefault(get(e, "tls.client.server_name"), []).append(e)
        number[get(e, "tlstrace.connection")] = get(e, "tls.client.server_name")
    for e in of(events, "tls-alert"):
        alerts.setdefault(number.get(get(e, "tlstrace.connection")), []).append(e)
    faults = [(client, *cell, *bad, said[-1][-200:]) for name, (client, cell, said) in played.items()
              for bad in [wrong(cell, shakes.get(name), alerts.get(name, []))] if bad]
    ok(not faults, f"{server} server: {len(played)} cells are what they were meant to be", "\n".join(map(str, faults)))


tt.root_or_skip("matrix of peers")
prepare()
port, dealt = tt.port(), list(deal())
for server in SERVERS:
    capture = Capture(port)
    played = play(server, port, [d for d in dealt if d[0] == server])
    streams = capture.streams()
    events = read(capture.file)
    compare(f"{server} server", of_tshark(streams), of_tlstrace(events), 3 * len(played))
    verdict(server, played, events)
sys.exit(tt.result)
