"""Bad usage ends with 2, what cannot be reached or read with 1, each with one clear line."""
import json, os, pty, signal, subprocess, sys, time

from tools import Check, made, ok, peer, s_server, tt
from tt import of

port = tt.port()
TLSTRACE = f"{tt.B}/tlstrace"


def refuse(status, text, *args):
    done = subprocess.run([TLSTRACE, "check", *map(str, args)], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
    ok(done.returncode == status and text in done.stderr and done.stderr.count("\n") == 1 and not done.stdout,
       f"{status}: {' '.join(map(str, args)) or 'nothing'}", (done.returncode, done.stdout, done.stderr))


refuse(2, "which HOST[:PORT]?")
refuse(2, "one server at a time: 'b'", "a", "b")
for word in ("", "host:", "host:0", "host:65536", "host:x", "a:1:2:3", "[::1", "[::1]x", "[::1]:", "[host]:1", "::g",
             "-", "a b", "a\nb", "https://a", "host/", "\xe4.test", "a" * 300, "[" + "1" * 300 + "]"):
    refuse(2, "is not HOST or HOST:PORT", word)
refuse(2, "'telnet' is not smtp, imap,", "--starttls", "telnet", "a")
refuse(2, "is not a list of cipher suites", "--ciphers", "NOSUCH", "a")
refuse(2, "is not a list of cipher suites", "--ciphers", ":", "a")
refuse(2, "is not a list of groups", "--groups", "NOSUCH", "a")
refuse(2, "'0' is not a time", "--timeout", 0, "a")
refuse(2, "'nan' is not a time", "--timeout", "nan", "a")
refuse(2, "is not a number from 1 to 1000", "--reconnects", 0, "a")
refuse(2, "'b c' is not a host name", "--servername", "b c", "a")
refuse(2, "--key goes with --cert", "--key", "k", "a")
refuse(2, "--pid: not with check", "-p", 1, "a")
refuse(2, "--hooks: not with check", "--hooks", "copy", "a")
done = subprocess.run([TLSTRACE, "--ciphers", "ALL"], text=True, stderr=subprocess.PIPE)
ok(done.returncode == 2 and done.stderr == "tlstrace: --ciphers: only with check\n", "without check", done)
for option in ("cert", "ca"):
    refuse(1, f"--{option}: /nonexistent: No such file", f"--{option}", "/nonexistent", "a")
    refuse(1, f"--{option}: /dev/null: ", f"--{option}", "/dev/null", "a")
cert, other = made("good.test", "-addext", "subjectAltName=DNS:localhost"), made("other.test")
refuse(1, "key values mismatch", "--cert", cert[0], "--key", other[1], "a")
tt.run("openssl", "rsa", "-aes128", "-passout", "pass:x", "-in", cert[1], "-out", f"{tt.T}/locked.key",
       stderr=subprocess.DEVNULL)
refuse(1, "the key needs a passphrase", "--cert", cert[0], "--key", f"{tt.T}/locked.key", "a")
refuse(1, "/nonexistent/x: No such file", f"--json=/nonexistent/x", f"127.0.0.1:{port}")

# Servers that are not there.
refuse(1, f"127.0.0.1:{port}: Connection refused", f"127.0.0.1:{port}")
refuse(1, f"[::1]:{port}: Connection refused", f"[::1]:{port}")
refuse(1, "Connection refused", f"localhost:{port}")
refuse(1, "name.invalid: ", "name.invalid")
c = Check(f"127.0.0.1:{port}")
ok(c.status == 1 and [e["event"]["action"] for e in c.events] == ["tlstrace-stats"] and not c.text,
   "nothing but statistics is told then", c)

# A resolver that does not answer.
if os.geteuid():
    print("ok - a resolver that does not answer # SKIP needs root")
else:
    open(f"{tt.T}/resolv.conf", "w").write("nameserver 127.0.0.1\n")
    open(f"{tt.T}/nsswitch.conf", "w").write("hosts: dns\n")
    inside = f"""import socket, subprocess
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
subprocess.run(["{TLSTRACE}", "check", "--timeout", "0.5", "name.test"])
"""
    begin = time.monotonic()
    done = subprocess.run(["unshare", "-n", "-m", "sh", "-c", f"""ip link set lo up &&
mount --bind {tt.T}/resolv.conf /etc/resolv.conf && mount --bind {tt.T}/nsswitch.conf /etc/nsswitch.conf &&
exec {tt.PYTHON} -c '{inside}'"""], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ok(done.stderr == "tlstrace: check: name.test: the resolver does not answer\n" and
       time.monotonic() - begin < 3, "a resolver that does not answer", done)

# One that goes away in the middle: what was found is told, and that it is not all.
server = tt.serve([tt.PYTHON, "-c", f"""import socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("{cert[0]}", "{cert[1]}")
listener = socket.create_server(("127.0.0.1", {port}))
for i in range(3):
    c = listener.accept()[0]
    if i == 2:
        listener.close()
    try:
        context.wrap_socket(c, server_side=True).recv(1)
    except OSError:
        pass
"""], port)
c = Check(f"localhost:{port}", "--ca", cert[0])
ok(c.status == 1 and c.rows["TLS 1.2 full"]["result"] == "ok" and "after 3 connections\n" in c.error and
   c.error.count("\n") == 1 and "by ticket" not in c.text, "a server that goes away", c)

# Where there is no answer to the SYN: the backlog is full.
server = tt.spawn([tt.PYTHON, "-c", f"""import socket, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", {port})); s.listen(0)
kept = [socket.socket() for _ in range(4)]
for k in kept: k.setblocking(False); k.connect_ex(("127.0.0.1", {port}))
time.sleep(60)"""])
tt.wait_for(lambda: sum(f":{port:04X}" in line.split()[2] and line.split()[3] == "02"
                        for line in open("/proc/net/tcp").readlines()[1:]), "connections wait for the backlog")
begin = time.monotonic()
refuse(1, f"127.0.0.1:{port}: Connection timed out", "--timeout", 0.5, f"127.0.0.1:{port}")
ok(time.monotonic() - begin < 3, "within the limit")
tt.kill(server)

# Outputs.
server = s_server(port, cert)
c = Check("-q", f"localhost:{port}", "--reconnects", 1)
ok(c.status == 0 and not c.text and not c.error and of(c.events, "tls-finding"), "-q: no table", c)
ok(os.stat(f"{tt.T}/check{Check.count}.json").st_mode & 0o777 == 0o600, "the file is created 0600")
done = subprocess.run([TLSTRACE, "check", "--json", f"localhost:{port}", "--reconnects", "1"], text=True,
                      stdout=subprocess.PIPE)
ok(all(json.loads(line)["event"]["action"] for line in done.stdout.splitlines()), "--json alone: events and no table",
   done.stdout[:2000])
c = Check("-v", f"localhost:{port}", "--reconnects", 1)
ok(0 < c.text.find("FAILED: certificate-untrusted") < c.text.find("tried  "),
   "-v: each connection, then the table", c)
c = Check("--brief", f"localhost:{port}", "--reconnects", 1)
ok("certificate-untrusted" in c.text and "evidence" not in c.text, "--brief: one line a finding", c)
c = Check("--records", f"localhost:{port}", "--reconnects", 1)
ok(of(c.events, "tls-record") and of(c.events, "tls-message"), "--records")
ok(not [e for e in c.events if any(w in json.dumps(e) for w in ("CLIENT_RANDOM", "TRAFFIC_SECRET", "PRIVATE"))], "no key is told of")


for target, error in (("/dev/full", "tlstrace: standard output: No space left on device\n"), (None, "")):
    if target:
        out = open(target, "w")
    else:
        end, out = os.pipe()
        os.close(end)
    done = subprocess.run([TLSTRACE, "check", f"localhost:{port}", "--reconnects", "1"], text=True, stdout=out,
                          stderr=subprocess.PIPE)
    (out.close if target else lambda: os.close(out))()
    ok(done.returncode == 1 and done.stderr == error, f"standard output is {target or 'a pipe that nobody reads'}: 1",
       (done.returncode, done.stderr))


def on_terminal(*args):
    """What a terminal gets on standard error."""
    master, slave = pty.openpty()
    p = subprocess.Popen([TLSTRACE, "check", f"localhost:{port}", *args], stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    got = b""
    try:
        while data := os.read(master, 4096):
            got += data
    except OSError:
        pass
    os.close(master)
    p.wait()
    return got


got = on_terminal("--reconnects", "1")
ok(b"connection 1 of 11: TLS 1.3 full" in got and got.endswith(b"\r\x1b[K"), "progress on a terminal, and it goes", got)
ok(not on_terminal("-q"), "-q: none")
tt.kill(server)

# An interrupt ends it at once.
server = peer("odd.py", port, "silent")
p = tt.spawn([TLSTRACE, "check", f"localhost:{port}", "--timeout", "60", "--fail-on", "info"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
             text=True)
tt.wait_for(lambda: any(line.split()[3] == "01" and line.split()[2].endswith(f":{port:04X}")
                        for line in open("/proc/net/tcp").readlines()[1:]), "the check is connected")
p.send_signal(signal.SIGINT)
out, error = p.communicate(timeout=10)
ok(p.returncode == 1 and error == f"tlstrace: check: 127.0.0.1:{port}: interrupted\n", "an interrupt", (p.returncode, error))
sys.exit(tt.result)
