"""The failure grid: every library's server and client, every way to fail, both versions. What is
said of each end against what has to be said of it.

grid.py [--table] [PEER...]: the peers are those whose names begin with the words; with --table the
tables in README.md and docs/libraries.md are made anew. GRID_CASES="healthy,EOF" plays these alone."""
import itertools, json, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt

tt.root_or_skip("failure grid")
import cells, players, releases, table

if "GRID_RELEASES" not in os.environ:  # what is fetched is fetched before there is no network
    os.environ["GRID_RELEASES"] = json.dumps(
        {r: releases.unpack(r, *p) for r, p in players.RELEASES.items() if not os.environ.get("GRID_SHORT")})
    os.execvp("unshare", ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "-",
                          sys.executable, "-B", *sys.argv])
from play import Cell, Stage
from tt import get, of, ok

tt.port = itertools.count(20000).__next__  # this network is nobody else's
words = [w for w in sys.argv[1:] if w != "--table"]
cases = [c for c in cells.CASES if c in os.environ.get("GRID_CASES", ",".join(cells.CASES)).split(",")]


def available():
    for peer, (_, _, _, need) in players.PEERS.items():
        if words and not any(peer.startswith(w) for w in words) or need and os.environ.get("GRID_SHORT"):
            continue
        why = players.missing(peer)
        if need and not why:
            releases.roots[need], why = json.loads(os.environ["GRID_RELEASES"])[need]
        if why:
            print(f"ok - {peer} # SKIP {why}", flush=True)
        else:
            yield peer


def play(stage, peer):
    """All of a peer's cells; those that cannot be played are in the list too."""
    played = table.every(Cell, peer, cases)
    for cell in played:
        if cells.said(cell) != "n/a":
            stage.play(cell)
    stage.close(peer)
    return played


def saw(cell, end):
    seen = [e for e in events if cell.of(e, end)]
    alerts = [(get(a, "tls.alert.sender"), get(a, "tls.alert.description")) for a in of(seen, "tls-alert")
              if get(a, "tls.alert.level") == "fatal" and
              not (cells.unsent(cell) and get(a, "tls.alert.evidence") == ["library"])]
    # Of Go and its like the reason is a text.
    return sorted(alerts, key=str), [get(e, "tls.error.reason_code") or get(e, "tls.error.reason")
                                     for e in of(seen, "tls-error")]


def judge(cell):
    """What is wrong with a cell: [] when nothing is."""
    library, wrong = players.PEERS[cell.peer][2], []
    ends = {end: library if cell.role == end or cell.peer in players.CLIENTS_OF else "openssl"
            for end in ("client", "server")}
    for end, options in cells.wanted(cell, ends).items():
        if cell.front if end == "client" else cell.back:
            if saw(cell, end) not in [(sorted(alerts), errors) for alerts, errors in options]:
                wrong.append(f"the {end}'s end: {saw(cell, end)}, not {' or '.join(map(str, options))}")
    mine = [e for e in events if cell.of(e, cell.role)]
    codes = [get(f, "tls.finding.code") for f in of(mine, "tls-finding")]
    verdicts = [get(c, "tls.verify_result.code") for c in of(mine, "tls-connection")]
    if cells.verdict(cell) and verdicts != [cells.verdict(cell)]:
        wrong.append(f"the library's verdict: {verdicts}, not {cells.verdict(cell)}")
    if cells.finding(cell) and codes != [cells.finding(cell)]:
        wrong.append(f"found: {codes}, not {cells.finding(cell)}")
    if cell.case == "healthy" and not of(mine, "tls-handshake"):
        wrong.append("no handshake seen")
    if cell.case == "healthy" and any(get(f, "tls.finding.severity") == "error" for f in of(mine, "tls-finding")):
        wrong.append(f"a fault: {codes}")
    return wrong


stage, played = Stage(), []
tracer = tt.Tracer("--netns", os.getpid(), "--max-overhead", 100)
for peer in available():
    played += play(stage, peer)
events = tracer.stop()
for cell in played:
    if cells.said(cell) != "n/a":
        cell.wrong = judge(cell)
        ok(not cell.wrong, f"{cell.peer} as {cell.role}, {cell.case}, TLS {cell.version}", "\n".join([*cell.wrong, str(cell.__dict__)]))
lost = {k: v for k, v in get(events[-1], "tlstrace.stats.dropped").items() if v}
ok(not lost, "nothing was lost", lost)
if os.environ.get("GRID_EVENTS"):
    json.dump(events, open(os.environ["GRID_EVENTS"], "w"))
if "--table" in sys.argv:
    table.write(played)
sys.exit(tt.result)
