"""balancer.py PORT BACKEND... - TCP connections to the backends in turn; DELAY_S before what these say."""
import asyncio, itertools, os, sys

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
    other_reader, other_writer = await asyncio.open_connection("127.0.0.1", next(turn))
    await asyncio.gather(pump(reader, other_writer), pump(other_reader, writer, delay_s))
    for w in (writer, other_writer):
        w.close()


async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        await server.serve_forever()


asyncio.run(main())
