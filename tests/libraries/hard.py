"""What is hard to look into: 5,000 libraries in one process, files that lie about being ELF, no right to
look at all, a process that is gone. One clear line each at most, and the wire trace goes on."""
import os, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt

tt.root_or_skip("libraries that are hard to look into")
from tt import T, get, of, ok

COUNT = 5000
HOLDER = """import mmap, os, sys
held = []
for name in sorted(os.listdir(sys.argv[1])):
    with open(sys.argv[1] + "/" + name, "rb") as f:
        held.append(mmap.mmap(f.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC))
print("ready", flush=True)
sys.stdin.read()
"""


def holds(folder):
    """A process that has every file of the folder mapped to execute."""
    p = tt.spawn([tt.PYTHON, "-c", HOLDER, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    ok(p.stdout.readline() == b"ready\n", f"{len(os.listdir(folder))} files are mapped")
    return p


def goes_on(what, *before, lines=0):
    """A tracer started now: how many lines it says of itself; a connection is seen."""
    tracer = tt.Tracer("--port", port, before=before)
    subprocess.run(["curl", "-sk", "-o", "/dev/null", f"https://127.0.0.1:{port}/"], timeout=20, check=True)
    events = tracer.stop()
    said = open(tracer.file + ".err").read().splitlines()
    ok(len(of(events, "tls-handshake", role="client")) == 1 and not tracer.status, f"{what}: the wire is traced", said)
    own = [line for line in said if line.startswith("tlstrace:")]
    ok(len(own) == lines, f"{what}: {lines or 'no'} line of it", said)
    return own


def many():
    """Copies of one small library, some of them to be probed; of every hundredth the header or all behind it is noise."""
    source, folder, kinds = f"{T}/small.c", f"{T}/many", []
    os.mkdir(folder)
    for name in ("some_read", "SSL_read"):
        with open(source, "w") as f:
            f.write(f"int {name}(void *ssl, void *to, int count) {{ return ssl && to ? count : -1; }}\n")
        tt.run("gcc", "-shared", "-nostdlib", "-s", "-o", f"{T}/small.so", source)
        kinds.append(open(f"{T}/small.so", "rb").read())
    for i in range(COUNT):
        small = kinds[i % 500 == 3]
        noise = {0: os.urandom(len(small)), 1: small[:64] + os.urandom(len(small) - 64), 2: small[:100]}.get(i % 100, b"")
        with open(f"{folder}/{i}.so", "wb") as f:
            f.write(noise or small)
    many_come(folder)
    p = holds(folder)
    goes_on(f"{COUNT} libraries")
    out = subprocess.run([f"{tt.B}/tlstrace", "support", "-p", str(p.pid)], capture_output=True, text=True, timeout=60)
    ok(not out.returncode and "openssl" in out.stdout, f"{COUNT} libraries: support names them", out.stderr or out.stdout[:300])
    tt.kill(p)


def many_come(folder):
    """They are mapped at once while the tracer runs: more than the kernel has room to tell of. Events go on."""
    tracer = tt.Tracer("--max-overhead", 100)
    p = holds(folder)
    began = time.monotonic()
    subprocess.run(["curl", "-sk", "-o", "/dev/null", f"https://127.0.0.1:{port}/"], timeout=20, check=True)
    tt.wait_for(lambda: [e for e in of(tracer.events(), "tls-handshake") if get(e, "server.port") == port], "a connection is told of")
    took = time.monotonic() - began
    ok(took < 2, f"{COUNT} libraries come: a connection meanwhile is told of within 2 s", took)
    wanted = {f"{folder}/{i}.so" for i in range(COUNT) if i % 500 == 3}
    tt.wait_for(lambda: {get(c, "tlstrace.coverage.path") for c in of(tracer.events(), "tlstrace-coverage", pid=p.pid)} >= wanted,
                "each that can be probed is")
    ok(True, f"{COUNT} libraries come: each that can be probed is")
    tracer.stop()
    tt.kill(p)
    print(f"# {took:.2f} s until told, {time.monotonic() - began:.2f} s in all")


def forbidden():
    said = goes_on("no CAP_SYS_PTRACE", "setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace", lines=1)
    ok(said and "CAP_SYS_PTRACE" in said[0], "no CAP_SYS_PTRACE: it is named", said)


def gone():
    p = subprocess.Popen(["true"])
    p.wait()
    for argv in (["support", "-p", str(p.pid)], ["-p", str(p.pid)]):
        out = subprocess.run([f"{tt.B}/tlstrace", *argv], capture_output=True, text=True, timeout=20)
        ok(out.returncode == 2 and len(out.stderr.splitlines()) == 1 and str(p.pid) in out.stderr,
           f"{argv[0]}: a process that is gone: one line", out.stderr)


cert, port = tt.certificate(), tt.port()
server = tt.serve(["openssl", "s_server", "-accept", port, "-cert", cert[0], "-key", cert[1], "-www"], port)
forbidden()
gone()
many()
tt.kill(server)
sys.exit(tt.result)
