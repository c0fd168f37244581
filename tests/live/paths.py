"""Ways into the kernel that are not read and write: io_uring, sendfile, kTLS."""
import os, socket, ssl, struct, sys

import tt
from tt import T, get, of, ok

SIZE = 2000000


def curl(port, name, *more):
    p = tt.spawn(["curl", "-sk", "--http1.1", "--resolve", f"{name}:{port}:127.0.0.1",
                  f"https://{name}:{port}/file", *more])
    p.wait()
    tt.running.remove(p)
    return p


def both_ends(what, events, name, client, server):
    seen = sorted((get(h, "tlstrace.role"), get(h, "tls.established"), get(h, "process.pid"))
                  for h in of(events, "tls-handshake", name=name))
    wanted = [("client", True, client), ("server", True, server)]
    ok(seen == wanted, f"{what}: a handshake at each end, with its process", (seen, wanted))
    counts = {(get(c, "tls.records.server.count"), get(c, "tls.records.client.count"))
              for c in of(events, "tls-connection", name=name)}
    ok(len(counts) == 1, f"{what}: both ends count the same records", counts)


def uring(hooks, cert):
    what = f"{hooks}: io_uring"
    switch = "/proc/sys/kernel/io_uring_disabled"
    disabled = os.path.exists(switch) and open(switch).read().strip() != "0"
    if disabled:
        print(f"ok - {what} # SKIP this kernel refuses io_uring")
        return
    port = tt.port()
    server = tt.serve([T + "/uring", port, *cert], port)
    tracer = tt.Tracer("--port", port, "--hooks", hooks)
    client = curl(port, "uring.test")
    server.wait()
    both_ends(what, tracer.stop(), "uring.test", client.pid, server.pid)


def nginx(port, cert, more):
    open(T + "/nginx.conf", "w").write(
        f"daemon off; pid {T}/nginx.pid; error_log {T}/nginx.log; worker_processes 1; user root;\n"
        f"events {{}} http {{ access_log off; sendfile on; {more} server {{ listen {port} ssl;\n"
        f"root {T}; ssl_certificate {cert[0]}; ssl_certificate_key {cert[1]}; }} }}\n")
    p = tt.serve(["nginx", "-p", T, "-c", T + "/nginx.conf"], port)
    tt.wait_for(lambda: tt.children(p.pid), "nginx has its worker")
    return p, tt.children(p.pid)[0]


def sendfile(hooks, cert, what, more, *curl_options):
    port = tt.port()
    server, worker = nginx(port, cert, more)
    tracer = tt.Tracer("--port", port, "--hooks", hooks)
    client = curl(port, "file.test", *curl_options)
    tt.kill(server, 15)
    events = tracer.stop()
    both_ends(f"{hooks}: {what}", events, "file.test", client.pid, worker)
    data = [get(c, "tls.records.server.application_data.bytes") for c in of(events, "tls-connection")]
    ok(len(data) == 2 and all(SIZE < n < SIZE * 1.02 for n in data),
       f"{hooks}: {what}: the file's bytes, and no more than their records add", data)


def error_queue(hooks, cert):
    """What the kernel hands back with a transmit timestamp are sent bytes, not received ones."""
    port, timestamps = tt.port(), 1 << 1 | 1 << 4 | 1 << 9  # of sent packets, in software
    server = tt.serve(["openssl", "s_server", "-rev", "-quiet", "-accept", port, "-cert", cert[0],
                       "-key", cert[1]], port)
    tracer = tt.Tracer("--port", port, "--hooks", hooks)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    returned = 0
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port))) as tls:
        raw = socket.socket(fileno=os.dup(tls.fileno()))
        raw.setsockopt(socket.SOL_SOCKET, 37, struct.pack("I", timestamps))
        for _ in range(20):
            tls.sendall(b"x" * 99 + b"\n")
            tls.recv(100)
            returned += len(socket.socket.recvmsg(raw, 4096, 512, socket.MSG_ERRQUEUE)[0])
        raw.close()
        tls.unwrap()
    events = tracer.stop()
    tt.kill(server)
    ok(returned > 2000, f"{hooks}: error queue: sent packets came back", returned)
    counts = [(get(c, "tls.records.client.count"), get(c, "tls.records.server.count"), get(c, "tls.gaps"))
              for c in of(events, "tls-connection")]
    ok(len(counts) == 2 and counts[0] == counts[1] and counts[0][2] == 0,
       f"{hooks}: error queue: both ends count the same records", counts)


tt.root_or_skip("paths")
cert = tt.certificate()
open(T + "/file", "wb").write(b"f" * SIZE)
os.chmod(T, 0o755)
tt.run("gcc", "-O2", "-Wall", "-o", T + "/uring", tt.HERE + "/peers/uring.c", "-lssl", "-lcrypto")
ulps = open("/proc/sys/net/ipv4/tcp_available_ulp").read().split()
for hooks in ("copy", "cgroup"):
    uring(hooks, cert)
    error_queue(hooks, cert)
    sendfile(hooks, cert, "sendfile", "", "--tls-max", "1.2")
    if "tls" in ulps:
        sendfile(hooks, cert, "kTLS", "ssl_conf_command Options KTLS; ssl_protocols TLSv1.2;")
    else:
        print(f"ok - {hooks}: kTLS # SKIP this kernel has no TLS in TCP (tcp_available_ulp: {' '.join(ulps)})")
sys.exit(tt.result)
