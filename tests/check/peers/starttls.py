"""starttls.py PORT PROTOCOL MODE CERT KEY - a server of the beginning of a protocol, then TLS.

MODE: "good", "refuses", "silent" (after its greeting), "closes", "foul" (words that no
terminal should get), "long" (an answer without an end)."""
import socket, ssl, sys, threading

port, protocol, mode, cert, key = int(sys.argv[1]), *sys.argv[2:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
FOUL = b"\x1b[31mred\x1b]0;title\x07\xff"


class Over(Exception):
    pass


def exact(c, n):
    data = b""
    while len(data) < n:
        got = c.recv(n - len(data))
        if not got:
            raise Over
        data += got
    return data


def until(c, mark):
    data = b""
    while mark not in data:
        data += exact(c, 1)
    return data


def expect(got, wanted):
    if got != wanted:
        print("unexpected", got, file=sys.stderr, flush=True)
        raise Over


def decide(c, good, bad, foul):
    """The answer to the request for TLS."""
    if mode == "silent":
        c.recv(1)
        raise Over
    if mode == "closes":
        raise Over
    if mode == "long":
        try:
            while True:
                c.sendall(b"234-x\r\n" * 100 if protocol == "ftp" else b"x" * 4096)
        except OSError:
            raise Over
    c.sendall({"good": good, "refuses": bad, "foul": foul}[mode])
    if mode != "good":
        raise Over


def smtp(c):
    c.sendall(b"220-mail.test says\r\n220 hello\r\n")
    expect(until(c, b"\n"), b"EHLO localhost\r\n")
    c.sendall(b"250-mail.test\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 HELP\r\n" if mode != "refuses" else
              b"250-mail.test\r\n250 X-STARTTLS-NOT\r\n")
    expect(until(c, b"\n"), b"STARTTLS\r\n")
    decide(c, b"220 go on\r\n", b"", b"454 " + FOUL + b"\r\n")


def imap(c):
    c.sendall(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n")
    expect(until(c, b"\n"), b"a STARTTLS\r\n")
    decide(c, b"* untagged\r\na OK begin\r\n", b"a NO not now\r\n", b"a BAD " + FOUL + b"\r\n")


def pop3(c):
    c.sendall(b"+OK POP3 ready\r\n")
    expect(until(c, b"\n"), b"STLS\r\n")
    decide(c, b"+OK begin\r\n", b"-ERR not now\r\n", b"-ERR " + FOUL + b"\r\n")


def ftp(c):
    c.sendall(b"220-Welcome\r\n to this\r\n220 server\r\n")
    expect(until(c, b"\n"), b"AUTH TLS\r\n")
    decide(c, b"234 go on\r\n", b"502 not implemented\r\n", b"500 " + FOUL + b"\r\n")


def xmpp(c):
    expect(b"to='localhost'" in until(c, b">"), True)
    offer = b"" if mode == "refuses" else b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
    c.sendall(b"<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' id='1' "
              b"from='localhost' version='1.0' xmlns='jabber:client'><stream:features>" + offer + b"<x/></stream:features>")
    expect(until(c, b">"), b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    decide(c, b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", b"",
           b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls" + FOUL + b"'/>")


def ldap(c):
    expect(exact(c, 31), b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037")
    decide(c, b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
           b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00", b"\x30\x05" + FOUL[:5])


def postgres(c):
    expect(exact(c, 8), b"\0\0\0\x08\x04\xd2\x16\x2f")
    decide(c, b"S", b"N", FOUL)


def mysql(c):
    if mode in ("silent", "closes"):
        decide(c, b"", b"", b"")
    flags = b"\xff\xff" if mode != "refuses" else b"\xff\xf7"
    body = b"\x0a8.0.36\0" + b"\1\2\3\4" + b"12345678\0" + flags + b"\x21\2\0\xff\xc7\x15" + b"\0" * 10 + b"123456789012\0"
    if mode == "foul":
        body = FOUL
    if mode == "long":
        body = b"\x0a" + b"x" * 2000
    c.sendall(len(body).to_bytes(3, "little") + b"\0" + body)
    got = exact(c, 36)
    expect((got[:4], got[5] & 8), (b"\x20\0\0\1", 8))


def serve(c):
    try:
        globals()[protocol](c)
        with context.wrap_socket(c, server_side=True, suppress_ragged_eofs=True) as tls:
            while tls.recv(4096):
                print("application data", file=sys.stderr, flush=True)
            tls.unwrap()
    except (Over, OSError):
        pass
    c.close()


listener = socket.create_server(("127.0.0.1", port))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
