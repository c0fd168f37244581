"""fields.py - what tshark and what tlstrace read say of the same capture, in the same words:
by client port and how many used it before, records, handshake messages, fields, alerts."""
import collections, hashlib, json, os, re, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "live"), HERE]
import tt
from tt import get, of, ok

VERSION = {"ssl3": 0x300, "1.0": 0x301, "1.1": 0x302, "1.2": 0x303, "1.3": 0x304}
SIDES = ("client", "server")
GROUPS = {name: int(code, 16) for code, name in re.findall(r"{ (0x\w+), \"(\w+)\" }", open(
    HERE + "/../../user/model/names_groups.inc").read())}


def read(*args):
    out = tt.run(tt.B + "/tlstrace", "read", "--json", "--records", *args)
    return [json.loads(line) for line in out.splitlines()]


def sha256(text):
    return hashlib.sha256(text).hexdigest()


def numbers(show, field):
    return [int(x, 0) for x in show.get(field, [])]


def grease(code):
    return code & 0x0f0f == 0x0a0a and code >> 8 == code & 0xff


def ja4(show):
    """Of a ClientHello as tshark shows it, by the fingerprint's published rules."""
    def plain(field):
        return [c for c in numbers(show, "tls.handshake." + field) if not grease(c)]

    def short(text):
        return sha256(text.encode())[:12] if text else "0" * 12
    ciphers, extensions, signatures = plain("ciphersuite"), plain("extension.type"), plain("sig_hash_alg")
    version = max(plain("extensions.supported_version") or numbers(show, "tls.handshake.version")[:1])
    alpn = (show.get("tls.handshake.extensions_alpn_str") or ["00"])[0]
    listed = ",".join("%04x" % e for e in sorted(extensions) if e not in (0, 16))
    if signatures:
        listed += "_" + ",".join("%04x" % s for s in signatures)
    return "t%s%s%02d%02d%s_%s_%s" % (
        {0x300: "s3", 0x301: "10", 0x302: "11", 0x303: "12", 0x304: "13"}[version],
        "d" if 0 in extensions else "i", min(99, len(ciphers)), min(99, len(extensions)), alpn[0] + alpn[-1],
        short(",".join("%04x" % c for c in sorted(ciphers))), short(listed))


def curve(server):
    """The group of the key exchange: the last word is that of the ServerHello, after a HelloRetryRequest."""
    out = [g for r in server for f in ("extensions_key_share_selected_group", "extensions_key_share_group", "server_named_curve")
           for g in numbers(r["show"], "tls.handshake." + f)]
    return out[-1] if out else None


def messages(records):
    return [m for r in records for m in zip(r["types"], numbers(r["show"], "tls.handshake.length"))]


def of_tshark(streams):
    out = {}
    for key, s in streams.items():
        hellos = [r["show"] for r in s["client"] if 1 in r["types"]]
        leaf = {side: [sha256(bytes.fromhex(r["certificate"][0])) for r in s[side] if r["certificate"]] for side in SIDES}
        ciphers = [int(c, 16) for r in s["server"] for c in r["cipher"]]
        out[key] = {
            **{side: [r["record"] for r in s[side]] for side in SIDES},
            **{side + "'s messages": messages(s[side]) for side in SIDES},
            **{side + "'s certificate": leaf[side][0] if leaf[side] else None for side in SIDES},
            "alerts": sorted((side, *a) for side in SIDES for r in s[side] for a in r["alert"]),
            "name": next((n for r in s["client"] for n in r["name"]), None), "cipher": ciphers[-1] if ciphers else None,
            "ja3": next((x for r in s["client"] for x in r["ja3"]), None),
            "ja3s": next((x for r in s["server"] for x in r["ja3s"]), None),
            "ja4": ja4(hellos[0]) if hellos else None, "curve": curve(s["server"]),
            "random": hellos[0]["tls.handshake.random"][0].replace(":", "") if hellos else None,
            "lifetimes": [n for r in s["server"] for n in numbers(r["show"], "tls.handshake.session_ticket_lifetime_hint")]}
    return out


def keys(events):
    """From a connection's number to its client port and how many used that before."""
    out, used = {}, collections.Counter()
    for e in sorted(of(events, "tls-connection"), key=lambda e: int(get(e, "tlstrace.connection"))):
        port = get(e, "client.port")
        out[get(e, "tlstrace.connection")] = port, used[port]
        used[port] += 1
    return out


def message(s, e):
    m, sender = get(e, "tls.message"), get(e, "tls.message.sender")
    s[sender + "'s messages"].append((m["type_code"], m["length"]))
    if m["type_code"] == 4:
        s["lifetimes"].append(m["lifetime_s"])
    certificate = get(e, "tls.client_certificate.hash.sha256" if sender == "client" else "tls.server.hash.sha256")
    s[sender + "'s certificate"] = s[sender + "'s certificate"] or certificate


def of_tlstrace(events):
    known, out = keys(events), {}
    for e in events[:-1]:
        s = out.setdefault(known[get(e, "tlstrace.connection")], {
            **{side + end: [] for side in SIDES for end in ("", "'s messages")},
            **{side + "'s certificate": None for side in SIDES}, "alerts": [], "lifetimes": []})
        r, a = get(e, "tls.record"), get(e, "tls.alert")
        if e["event"]["action"] == "tls-record":
            s[r["sender"]].append((r["type_code"], VERSION[r["version"]], r["length"]))
        elif e["event"]["action"] == "tls-message":
            message(s, e)
        elif e["event"]["action"] == "tls-alert" and "level_code" in a:
            s["alerts"] = sorted([*s["alerts"], (a.get("sender"), a["level_code"], a["description_code"])])
        elif e["event"]["action"] == "tls-handshake":
            s.update({k: get(e, "tls." + p) for k, p in {
                "name": "client.server_name", "cipher": "cipher_id", "ja3": "client.ja3", "ja3s": "server.ja3s",
                "ja4": "client.ja4", "random": "client.random"}.items()}, curve=GROUPS.get(get(e, "tls.curve")))
    return out


def compare(name, theirs, mine, least=1000):
    """All that either says, the other says."""
    faults, count = [], 0
    for key in sorted({*theirs, *mine}):
        x, y = theirs.get(key, {}), mine.get(key, {})
        count += len(x.get("client", [])) + len(x.get("server", []))
        faults += [f"{key} {what}: tshark {str(x.get(what))[:300]}\n{key} {what}: tlstrace {str(y.get(what))[:300]}"
                   for what in sorted({*x, *y}) if x.get(what) != y.get(what)]
    ok(not faults and count >= least, f"{name}: {count} records of {len(theirs)} connections agree", "\n".join(faults[:12]))
