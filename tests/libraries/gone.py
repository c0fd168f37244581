"""Libraries that go: nothing of them is held. Their mounts can be unmounted and their disk space is
free while the tracer goes on, it has as many files open as before, and what comes next is probed.
Libraries that somebody still has mapped stay probed."""
import ctypes, json, os, shutil, signal, struct, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt

tt.root_or_skip("libraries that go")
import mounts
from mounts import LIBRARIES, NAMES, Layers, Mount, holds, maps, must_go
from tt import T, get, of, ok

ROUNDS, AT_ONCE = int(os.environ.get("ROUNDS", 50)), 10
FORKED = """import os, socket, ssl, sys
c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
c.load_cert_chain(*sys.argv[2:])
if os.fork():
    os._exit(0)
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    try:
        c.wrap_socket(s.accept()[0], server_side=True)
    except OSError:
        pass
"""


LOADS = "import os, ssl, sys; sys.stdin.read(1); os.execv(sys.executable, sys.orig_argv) if len(sys.argv) > 1 else 0"
CLONE3, CLONE_ARGS = 435, "11Q"


def server(at, folder, *before):
    return tt.serve([*before, "openssl", "s_server", "-accept", at, "-cert", cert[0], "-key", cert[1], "-quiet"], at,
                    stdin=subprocess.PIPE, env={**os.environ, "LD_LIBRARY_PATH": folder})


def distrust(at):
    subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{at}", "-verify_return_error", "-tls1_2"],
                   stdin=subprocess.DEVNULL, capture_output=True, timeout=20)


def news():
    """Coverage and errors so far: the tracer tells of all that others on this host do, too."""
    while line := output.readline():
        if not line.endswith("\n"):
            output.seek(output.tell() - len(line.encode()))
            break
        if '"tlstrace-coverage"' in line or '"tls-error"' in line:
            seen.append(json.loads(line))
    return seen


def errors(at):
    return [(get(e, "tls.error.library"), get(e, "tls.error.library_version"), get(e, "tls.error.reason_code"))
            for e in of([e for e in news() if get(e, "server.port") == at], "tls-error", role="server")]


def told(at, count=1):
    tt.wait_for(lambda: len(errors(at)) >= count, f"the error at port {at} is told")
    return errors(at) == [("openssl", version, 1048)] * count


def covered(pid):
    return [c for c in of(news(), "tlstrace-coverage", pid=pid) if get(c, "tlstrace.coverage.state") == "probed"]


def open_files():
    return len(os.listdir(f"/proc/{tracer.process.pid}/fd"))


def rounds():
    """Mounts that come and go, some at once."""
    before, wrong = open_files(), []
    for _ in range(0, ROUNDS, AT_ONCE):
        some = [Mount() for _ in range(AT_ONCE)]
        servers = [(tt.port(), m) for m in some]
        servers = [(at, server(at, m.at)) for at, m in servers]
        tt.wait_for(lambda: all(covered(p.pid) for _, p in servers), "each server is seen to come")
        for at, p in servers:
            distrust(at)
        wrong += [errors(at) for at, _ in servers if not told(at)]
        for _, p in servers:
            tt.kill(p)
        must_go("mounts can be unmounted", *some)
    ok(not wrong, f"{Mount.count} libraries on mounts of their own were probed, each in its turn", wrong)
    ok(True, "and each mount could be unmounted")
    ok(open_files() < before + 2 * ROUNDS, f"{open_files()} files are open, {before} were before")


def in_use():
    """Nobody but a child has it mapped, for longer than it takes to see that nobody has."""
    m, at = Mount(), tt.port()
    p = tt.spawn([tt.PYTHON, "-c", FORKED, at, *cert], env={**os.environ, "LD_LIBRARY_PATH": m.at})
    p.wait()
    tt.running.remove(p)
    tt.wait_for(lambda: tt.listeners(at), "the child listens")
    other = Mount()  # what nobody has mapped any more is let go meanwhile
    second = tt.port()
    passing = server(second, other.at)
    tt.wait_for(lambda: covered(passing.pid), "another comes")
    tt.kill(passing)
    must_go("and goes", other)
    distrust(at)
    ok(told(at), "a library that only a forked child has mapped stays probed", errors(at))
    child = int(next(name for name in os.listdir("/proc") if name.isdigit() and name != str(os.getpid()) and
                     m.at in maps(name)))
    os.kill(child, signal.SIGKILL)
    must_go("its mount can be unmounted when the child has ended", m)


def deleted():
    """On the host's own file system: it stays while it has a name, and goes after."""
    folder, at = f"{T}/own", tt.port()
    os.mkdir(folder)
    for name in NAMES:
        shutil.copy(f"{LIBRARIES}/{name}", folder)
    inodes = {os.stat(f"{folder}/{name}").st_ino for name in NAMES}
    device = os.stat(folder).st_dev
    p = server(at, folder)
    tt.wait_for(lambda: covered(p.pid), "a library is seen")
    shutil.rmtree(folder)
    distrust(at)
    ok(told(at), "a library without a name stays probed while it is mapped", errors(at))
    tt.kill(p)
    tt.wait_for(lambda: not holds(device, inodes), "its disk space is free")
    ok(True, "and is let go when its process has ended")


def container():
    """An overlay in a mount namespace of its own; again when it comes back."""
    layers, at = Layers(), tt.port()
    for turn in (1, 2):
        m = layers.overlay("one")
        p = server(at, m.at, "unshare", "--mount")
        tt.wait_for(lambda: covered(p.pid), "the container's library is seen")
        distrust(at)
        ok(told(at, turn), f"a container, time {turn}: its library is probed", errors(at))
        tt.kill(p)
        must_go("the container's overlay can be unmounted", m)
        tt.wait_for(lambda: not holds(m.device), "no file of it is open")
    layers.must_go("what lay below it can be unmounted")
    ok(True, "a container that has gone holds nothing")


def of_one_image():
    """Two overlays over one file: it is probed once, and stays so when the first of them goes."""
    layers, ports = Layers(), (tt.port(), tt.port())
    pair = [layers.overlay(name) for name in ("one", "two")]
    servers = [server(at, m.at) for at, m in zip(ports, pair)]
    tt.wait_for(lambda: all(covered(p.pid) for p in servers), "both are seen")
    held = [holds(m.device) for m in pair]
    ok(held == [True, False], "containers of one image: the file below is probed once", held)
    for at in ports:
        distrust(at)
        ok(told(at), "each one's errors are told", errors(at))
    tt.kill(servers[0])
    must_go("the first can be unmounted while the second goes on", pair[0])
    distrust(ports[1])
    ok(told(ports[1], 2), "and the second's errors are told still", errors(ports[1]))
    ok(holds(pair[1].device), "its own file is open now")
    tt.kill(servers[1])
    must_go("the second can be unmounted", pair[1])
    layers.must_go("and what lay below")


def start(wanted, *more):
    """Start a program that has libssl, with that pid if there is one; the pid, and what makes it go on."""
    from_here, to_it = os.pipe()
    pid = (ctypes.c_int32 * 1)(wanted)
    how = ctypes.create_string_buffer(struct.pack(CLONE_ARGS, 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0,
                                                  ctypes.addressof(pid) if wanted else 0, bool(wanted), 0))
    child = ctypes.CDLL(None, use_errno=True).syscall(CLONE3, how, struct.calcsize(CLONE_ARGS))
    if child == 0:
        os.dup2(from_here, 0)
        os.close(to_it)
        os.execv(tt.PYTHON, [tt.PYTHON, "-c", LOADS, *more])
    os.close(from_here)
    return child, to_it


def taken_over():
    """The same pid, another program: by exec, and in another process. It is told of each time."""
    pid, go_on = start(0, "again")
    for turn in (1, 2):
        tt.wait_for(lambda: len(covered(pid)) >= turn, f"program {turn} with this pid is told of")
        os.write(go_on, b"x")
    # Each time that it is let go on it becomes itself again.
    tt.wait_for(lambda: len(covered(pid)) >= 3, "and once more")
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    taken, _ = start(pid)
    if taken != pid:
        print(f"ok - a pid that is taken over # SKIP {os.strerror(ctypes.get_errno())}")
        return
    tt.wait_for(lambda: len(covered(pid)) >= 4, "a process that takes over a pid is told of")
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    ok(len(covered(pid)) == 4, "each program that has a pid in its turn is told of, once", covered(pid))


cert, version = tt.certificate(), tt.run("openssl", "version").split()[1]
tracer = mounts.tracer = tt.Tracer()
output, seen = open(tracer.file), []
try:
    rounds()
    in_use()
    deleted()
    container()
    of_one_image()
    taken_over()
finally:
    for line in reversed(open("/proc/self/mounts").readlines()):
        if T in line:
            subprocess.run(["umount", "-l", line.split()[1]])
tracer.stop()
ok(not tracer.status, "the tracer ends well", open(tracer.file + ".err").read())
sys.exit(tt.result)
