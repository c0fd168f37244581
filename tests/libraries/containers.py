"""Programs in roots of their own, with libraries of their own: found, probed, traced, told of by version."""
import os, shutil, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt

tt.root_or_skip("containers")
import releases
from tt import T, get, of, ok

LIBRARIES = "usr/lib/x86_64-linux-gnu"
STATIC = """#include <openssl/ssl.h>
#include <stdio.h>
/* A client that trusts nobody: PORT, for each line that it reads. */
int main(int argc, char **argv)
{
	char at[32];

	snprintf(at, sizeof(at), "127.0.0.1:%s", argv[1]);
	puts(OpenSSL_version(OPENSSL_VERSION));
	while (getchar() == '\\n') {
		SSL_CTX *context = SSL_CTX_new(TLS_client_method());
		BIO *bio = BIO_new_connect(at);
		SSL *ssl = SSL_new(context);

		SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
		if (BIO_do_connect(bio) != 1)
			return 1;
		SSL_set_bio(ssl, bio, bio);
		SSL_connect(ssl);
		SSL_free(ssl);
		SSL_CTX_free(context);
	}
	return 0;
}
"""


def covered(tracer, pid):
    return [c for c in of(tracer.events(), "tlstrace-coverage", pid=pid) if get(c, "tlstrace.coverage.state") == "probed"]


def said(what, events, role, port, reason, version, pid):
    """The reason of one end, its library's version, and that the process is named."""
    ends = of([e for e in events if get(e, "server.port") == port], "tls-error", role=role)
    errors = [(get(e, "tls.error.reason_code"), get(e, "tls.error.library_version"), get(e, "process.pid")) for e in ends]
    ok(errors == [(reason, version, pid)], f"{what}: the reason, by OpenSSL {version}", errors)
    paths = [get(c, "tlstrace.coverage.path") for c in of(events, "tlstrace-coverage", pid=pid)
             if get(c, "tlstrace.coverage.library_version") == version]
    ok(paths, f"{what}: named in coverage", of(events, "tlstrace-coverage")[-2:])
    return paths


def in_root(what, root, comes_late):
    """A server in that root, there before the tracer or after it; a client distrusts it."""
    at = tt.port()
    pair = [shutil.copy(path, f"{root}/tmp-{os.path.basename(path)}") for path in cert]
    tracer = tt.Tracer() if comes_late else None
    p = tt.serve(["unshare", "--mount", "chroot", root, "/usr/bin/openssl", "s_server", "-accept", at, "-quiet",
                  "-cert", "/" + os.path.basename(pair[0]), "-key", "/" + os.path.basename(pair[1])], at,
                 stdin=subprocess.PIPE)
    tracer = tracer or tt.Tracer("--port", at)
    if comes_late:
        tt.wait_for(lambda: covered(tracer, p.pid), "it is seen to come")
    subprocess.run(distrust(at), stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
    tt.wait_for(lambda: of(tracer.events(), "tls-error", pid=p.pid), f"{what}: its error is told")
    said(what, tracer.stop(), "server", at, 1048, "1.1.1w", p.pid)
    tt.kill(p)
    for path in pair:
        os.unlink(path)


def distrust(at):
    return ["openssl", "s_client", "-connect", f"127.0.0.1:{at}", "-verify_return_error", "-tls1_2"]


def old_root():
    """A root with bullseye's OpenSSL and C library; an overlay over it."""
    root, why = releases.unpack("bullseye", "libc6", "libssl1.1", "openssl")
    if why:
        print(f"ok - a root of another release # SKIP {why}")
        return
    in_root("a chroot that comes", root, True)
    in_root("a chroot that is there", root, False)
    upper, work, merged = (f"{T}/{d}" for d in ("upper", "work", "merged"))
    for folder in (upper, work, merged):
        os.mkdir(folder)
    mount = subprocess.run(["mount", "-t", "overlay", "overlay", "-o",
                            f"lowerdir={root},upperdir={upper},workdir={work}", merged], stderr=subprocess.PIPE, text=True)
    if mount.returncode:
        print(f"ok - overlayfs # SKIP {mount.stderr.strip()}")
        return
    try:
        in_root("overlayfs", merged, False)
        with open(f"{merged}/{LIBRARIES}/libssl.so.1.1", "ab") as f:
            f.write(b"\0")  # copied up: another inode
        in_root("overlayfs, the library copied up", merged, False)
    finally:
        tt.run("umount", merged)


def replaced():
    """The library is replaced while a program has it mapped."""
    version = tt.run("openssl", "version").split()[1]
    folder = f"{T}/own"
    os.mkdir(folder)
    for name in ("libssl.so.3", "libcrypto.so.3"):
        shutil.copy(f"/{LIBRARIES}/{name}", folder)
    p = tt.spawn(["openssl", "s_server", "-accept", late, "-cert", cert[0], "-key", cert[1], "-quiet"],
                 stdin=subprocess.PIPE, env={**os.environ, "LD_LIBRARY_PATH": folder})
    tt.wait_for(lambda: tt.listeners(late), "the server listens")
    for name in ("libssl.so.3", "libcrypto.so.3"):
        shutil.copy(f"/{LIBRARIES}/{name}", f"{folder}/new")
        os.rename(f"{folder}/new", f"{folder}/{name}")
    ok("(deleted)" in open(f"/proc/{p.pid}/maps").read(), "its library has no name any more")
    tracer = tt.Tracer("--port", late)
    subprocess.run(distrust(late), stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
    events = tracer.stop()
    errors = [(get(e, "tls.error.reason_code"), get(e, "tls.error.library_version"))
              for e in of(events, "tls-error", role="server")]
    ok(errors == [(1048, version)], "a library that was replaced while in use: what it received", errors)
    tt.kill(p)


def same_name():
    """Under the name of this host's library there is another one: in a mount namespace of its own."""
    version = tt.run("openssl", "version").split()[1]
    other = version[:2] + "9" + version[3:]
    folder = f"{T}/other"
    os.mkdir(folder)
    for name in ("libssl.so.3", "libcrypto.so.3"):
        with open(f"/{LIBRARIES}/{name}", "rb") as f, open(f"{folder}/{name}", "wb") as copy:
            copy.write(f.read().replace(f"OpenSSL {version} ".encode(), f"OpenSSL {other} ".encode()))
    at = tt.port()
    p = tt.serve(["unshare", "--mount", "sh", "-c", 'for f in libssl.so.3 libcrypto.so.3; do mount --bind "$0/$f" "$1/$f" || exit; done; '
                  'shift; exec openssl s_server "$@"', folder, f"/{LIBRARIES}", "-accept", at, "-quiet", "-cert", cert[0], "-key", cert[1]],
                 at, stdin=subprocess.PIPE)
    tracer = tt.Tracer("--port", at)
    p2 = tt.spawn(distrust(at), stdin=subprocess.DEVNULL)
    p2.wait()
    tt.wait_for(lambda: of(tracer.events(), "tls-error", pid=p.pid), "another library of the same name: its error is told")
    events = tracer.stop()
    said("another library of the same name", events, "server", at, 1048, other, p.pid)
    own = [get(e, "tls.error.library_version") for e in of(events, "tls-error", pid=p2.pid)]
    ok(own == [version], f"the host's own beside it: OpenSSL {version}", own)
    tt.kill(p)


def distrusting(what, program, *argv):
    """A program that is there before the tracer connects once: its reason, its version, its file."""
    p = tt.spawn([*argv, port], stdin=subprocess.PIPE)
    tt.wait_for(lambda: program in open(f"/proc/{p.pid}/maps").read(), "the program runs")
    tracer = tt.Tracer("--port", port)
    p.stdin.write(b"\n")
    p.stdin.flush()
    tt.wait_for(lambda: covered(tracer, p.pid), f"{what}: it is named")
    p.stdin.close()
    p.wait(20)
    tt.running.remove(p)
    return said(what, tracer.stop(), "client", port, 134, tt.run("openssl", "version").split()[1], p.pid)


def static():
    """A static program: no library is mapped, its symbols are its own."""
    program = f"{T}/static"
    tt.run("gcc", "-static", "-o", program, source, "-lssl", "-lcrypto", stderr=subprocess.DEVNULL)
    told = distrusting("a static program", program, program)
    ok(told == [program], "a static program: the file is its own", told)


def musl():
    """Programs on musl: a static one, and a root whose loader and C library are musl's. There is no
    package of OpenSSL for musl: its libraries are made of the objects in those for static programs."""
    archive = [f"/{LIBRARIES}/lib{name}.a" for name in ("ssl", "crypto")]
    headers = ["-idirafter", "/usr/include", "-idirafter", "/usr/include/x86_64-linux-gnu"]
    missing = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "musl.c")
    program, root = f"{T}/static-musl", f"{T}/musl"
    tt.run("musl-gcc", "-static", *headers, "-o", program, source, missing, *archive)
    ok(b"GLIBC" not in open(program, "rb").read(), "a static program on musl has nothing of glibc's")
    told = distrusting("a static program on musl", program, program)
    ok(told == [program], "a static program on musl: the file is its own", told)
    for folder in ("lib", "usr/lib", "usr/bin"):
        os.makedirs(f"{root}/{folder}")
    shutil.copy("/lib/ld-musl-x86_64.so.1", f"{root}/lib")
    ssl, crypto = (f"{root}/usr/lib/lib{name}.so.3" for name in ("ssl", "crypto"))
    for made, parts in ((crypto, [missing, "-Wl,--whole-archive", archive[1], "-Wl,--no-whole-archive"]),
                        (ssl, ["-Wl,--whole-archive", archive[0], "-Wl,--no-whole-archive", crypto])):
        tt.run("musl-gcc", "-shared", "-fPIC", f"-Wl,-soname,{os.path.basename(made)}", "-o", made, *parts)
    tt.run("musl-gcc", *headers, "-o", f"{root}/usr/bin/client", source, ssl, crypto)
    told = distrusting("a root on musl", "ld-musl", "unshare", "--mount", "chroot", root, "/usr/bin/client")
    ok([path.endswith("/usr/lib/libssl.so.3") for path in told] == [True], "a root on musl: its library is found", told)


cert, port, late = tt.certificate(), tt.port(), tt.port()
server = tt.serve(["openssl", "s_server", "-accept", port, "-cert", cert[0], "-key", cert[1], "-www"], port)
source = f"{T}/static.c"
with open(source, "w") as f:
    f.write(STATIC)
old_root()
replaced()
same_name()
static()
musl()
tt.kill(server)
sys.exit(tt.result)
