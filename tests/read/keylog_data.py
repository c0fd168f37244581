"""keylog_data.py - --data: the plaintext of application data, and only when it was asked for."""
import subprocess

import tt
from tt import get, of, ok


def followed(file, port, log, stream):
    """What tshark says each side sent in the clear."""
    out = tt.run("tshark", "-r", file, "-o", f"tls.keylog_file:{log}", "-d", f"tcp.port=={port},tls", "-q",
                 "-z", f"follow,tls,raw,{stream}", stderr=subprocess.DEVNULL)
    lines = [x for x in out.splitlines() if set(x.strip()) <= set("0123456789abcdef") and x.strip()]
    return {"client": "".join(x for x in lines if x[0] != "\t"), "server": "".join(x.strip() for x in lines if x[0] == "\t")}


def shown(events, side, key):
    return [get(e, "tls.io." + key) for e in of(events, "tls-io") if get(e, "tls.io.sender") == side]


def data(file, port, log, ours, got, played):
    """`ours` reads the capture, `got` is what it told without --data, `played` the connections' names."""
    bare = of([e for s in got.values() for e in s["events"]], "tls-io")
    ok(not bare, "no plaintext without --data", bare[:1])
    plaintext = ours("--keylog", log, "--data=4096", "--hex")
    same, talked, other = 0, 0, []
    for stream, s in enumerate(plaintext.values()):
        sides = {side: "".join(shown(s["events"], side, "data_hex")) for side in ("client", "server")}
        whole_records = not any(get(e, "tls.io.data_truncated") for e in of(s["events"], "tls-io"))
        if any(sides.values()) and whole_records and "_ARIA_" not in str(get(s["events"][-1], "tls.cipher")):
            talked += 1
            # tshark's first side is not always the client. It does not follow all changes of keys; and here early
            # data cannot be opened, as the ServerHello that tells the cipher comes behind them.
            mine, theirs = sorted(sides.values()), sorted(followed(file, port, log, stream).values())
            alike = all(m == t or ("early" in played[stream] and t.endswith(m)) or
                        ("post-handshake" in played[stream] and m.startswith(t)) for m, t in zip(mine, theirs))
            same += alike
            other += [] if alike else [(played[stream], mine, theirs)]
    ok(talked > 20 and same == talked, f"{same} of {talked} connections: the plaintext of tshark", other)
    ok({k: [s[side] for side in ("client", "server")] for k, s in plaintext.items()} ==
       {k: [s[side] for side in ("client", "server")] for k, s in got.items()}, "and the same messages and alerts")
    cut = [e for s in ours("--keylog", log, "--data=4").values() for e in of(s["events"], "tls-io")]
    ok(cut and all(len(get(e, "tls.io.data")) <= 4 and get(e, "tls.io.data_truncated") == (get(e, "tls.io.bytes") > 4) for e in cut) and
       "HTTP" in {get(e, "tls.io.data") for e in cut}, f"{len(cut)} records, 4 bytes of each", cut[:1])
    nothing = [e for s in ours("--data").values() for e in of(s["events"], "tls-io")]
    ok(not nothing, "nothing without secrets", nothing[:1])
