"""peer_python.py blocking|asyncio server PORT CONFIG CERT KEY | client PORT VERSION NAME CA

A peer of the failure grid on Python's ssl, with blocking sockets or through asyncio's
memory BIOs. What fails is for the other side to find out: nothing is printed."""
import asyncio, socket, ssl, sys

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
REPLY = b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhello\n"
REQUEST = b"GET / HTTP/1.0\r\n\r\n"


def pin(context, version):
    context.minimum_version = context.maximum_version = VERSIONS[version]


def refuse(s, name, context):
    return None if name == "known.test" else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME


def server_context(config, cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.set_alpn_protocols(["http/1.1"])
    if config.startswith("only"):
        pin(context, config[4:])
    if config == "mutual":
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cert)
    if config == "sni":
        context.sni_callback = refuse
    return context


def client_context(version, ca, alpn="http/1.1"):
    context = ssl.create_default_context(cafile=ca)
    context.check_hostname = False
    context.set_alpn_protocols([alpn])
    pin(context, version)
    return context


def serve(port, config, cert, key):
    context = server_context(config, cert, key)
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        s, _ = listener.accept()
        s.settimeout(10)
        try:
            with context.wrap_socket(s, server_side=True) as tls:
                tls.recv(1000)
                tls.sendall(REPLY)
                tls.unwrap()
        except OSError:
            s.close()


def connect(port, version, name, ca, alpn="http/1.1", waits=True):
    """One connection; how it ended."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=15) as s:
            with client_context(version, ca, alpn).wrap_socket(s, server_hostname=name) as tls:
                tls.sendall(REQUEST)
                while waits and tls.recv(4096):
                    pass
                tls.unwrap()
        return None
    except OSError as e:
        return str(e)


async def answer(reader, writer):
    try:
        await reader.read(1000)
        writer.write(REPLY)
        await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def serve_async(port, config, cert, key):
    server = await asyncio.start_server(answer, "127.0.0.1", port, ssl=server_context(config, cert, key))
    await server.serve_forever()


async def connect_async(port, version, name, ca):
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_context(version, ca),
                                                       server_hostname=name)
        writer.write(REQUEST)
        await reader.read()
        writer.close()
        await writer.wait_closed()
    except OSError:
        pass


if __name__ == "__main__":
    style, mode, port, *rest = sys.argv[1:]
    call = {("blocking", "server"): serve, ("blocking", "client"): connect,
            ("asyncio", "server"): serve_async, ("asyncio", "client"): connect_async}[style, mode]
    outcome = call(int(port), *rest)
    if style == "asyncio":
        asyncio.run(outcome)
