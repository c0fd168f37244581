"""balancer.py PORT BACKEND... - TCP connections to the backends in turn.

Of the environment: DELAY_S passes before what these say; INTOLERANT hangs up on who offers TLS 1.3."""
import asyncio, itertools, os, re, sys

port, *backends = map(int, sys.argv[1:])
turn = itertools.cycle(backends)
delay_s = float(os.environ.get("DELAY_S", 0))


async def pump(reader, writer, delay_s=0):
    try:
        while data := await reader.read(65536):
            await asyncio.sleep(delay_s)
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()


async def serve(reader, writer):
    first = await reader.read(65536) if "INTOLERANT" in os.environ else b""
    if re.search(rb"\x00\x2b\x00.[\x02-\x0a](..)*?\x03\x04", first, re.S):
        writer.close()
        return
    other_reader, other_writer = await asyncio.open_connection("127.0.0.1", next(turn))
    other_writer.write(first)
    await asyncio.gather(pump(reader, other_writer), pump(other_reader, writer, delay_s))
    for w in (writer, other_writer):
        w.close()


async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        await server.serve_forever()


asyncio.run(main())
