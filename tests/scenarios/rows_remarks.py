"""rows_remarks.py - what works and yet is told of."""
import os, socket, ssl, struct, threading

import pki
import tt
from peers import NAME, curl, gnutls_client, gnutls_server, go, nginx, node, pairs, python, s_client, s_server
from row import Row

UNSAFE, CUT = "unsafe-protocol", "closed-without-close-notify"
LOW = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"


def unsafe():
    for version in ("1.0", "1.1"):
        yield Row(f"TLS {version}", None, s_server("-cipher", LOW, version=version), s_client("-cipher", LOW, version=version), notes=[UNSAFE])
        yield Row(f"TLS {version}, gnutls", None, gnutls_server("--priority=NORMAL:+VERS-TLS1.0:+VERS-TLS1.1"),
                  gnutls_client(version=version, ca=False), notes=[UNSAFE])
        yield Row(f"TLS {version}, go", None, go("server", cert="good", version=version), s_client("-cipher", LOW, version=version),
                  notes=[UNSAFE])
    for suite in ("ECDHE-ECDSA-NULL-SHA", "AECDH-AES128-SHA", "AECDH-NULL-SHA"):
        yield Row(f"suite {suite}", None, s_server("-cipher", suite + ":@SECLEVEL=0", version="1.2"),
                  s_client("-cipher", suite + ":@SECLEVEL=0", version="1.2"), notes=[UNSAFE])
    yield Row("3DES, gnutls", None, gnutls_server("--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:+3DES-CBC", cert="rsa"),
              gnutls_client(version="1.2", ca=False, priority=":-CIPHER-ALL:+3DES-CBC"), notes=[UNSAFE])
    yield Row("RC4, gnutls", None, gnutls_server("--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:+ARCFOUR-128", cert="rsa"),
              gnutls_client(version="1.2", ca=False, priority=":-CIPHER-ALL:+ARCFOUR-128"), notes=[UNSAFE])
    for version in ("1.2", "1.3"):
        yield Row(f"TLS {version} is safe", None, s_server(version=version), s_client(version=version), never=[UNSAFE])


def ending(how):
    """A server of this process that ends a healthy connection in one way."""
    def play(port, server, _):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pairs["good"])
        context.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[how[1]]
        listener = socket.create_server(("127.0.0.1", port))

        def work():
            plain, _ = listener.accept()
            s = context.wrap_socket(plain, server_side=True)
            s.recv(100)
            s.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello\n")  # which curl reads to its end
            if how[0] == "notify":
                try:
                    s.unwrap()
                except OSError:
                    pass
            if how[0] == "reset":
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
            listener.close()
        threading.Thread(target=work, daemon=True).start()
        return [], [os.getpid()]
    return play


def ends():
    for version in ("1.2", "1.3"):
        for how, notes, never in (("fin", [CUT], []), ("notify", [], [CUT]), ("reset", [], [CUT])):
            for who, client in (("python", python("client", version=version)), ("curl", curl("-k", version=version)),
                                ("gnutls-cli", gnutls_client(version=version, ca=False)), ("go", go("client", version=version))):
                if (who, how) == ("gnutls-cli", "fin"):
                    continue  # says farewell first
                yield Row(f"{how} at the end, {who}, {version}", None, None, client, play=ending((how, version)), notes=notes, never=never)


def rows():
    for group in (unsafe, ends):
        yield from group()
