# peers.py CERT KEY PIDS PORT=SCENARIO... - TLS connections on the loopback: a server
# process and a client process, whose IDs go to the file PIDS. Exits 1 when the peers
# themselves disagree.
import json, os, socket, ssl, sys

cert, key, pids = sys.argv[1:4]
plan = [(int(p), s) for p, s in (a.split("=") for a in sys.argv[4:])]
CHUNK, CHUNKS = 16000, 64
KTLS = 8  # SSL_OP_ENABLE_KTLS

def context(side, scenario):
    c = ssl.SSLContext(side)
    if scenario == "tls12":
        c.maximum_version = ssl.TLSVersion.TLSv1_2
    if scenario == "ktls":
        c.options |= KTLS
        c.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
        c.maximum_version = ssl.TLSVersion.TLSv1_2
    return c

def serve(listener, scenario):
    c = context(ssl.PROTOCOL_TLS_SERVER, scenario)
    c.load_cert_chain(cert, key)
    s, _ = listener.accept()
    if scenario == "http":
        s.recv(1000); s.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 5000); s.close(); return
    if scenario == "starttls":
        s.sendall(b"220 ready\r\n"); s.recv(100); s.sendall(b"220 go ahead\r\n")
    try:
        t = c.wrap_socket(s, server_side=True)
    except ssl.SSLError:
        if scenario != "alert":
            raise
        s.close(); return
    for _ in range(CHUNKS):
        t.sendall(b"d" * CHUNK)
    if scenario == "cut":
        t.close(); return
    try:
        t.unwrap().close()
    except (ssl.SSLError, OSError):
        t.close()

def read_scattered(s):
    """The ciphertext by recvmsg into small buffers, after a peek at it."""
    s.recv(3000, socket.MSG_PEEK)
    parts = [bytearray(n) for n in (3, 1, 900, 7, 2000, 5, 1)]
    n = s.recvmsg_into(parts)[0]
    return b"".join(parts)[:n]

def fetch_scattered(s, c):
    got, inp, out = 0, ssl.MemoryBIO(), ssl.MemoryBIO()
    t = c.wrap_bio(inp, out, server_hostname="localhost")
    step = t.do_handshake
    while True:
        try:
            r = step()
            if step == t.do_handshake:
                step = lambda: t.read(65536)
            elif not r:
                return got
            else:
                got += len(r)
            wants = False
        except ssl.SSLWantReadError:
            wants = True
        except ssl.SSLZeroReturnError:
            return got
        if out.pending:
            s.sendall(out.read())
        if wants:
            data = read_scattered(s)
            inp.write(data) if data else inp.write_eof()

def fetch(port, scenario):
    c = context(ssl.PROTOCOL_TLS_CLIENT, scenario)
    if scenario != "alert":
        c.load_verify_locations(cert)
    s = socket.create_connection(("127.0.0.1", port))
    if scenario == "http":
        s.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while s.recv(65536): pass
        return CHUNK * CHUNKS
    if scenario == "starttls":
        s.recv(100); s.sendall(b"STARTTLS\r\n"); s.recv(100)
    if scenario == "scattered":
        got = fetch_scattered(s, c); s.close()
        return got
    rest = s.dup() if scenario == "alert" else None
    try:
        t = c.wrap_socket(s, server_hostname="localhost")
    except ssl.SSLError:
        while rest and rest.recv(65536): pass # a close with unread bytes were a reset
        return CHUNK * CHUNKS if scenario == "alert" else 0
    got = 0
    try:
        while chunk := t.recv(65536): got += len(chunk)
    except ssl.SSLEOFError:
        pass
    t.close()
    return got

for port, scenario in plan:
    listener = socket.create_server(("127.0.0.1", port))
    child = os.fork()
    if child == 0:
        serve(listener, scenario); os._exit(0)
    listener.close()
    got = fetch(port, scenario)
    status = os.waitpid(child, 0)[1]
    with open(pids, "a") as f:
        json.dump({"port": port, "scenario": scenario, "server": child, "client": os.getpid()}, f)
        f.write("\n")
    if got != CHUNK * CHUNKS or status:
        sys.exit(f"{scenario}: {got} bytes, server {status}")
