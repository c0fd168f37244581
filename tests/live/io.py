"""Calls that move plaintext: each one as the peer itself tells it, on the right connection,
whatever the peer does with its connections; and plaintext only for who asks for it."""
import collections, os, re, signal, socket, ssl, subprocess, sys

import moves, tt
from moves import echo, sums, sums_told
from tt import get, of, ok

tt.root_or_skip("io")
CALLS = tt.T + "/calls"
tt.run("gcc", "-O1", "-o", CALLS, tt.HERE + "/peers/calls.c", "-lssl", "-lcrypto", "-lpthread")


def play(port, mode, *options, env=None):
    """What the peer says of its calls, and the tracer; both by the client's port."""
    tracer = tt.Tracer("--port", port, *options)
    peer = tt.spawn([CALLS, mode, port], stdout=subprocess.PIPE, text=True, env=env)
    said = moves.said(peer.communicate()[0], lambda error: -int(error))
    ok(peer.returncode == 0 and said, f"{mode}: the peer does its work", said)
    return said, tracer, tracer.stop()


def exact(port, mode):
    said, _, events = play(port, mode, "--io", "--max-overhead", "100")  # the budget is the whole host's
    calls = moves.seen(events, lambda io: -io.get("error_code", 0))
    ok(calls == said, f"{mode}: each call, its sizes and its result, on its connection",
       f"said {dict(said)}\nseen {dict(calls)}")
    for c in of(events, "tls-connection", role="client"):
        want = said[get(c, "client.port")]
        sums_told(c, want, mode)
    late = [get(e, "tls.io.latency_ns") for e in of(events, "tls-io", role="client")]
    ok(all(0 < n < 10**10 for n in late), f"{mode}: each took its time", late)
    return events


def in_memory_bios(cert):
    """Neither end's library reads from a socket: both ends of both connections all the same."""
    port = tt.port()
    peer = [tt.PYTHON, tt.HERE + "/peers/memory_bio.py"]
    server = tt.serve([*peer, "server", port, *cert, "default"], port)
    tracer = tt.Tracer("--port", port, "--io")
    for version in ("1.2", "1.3"):
        tt.run(*peer, "client", "127.0.0.1", str(port), "memory.test", version, "2")
    events = tracer.stop()
    tt.kill(server)
    for role, kinds in (("client", {"write": REQUEST, "read": REPLY}), ("server", {"read": REQUEST, "write": REPLY})):
        ends = of(events, "tls-connection", role=role)
        ok(len(ends) == 4 and all(get(c, f"tls.io.{kind}.bytes") == size for c in ends for kind, size in kinds.items()),
           f"memory BIOs: the {role}'s sums", [get(c, "tls.io") for c in ends])
        told = collections.Counter((get(e, "tls.io.operation"), get(e, "tls.io.bytes"))
                                   for e in of(events, "tls-io", role=role) if "bytes" in get(e, "tls.io"))
        ok(told == {(kind, size): 4 for kind, size in kinds.items()}, f"memory BIOs: the {role}'s calls", told)


def summary(port):
    """Without --io no call is told of, and the connection has its sums all the same."""
    said, tracer, events = play(port, "calls", "--max-overhead", "100")
    ok(not of(events, "tls-io"), "no --io: no tls-io", of(events, "tls-io")[:1])
    (c,) = of(events, "tls-connection", role="client")
    (want,) = said.values()
    read, write = dict(get(c, "tls.io.read")), dict(get(c, "tls.io.write"))
    read.pop("blocked_ns"), write.pop("blocked_ns")
    ok((read, write) == (sums(want, "read"), sums(want, "write")), "no --io: sums of reads and writes",
       (read, write, want))
    _, _, events = play(port, "calls", "--io=off")
    ok(all(get(c, "tls.io") is None for c in of(events, "tls-connection")), "--io=off: no sums")
    probes = [p for c in of(events, "tlstrace-coverage") for p in get(c, "tlstrace.coverage.probes")]
    ok("SSL_read" not in probes and "SSL_do_handshake" in probes, "--io=off: no probe on reads", probes)
    _, _, events = play(port, "calls", "--io=always", "--max-overhead", "0.000001")
    ok(all(get(c, "tls.io.complete") for c in of(events, "tls-connection", role="client")),
       "--io=always: whatever it costs")


def closing(port):
    """Connections that close while the tracer ends: each has what it came to, none a gap."""
    tracer = tt.Tracer("--port", port, "--io", "--max-overhead", "100")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    held = [context.wrap_socket(socket.create_connection(("127.0.0.1", port))) for _ in range(300)]
    ports = {s.getsockname()[1] for s in held}
    for s in held:
        s.sendall(b"x" * 100)
        s.recv(100)
    os.kill(tracer.process.pid, signal.SIGINT)
    for s in held:
        s.sendall(b"y" * 100)
        s.close()
    events = tracer.stop()
    ends = [c for c in of(events, "tls-connection", role="client") if get(c, "client.port") in ports]
    ok(len(ends) == 300, "closed while the tracer ends: each connection is told of", len(ends))
    poor = [c for c in ends if not get(c, "tls.io.write.bytes")]
    ok(not poor, "closed while the tracer ends: each has its sums", (len(poor), poor[:1]))
    gaps = [c for c in ends if get(c, "tls.gaps")]
    ok(not gaps, "closed while the tracer ends: nothing is missing", (len(gaps), gaps[:1]))


def chained(port):
    """No call that tells its plaintext is made: none is invented."""
    said, _, events = play(port, "chain", "--io")
    (number,) = said
    mine = [e for e in of(events, "tls-io", role="client") if get(e, "client.port") == number]
    ok(not mine, "BIO_f_ssl: no call is invented", mine)
    (c,) = of(events, "tls-connection", role="client")
    ok(get(c, "tls.io") is None and get(c, "tls.established"), "BIO_f_ssl: no sums either", get(c, "tls.io"))


def plaintext(port):
    """The canary is nowhere without --data, and in its place with it."""
    for options, name in (((), "default"), (("--io",), "--io"), (("--records",), "--records")):
        _, tracer, _ = play(port, "data", *options)
        ok("canary" not in open(tracer.file).read(), f"{name}: no plaintext in the output")
    _, tracer, events = play(port, "data", "-c", "calls", "--data=32")
    first = of(events, "tls-io", role="client")[0]
    ok(get(first, "tls.io.data") == '"canary"\n\0\ufffd' + "x" * 21 and get(first, "tls.io.data_truncated"),
       "--data: the first bytes of what is written, escaped", get(first, "tls.io"))
    reads = [get(e, "tls.io.data") for e in of(events, "tls-io", role="client") if get(e, "tls.io.call") == "SSL_read"]
    ok(reads[0].startswith('"canary"'), "--data: and of what is read", reads)
    ok("clear" in open(tracer.file + ".err").read(), "--data: it is announced")
    _, _, events = play(port, "data", "-c", "calls", "--data", "--hex")
    first = of(events, "tls-io", role="client")[0]
    ok(get(first, "tls.io.data_hex") == (b'"canary"\n\0\xff' + b"x" * 245).hex() and get(first, "tls.io.data") is None,
       "--hex: 256 bytes, in hexadecimal", get(first, "tls.io"))
    _, _, events = play(port, "data", "--data=4096", "--yes-all-processes")
    first = of(events, "tls-io", role="client")[0]
    ok(len(get(first, "tls.io.data")) == 611 and get(first, "tls.io.data_truncated") is False,
       "--yes-all-processes: all of the bytes", get(first, "tls.io"))
    for argv, word in ((("--data",), "--yes-all-processes"), (("--data", "--port", "1"), "--yes-all-processes"),
                       (("--data=4097", "-c", "x"), "4096"), (("--hex",), "--data"), (("--io=maybe",), "always"),
                       (("--io", "--wire-only"), "--wire-only"), (("--io", "--io=off"), "--io=off")):
        p = subprocess.run([f"{tt.B}/tlstrace", *argv], stderr=subprocess.PIPE, text=True, timeout=20)
        ok(p.returncode == 2 and word in p.stderr and p.stderr.count("\n") == 1, f"{' '.join(argv)}: refused in one line",
           (p.returncode, p.stderr))


def in_memory(pid, what):
    """Whether a process has these bytes anywhere."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            begin, end = (int(n, 16) for n in line.split()[0].split("-"))
            if end - begin > 1 << 32:
                continue  # a sanitizer's shadow, which holds no copies
            try:
                memory.seek(begin)
                if what in memory.read(end - begin):
                    return True
            except (OSError, OverflowError):
                continue  # vvar, vsyscall
    return False


def kernel_copies_nothing(port):
    """The ring itself, which the tracer has mapped, holds the canary for --data alone."""
    for options, there in ((("--io",), False), (("-c", "calls", "--data"), True)):
        tracer = tt.Tracer("--port", port, *options)
        subprocess.run([CALLS, "data", str(port)], stdout=subprocess.DEVNULL, check=True)
        ok(in_memory(tracer.process.pid, b'"canary"\n\0\xff') == there,
           f"{options[-1]}: {'some' if there else 'no'} plaintext in the ring")
        tracer.stop()


def terminal(port):
    read, write = os.pipe()
    tracer = tt.Tracer("--port", port, "-c", "calls", "--data=16", terminal=write)
    os.close(write)
    subprocess.run([CALLS, "data", str(port)], stdout=subprocess.DEVNULL, check=True)
    tracer.stop()
    text = os.fdopen(read).read()
    ok(re.search(r"SSL_write: 611 of 611 bytes, [0-9.]+ us\n    data +\"canary\"\\n\\x00\\xffxxxxx\.\.\.\n", text),
       "terminal: a line a call, its bytes below", text)


REQUEST, REPLY = 18, 44  # of memory_bio.py
cert = tt.certificate()
server = echo(*cert)
for mode in ("calls", "many", "threads", "fork", "pass", "again"):
    exact(server, mode)
closing(server)
chained(server)
in_memory_bios(cert)
summary(server)
plaintext(server)
kernel_copies_nothing(server)
terminal(server)
sys.exit(tt.result)
