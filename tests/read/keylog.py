"""tlstrace read --keylog against tshark with the same key log: the same handshake messages,
alerts, certificates and ALPN of each side in order, for 100 % of the connections."""
import gzip, hashlib, json, os, struct, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "live"), HERE]
import tt
from capture import Capture
from keylog_data import data
from keylog_play import LOG, play, played, port
from keylog_suites import CIPHERS, holes
from tt import T, get, of, ok


def theirs():
    out = {}
    for stream, s in capture.streams("-o", f"tls.keylog_file:{LOG}").items():
        out[stream] = {side: {
            "messages": [t for r in s[side] for t in r["types"]],
            "alerts": [a for r in s[side] for a in r["alert"]],
            "certificates": [c for r in s[side] for c in r["certificate"][:1]],
        } for side in ("client", "server")}
        out[stream]["alpn"] = [n for r in s["server"] for n in r["alpn"]][:1]
    return out


def ours(*args, path=None, stdin=None):
    out = tt.run(tt.B + "/tlstrace", "read", "--json", "--records", *args, path or capture.file,
                 stderr=subprocess.DEVNULL, stdin=stdin)
    events = [json.loads(line) for line in out.splitlines()]
    streams, used, keys = {}, {}, {}
    for e in sorted(of(events, "tls-connection"), key=lambda e: int(get(e, "tlstrace.connection"))):
        at = get(e, "client.port")
        keys[get(e, "tlstrace.connection")] = at, used.get(at, 0)
        streams[at, used.get(at, 0)] = {
            **{side: {"messages": [], "alerts": [], "certificates": []} for side in ("client", "server")},
            "alpn": [], "events": []}
        used[at] = used.get(at, 0) + 1
    for e in events[:-1]:
        s = streams[keys[get(e, "tlstrace.connection")]]
        s["events"].append(e)
        if e["event"]["action"] == "tls-message":
            m = get(e, "tls.message")
            side = s[m["sender"]]
            side["messages"].append(m["type_code"])
            digest = get(e, "tls.server.hash.sha256") or get(e, "tls.client_certificate.hash.sha256")
            if m["type_code"] == 11 and digest:
                side["certificates"].append(digest.lower())
        elif e["event"]["action"] == "tls-alert" and "level_code" in get(e, "tls.alert"):
            a = get(e, "tls.alert")
            s[a["sender"]]["alerts"].append((a["level_code"], a["description_code"]))
        elif e["event"]["action"] == "tls-connection" and get(e, "tls.version") == "1.3":
            s["alpn"] = [get(e, "tls.next_protocol")] if get(e, "tls.next_protocol") else []
    return streams


def compare(name, a, b):
    faults, count = [], 0
    for number, stream in enumerate(sorted({*a, *b}, key=lambda k: list(a).index(k) if k in a else 0)):
        x, y = a.get(stream), b.get(stream)
        if not x or not y:
            faults.append(f"{stream}: only one saw it")
            continue
        for side in ("client", "server"):
            x[side]["certificates"] = [hashlib.sha256(bytes.fromhex(c.replace(":", ""))).hexdigest()
                                       if len(c) > 64 else c for c in x[side]["certificates"]]
            for what in ("messages", "alerts", "certificates"):
                count += len(x[side][what])
                if x[side][what] != y[side][what]:
                    e = next(e for e in y["events"] if e["event"]["action"] == "tls-connection")
                    faults.append(f"{stream} {get(e, 'tls.version')} {get(e, 'tls.cipher')} {side} {what}\n"
                                  f"  tshark   {x[side][what]}\n  tlstrace {y[side][what]}\n"
                                  f"  {get(e, 'tls.decryption')}")
        if x["alpn"] != y["alpn"]:
            faults.append(f"{stream} alpn: tshark {x['alpn']} tlstrace {y['alpn']}")
    ok(not faults and count > 600, f"{name}: {count} messages, alerts and certificates of {len(a)} connections "
       "agree", "\n".join(faults))


tt.root_or_skip("key logs beside tshark")
capture = Capture(port)
play()
reference = theirs()
got = ours("--keylog", LOG)
names = dict(zip(played, got))
# tshark 4.0 knows no ARIA, and takes the Finished of an authentication after the handshake
# for one that changes keys: these are held against what they must be.
asked = names["1.3 post-handshake authentication"]
for stream, s in got.items():
    if stream != asked and "_ARIA_" not in str(get(s["events"][-1], "tls.cipher")):
        continue
    for side in ("client", "server"):
        ok(s[side]["messages"] == reference[stream][side]["messages"] + [20] * (stream != asked) and
           s[side]["alerts"] == [(1, 0)], f"{stream} {side}: what tshark cannot read", s[side])
    del reference[stream]
compare("a key log", reference, {k: s for k, s in got.items() if k in reference})
events = [e for s in got.values() for e in s["events"]]
found = [e for e in of(events, "tls-connection") if get(e, "tls.decryption")]
failures = [get(e, "tls.decryption") for e in found
            if any("failure" in d for d in get(e, "tls.decryption").values())]
ciphers = {get(e, "tls.cipher").split("_WITH_")[-1].removeprefix("TLS_") for e in found}
ok(CIPHERS <= ciphers, f"{len(ciphers)} ciphers were in use", CIPHERS - ciphers)
# The client's alert of this one is in the clear: there is nothing to open.
clear = "-tls1_2 a stranger's certificate"
ok(len(found) == len(played) - 1 and get(got[names[clear]]["events"][-1], "tls.decryption") is None and
   not failures, f"{len(found)} connections, every protected record verified", failures)
alerts = [e for e in of(events, "tls-alert") if get(e, "tls.alert.evidence") == ["wire", "decrypted"]]
ok(alerts and all(get(e, "tls.alert.encrypted") for e in alerts), f"{len(alerts)} decrypted alerts say so")
for name, side, sequence in (
        ("1.3 KeyUpdate", "client", [1, 20, 24]), ("1.3 KeyUpdate", "server", [2, 8, 11, 15, 20, 4, 4, 24]),
        ("1.3 early data", "client", [1, 5, 20]), ("1.3 early data refused", "client", [1, 20]),
        ("1.3 HelloRetryRequest", "client", [1, 1, 20]),
        ("1.3 post-handshake authentication", "client", [1, 20, 11, 15, 20]),
        ("1.2 renegotiation", "client", [1, 16, 20, 1, 16, 20])):
    # An end may answer a KeyUpdate and ask for one by the same message.
    messages = got[names[name]][side]["messages"]
    ok([m for i, m in enumerate(messages) if m != 24 or messages[i - 1] != 24] == sequence,
       f"{name}: the {side}'s messages", messages)
e = got[names["-tls1_3 -Verify another's"]]["events"][-1]
ok(get(e, "tls.client_certificate.requested") and get(e, "tls.client_certificate.sent") and
   get(e, "tls.client_certificate.subject") == "CN=localhost" and get(e, "tls.server.subject") == "CN=localhost",
   "both certificates of a TLS 1.3 handshake", get(e, "tls.client_certificate"))


def plain(streams):
    """What does not depend on keys: records by sender, and alerts in the clear."""
    return {k: [(get(e, "tls.record.sender"), get(e, "tls.record.type_code"), get(e, "tls.record.length"))
                for e in of(s["events"], "tls-record")] +
            [get(e, "tls.alert.description") for e in of(s["events"], "tls-alert")
             if get(e, "tls.alert.evidence") == ["wire"]] for k, s in streams.items()}


none = ours()
ok(not [e for s in none.values() for e in s["events"] if get(e, "tls.decryption") or
        get(e, "tls.alert.evidence") == ["wire", "decrypted"]] and plain(none) == plain(got),
   "without a key log nothing is decrypted, and all else is the same")
tt.run("editcap", "--inject-secrets", f"tls,{LOG}", capture.file, T + "/secrets.pcapng")
inside = ours(path=T + "/secrets.pcapng")
ok({k: [s[side] for side in ("client", "server")] for k, s in inside.items()} ==
   {k: [s[side] for side in ("client", "server")] for k, s in got.items()}, "secrets inside the pcapng file")

whole = open(T + "/secrets.pcapng", "rb").read()
at = whole.index(struct.pack("<I", 0x544c534b)) - 8
size = struct.unpack_from("<I", whole, at + 4)[0]
open(T + "/late.pcapng", "wb").write(whole[:at] + whole[at + size:] + whole[at:at + size])
open(T + "/secrets.gz", "wb").write(gzip.compress(whole, 1))
for name, more in (("behind all packets", {"path": T + "/late.pcapng"}), ("in gzip", {"path": T + "/secrets.gz"}),
                   ("through a pipe", {"path": "-", "stdin": subprocess.Popen(
                       ["cat", T + "/secrets.pcapng"], stdout=subprocess.PIPE).stdout})):
    ok({k: s["events"] and [s[side] for side in ("client", "server")] for k, s in ours(**more).items()} ==
       {k: [s[side] for side in ("client", "server")] for k, s in got.items()}, f"secrets {name}")

lines = open(LOG).read().splitlines()
open(T + "/wrong", "w").write("\n".join(
    line[:-1] + "%x" % (int(line[-1], 16) ^ 1) if line[:1] in "CSE" else line for line in lines))
wrong = ours("--keylog", T + "/wrong")
summaries = [e for s in wrong.values() for e in of(s["events"], "tls-connection") if get(e, "tls.decryption")]
why = {d["failure"] for e in summaries for d in get(e, "tls.decryption").values() if "failure" in d}
ok(len(summaries) == len(found) and why == {"it does not verify"} and plain(wrong) == plain(got) and
   not any(d["records"] for e in summaries for d in get(e, "tls.decryption").values()),
   f"{len(summaries)} connections, all secrets wrong: nothing is opened, and it is said", why)


data(capture.file, port, LOG, ours, got, played)
count = holes(capture.file, port, T + "/holes")
torn = ours("--keylog", LOG, path=T + "/holes")
false = [(k, side) for k, s in torn.items() for side in ("client", "server") for what in ("alerts", "messages")
         if [x for x in s[side][what] if x not in got[k][side][what]]]
over = sum(bool(get(s["events"][-1], "tls.gaps")) and s["server"]["alerts"] != [] for s in torn.values())
why = {d["failure"] for s in torn.values() for d in (get(s["events"][-1], "tls.decryption") or {}).values()
       if "failure" in d}
ok(not false and over > 10 and "bytes before it are missing" in why,
   f"{count} holes: nothing that was not sent, {over} alerts behind them", (false, over, why))


def say(*argv):
    done = subprocess.run([tt.B + "/tlstrace", *argv], capture_output=True, text=True)
    return done.returncode, done.stderr


open(T + "/garbage", "w").write("\n".join(
    ["# a comment", "", "no line of a key log", "CLIENT_RANDOM 12 34", "x" * 100000, "CLIENT_RANDOM",
     "CLIENT_RANDOM " + "zz" * 32 + " " + "11" * 48, "EXPORTER_SECRET " + "00" * 32 + " " + "11" * 32,
     "CLIENT_RANDOM " + "00" * 32 + " " + "11" * 47, *(line + "\r" for line in lines)]))
mixed = ours("--keylog", T + "/garbage")
status, text = say("read", "--keylog", T + "/garbage", "-q", capture.file)
ok(status == 0 and text == f"tlstrace: {T}/garbage: 6 lines are not of a key log\n" and
   all(s[side] == got[k][side] for k, s in mixed.items() for side in ("client", "server")),
   "lines that are none are counted, the others taken", text)
for name, path, cause in (("missing", T + "/none", "No such file or directory"), ("a directory", T, "Is a directory")):
    status, text = say("read", "--keylog", path, capture.file)
    ok(status == 1 and text == f"tlstrace: {path}: {cause}\n", f"a key log that is {name}", (status, text))
status, text = say("read", "--hex", capture.file)
ok(status == 2 and text == "tlstrace: --hex goes with --data\n", "--hex alone", (status, text))
status, text = say("--keylog", LOG)
ok(status == 2 and text.count("\n") == 1 and "only with read" in text, "not live", (status, text))
sys.exit(tt.result)
