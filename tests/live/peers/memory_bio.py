"""memory_bio.py - the arguments of blocking.py, with asyncio: TLS in memory, the
socket apart from it."""
import asyncio, socket, ssl, sys

from blocking import REPLY, REQUEST, client_context, said, server_context


async def answer(reader, writer):
    try:
        await reader.read(1000)
        writer.write(REPLY)
        await writer.drain()
    finally:
        writer.close()


async def serve(port, cert, key, config):
    listener = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    server = await asyncio.start_server(answer, sock=listener,
                                        ssl=server_context(cert, key, config))
    await server.serve_forever()


async def pump(loop, s, tls, incoming, outgoing, call, *args):
    """Do `call` until it needs nothing more from the network."""
    while True:
        try:
            result, wait = call(*args), False
        except ssl.SSLWantReadError:
            result, wait = None, True
        except ssl.SSLZeroReturnError:
            result, wait = b"", False
        if outgoing.pending:
            await loop.sock_sendall(s, outgoing.read())
        if not wait:
            return result
        data = await loop.sock_recv(s, 65536)
        incoming.write(data) if data else incoming.write_eof()


async def connect(address, port, name, version, times):
    loop, context, session = asyncio.get_running_loop(), client_context(version), None
    for _ in range(times):
        s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        s.setblocking(False)
        await loop.sock_connect(s, (address, port))
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname=name, session=session)
        work = loop, s, tls, incoming, outgoing
        await pump(*work, tls.do_handshake)
        await pump(*work, tls.write, REQUEST)
        while await pump(*work, tls.read, 4096):
            pass
        said(tls)
        session = tls.session
        try:
            await pump(*work, tls.unwrap)
        except OSError:
            pass
        s.close()


if sys.argv[1] == "server":
    asyncio.run(serve(int(sys.argv[2]), *sys.argv[3:6]))
else:
    asyncio.run(connect(sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5], int(sys.argv[6])))
