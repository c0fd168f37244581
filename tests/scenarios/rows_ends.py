"""rows_ends.py - ends that close, reset, stop, break down or send what nobody can read."""
import os, socket, ssl, struct, threading, time

import pki
import tt
from between import (CERTIFICATE, CLIENT_HELLO, CLIENT_KEY_EXCHANGE, CLOSE, HANG, RESET, SERVER_HELLO, SERVER_HELLO_DONE,
                     SERVER_KEY_EXCHANGE, at, edit, extensions, late)
from peers import NAME, curl, gnutls_client, gnutls_server, go, nginx, node, pairs, python, s_client, s_server, verifying
from row import Row

CLOSED, IS_RESET, STALLED = "peer-closed-during-handshake", "peer-reset-during-handshake", "handshake-stalled"
MALFORMED, INTERNAL, ALTERED = "malformed-message", "internal-error-at-peer", "altered-in-transit"


def listening(answer):
    """A server of this process: `answer(socket)` gets the one connection."""
    def play(port, server, _):
        listener = socket.create_server(("127.0.0.1", port))

        def work():
            s, _ = listener.accept()
            s.settimeout(15)
            try:
                answer(s)
            except OSError:
                pass
            s.close()
            listener.close()
        threading.Thread(target=work, daemon=True).start()
        return [], [os.getpid()]
    return play


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reads_and(action=None, seconds=0):
    def answer(s):
        s.recv(65536)
        time.sleep(seconds)
        if action:
            action(s)
    return answer


def own_server(name, code, answer, client, **more):
    return Row(name, code, None, client, play=listening(answer), **more)


def silence():
    for who, client in (("s_client", s_client()), ("curl", curl(version="1.2", most="1.3")), ("gnutls-cli", gnutls_client(ca=False)),
                        ("python", python("client")), ("go", go("client", version="1.2", max="1.3")), ("node", node("client"))):
        yield own_server(f"closed after the ClientHello of {who}", CLOSED, reads_and(), client, alert="any")
        yield own_server(f"reset after the ClientHello of {who}", IS_RESET, reads_and(reset), client)
    for version, records in (("1.2", 5), ("1.3", 6)):
        for index in range(1, records):
            for how, code in ((CLOSE, CLOSED), (RESET, IS_RESET)):
                # The server has said all that it has to, and ends as the proxy lets it.
                yield Row(f"{how} before the server's record {index}, {version}", code, s_server(version=version), s_client(version=version),
                          "any", [(None, at(index, how))], server_end="any", capture_back="any")
        for how, code in ((CLOSE, CLOSED), (RESET, IS_RESET)) if version == "1.2" else ():
            yield Row(f"{how} before the client's Finished, {version}", code, s_server(version=version), s_client(version=version),
                      "any", [(at(2, how), None)])


def stalls():
    for who, client in (("s_client", "openssl"), ("curl", "curl")):
        argv = curl("-m", "7", version="1.2", most="1.3") if client == "curl" else ["timeout", "7"]
        if client == "curl":
            yield own_server(f"a server that says nothing to {who}", STALLED, reads_and(None, 9), argv, seconds=9, alert="any")
    for version in ("1.2", "1.3"):
        yield Row(f"server's second record never comes, {version}", STALLED, s_server(version=version), curl("-m", "7", "-k", version=version),
                  "any", [(None, at(1, HANG))], seconds=9, server_end="any", capture_back="any")
        yield Row(f"client's second record never comes, {version}", STALLED, s_server(version=version), curl("-m", "7", "-k", version=version),
                  "any", [(at(1, HANG), None)], seconds=9, client="any", capture="any")
        yield Row(f"server slow and yet done, {version}", None, s_server(version=version), s_client(version=version), None,
                  [(None, late(0, 2))], seconds=4, notes=["handshake-slow"])


def half(how):
    """A client that sends the first 50 bytes of its ClientHello; then: `how`."""
    script = os.path.join(os.path.dirname(__file__), "peers", "half_hello.py")
    return lambda port: (["python3", script, str(port), how], {})


def beginnings():
    for version in ("1.2", "1.3"):
        server = s_server(version=version)
        yield Row(f"half a ClientHello and the end, {version}", CLOSED, server, half("close"), "any")
        yield Row(f"half a ClientHello and a reset, {version}", IS_RESET, server, half("reset"))
        yield Row(f"half a ClientHello and no more, {version}", STALLED, server, half("stop"), "any", seconds=9, client_gone=True)
        yield Row(f"a ClientHello in two parts, {version}", None, server, half("whole"))
    yield Row("a ClientHello twice, where the second one's record is of an older version", MALFORMED, s_server(version="1.2"),
              half("twice"), ("server", "protocol_version"))


def tunnel():
    def answer(s):
        s.recv(65536)
        s.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        s.recv(65536)
        s.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
    yield own_server("a proxy that opens the tunnel and answers the ClientHello with text", "tls-to-plaintext-port", answer,
                     lambda port: (["curl", "-sS", "-m", "5", "-x", f"http://127.0.0.1:{port}", "https://good.test/"], {}),
                     server_end="any", capture=CLOSED)


def breakdown():
    alert = ("server", "internal_error")
    for version in ("1.2", "1.3"):
        yield Row(f"internal_error by the program's callback, {version}", INTERNAL, python("server", cert="good", version=version, refuse=80),
                  s_client(version=version), alert)
        yield Row(f"access_denied by the program's callback, {version}", "handshake-failed-unexplained",
                  python("server", cert="good", version=version, refuse=49), s_client(version=version), ("server", "access_denied"))


def cut(body):
    return body[:-3]


def grown(body):
    return body + b"\0\0\0\0\0\0\0"


def other_suite(body):
    i = 35 + body[34]
    return body[:i] + b"\x00\x03" + body[i + 2:]


def extra(is_server, number, data=b""):
    return lambda body: extensions(body, is_server, lambda items: [*items, (number, data)])


def without(number):
    return lambda body: extensions(body, False, lambda items: [(t, d) for t, d in items if t != number])


def bad_compression(body):
    i = 35 + body[34]
    i += 2 + int.from_bytes(body[i:i + 2], "big")
    return body[:i] + b"\x01\x05" + body[i + 2:]


def altering(change, version):
    """A server of this process: OpenSSL in memory, and what it says is changed before it leaves."""
    def answer(s):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pairs["good"])
        context.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls, count, over = context.wrap_bio(incoming, outgoing, server_side=True), 0, False
        while not over:
            try:
                over = not tls.do_handshake()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                over = True
            data = outgoing.read()
            while data:
                length = 5 + int.from_bytes(data[3:5], "big")
                s.sendall(change(count, bytearray(data[:length])) or data[:length])
                data, count = data[length:], count + 1
            if not over:
                more = s.recv(65536)
                incoming.write(more) if more else incoming.write_eof()
        while s.recv(65536):
            pass
    return listening(answer)


def malformed():
    """What the server really sent is malformed; what the client sent is by what comes back."""
    big = bytes([22, 3, 3]) + (20000).to_bytes(2, "big") + b"\x02" * 20000
    hellos = {"ServerHello cut short": cut, "ServerHello with an extension nobody asked for": extra(True, 0x3374),
              "ServerHello with a suite nobody offered": other_suite,
              "ServerHello turned into another message": lambda body: (CERTIFICATE, body)}
    for version in ("1.2", "1.3"):
        changes = [(name, edit(SERVER_HELLO, f)) for name, f in hellos.items()] + [("ServerHello too long for a record", at(0, big))]
        if version == "1.2":
            changes += [("Certificate with bytes after it", edit(CERTIFICATE, grown)),
                        ("ServerKeyExchange with bytes after it", edit(SERVER_KEY_EXCHANGE, grown)),
                        ("ServerHelloDone with bytes after it", edit(SERVER_HELLO_DONE, grown)),
                        ("a message twice", lambda count, record: bytes(record) * 2 if count == 1 else None)]
        for name, change in changes:
            yield Row(f"{name}, {version}", MALFORMED, None, s_client(version=version), "any", play=altering(change, version))
    for who, client in (("gnutls-cli", gnutls_client(version="1.2", ca=False)), ("go", go("client", version="1.2")),
                        ("python", python("client", version="1.2")), ("node", node("client", version="1.2"))):
        yield Row(f"Certificate with bytes after it, {who}", MALFORMED, None, client, "any", play=altering(edit(CERTIFICATE, grown), "1.2"))
    for version in ("1.2", "1.3"):
        yield Row(f"ClientHello with an extension that the server does not know, {version}", None, s_server(version=version),
                  s_client("-serverinfo", "5555", version=version), None)


def altered():
    """The same on the way between two ends of this host: both were seen, and their bytes differ."""
    by_client = {"ClientHello cut short": cut, "ClientHello with bytes after it": grown,
                 "ClientHello without null compression": bad_compression}
    by_server = {"ServerHello cut short": cut, "ServerHello with a suite nobody offered": other_suite}
    for version in ("1.2", "1.3"):
        for name, change in [*((n, (edit(CLIENT_HELLO, f), None)) for n, f in by_client.items()),
                             *((n, (None, edit(SERVER_HELLO, f))) for n, f in by_server.items())]:
            yield Row(f"{name} on the way, {version}", ALTERED, s_server(version=version), s_client(version=version), "any", [change])
    for name, number in (("key_share", 51), ("signature_algorithms", 13)):
        yield Row(f"ClientHello that lost its {name} on the way, 1.3", ALTERED, s_server(version="1.3"), s_client(version="1.3"), "any",
                  [(edit(CLIENT_HELLO, without(number)), None)])
    yield Row("ClientKeyExchange cut short on the way, 1.2", ALTERED, s_server(version="1.2"), s_client(version="1.2"), "any",
              [(edit(CLIENT_KEY_EXCHANGE, cut), None)])
    yield Row("nothing altered on the way", None, s_server(), s_client(), None, [(None, None)])


def renegotiation():
    code = "renegotiation-refused"

    with open(tt.T + "/renegotiate", "w") as typed:  # once: several clients read it at a time
        typed.write("R\n")

    def asks(port):
        """s_client renegotiates after "R" on a line of its own."""
        return ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", NAME, "-tls1_2"], {
            "stdin": open(tt.T + "/renegotiate")}
    yield Row("renegotiation refused by s_server", code, s_server("-no_renegotiation", version="1.2", www=False, stdin=-1), asks, "any",
              capture="any")
    yield Row("renegotiation refused by nginx", code, nginx(), asks, "any", capture="any")
    yield Row("renegotiation allowed", None, s_server("-client_renegotiation", version="1.2", www=False, stdin=-1), asks, None)
    legacy = gnutls_server("--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION")
    yield Row("a server without secure renegotiation", code, legacy, s_client(version="1.2"), ("client", "handshake_failure"))
    yield Row("a server without secure renegotiation, tolerated", None, legacy, s_client("-legacy_server_connect", version="1.2"))


def rows():
    for group in (silence, stalls, beginnings, tunnel, breakdown, malformed, altered, renegotiation):
        yield from group()
