"""A connection that goes over to another program in the middle: who reads is named, and a
process filter that refused the first reader takes it up with the second."""
import os, socket, ssl, subprocess, sys

import tt
from tt import T, get, of, ok

RECORDS, NAME = 20, "tt-second"


def handed(how, hooks, cert, *options):
    """Records sent when the second program was reading; what the tracer says of the server."""
    port = tt.port()
    server = tt.serve([tt.PYTHON, tt.HERE + "/peers/handed.py", *cert, port, how, f"{T}/{NAME}"], port,
                      stdout=subprocess.PIPE, start_new_session=True)
    tracer = tt.Tracer("--port", port, "--hooks", hooks, *options)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version, context.options = ssl.TLSVersion.TLSv1_2, context.options | ssl.OP_NO_TICKET
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port))) as tls:
        tls.send(b"x")
        tls.send(b"y" * 1000)
        server.stdout.read1()  # the second program has read
        for _ in range(RECORDS):
            tls.send(b"z" * 1000)
        tls.shutdown(socket.SHUT_WR)
        server.stdout.read()
    server.wait()
    tt.running.remove(server)
    # Without a hello the role is unknown: tell the ends apart by the client, which is this process.
    return [c for c in of(tracer.stop(), "tls-connection") if get(c, "process.pid") != os.getpid()]


tt.root_or_skip("handed")
cert = tt.certificate()
os.symlink("/bin/cat", f"{T}/{NAME}")
for hooks in ("copy", "cgroup"):
    for how in ("exec", "pass"):
        told = handed(how, hooks, cert)
        ok([get(c, "process.name") for c in told] == [NAME], f"{hooks}: {how}: the program that read last",
           [get(c, "process") for c in told])
        told = handed(how, hooks, cert, "-c", NAME)
        count = [get(c, "tls.records.client.application_data.count") for c in told]
        # With the record that the second program read first, where a reader hook sees it.
        ok(count and count[0] in (RECORDS, RECORDS + 1), f"{hooks}: {how}: -c takes it up", told)
sys.exit(tt.result)
