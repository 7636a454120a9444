"""A TCP proxy between services and a server, which can reset, stall, black-hole and slow its connections."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK_BYTES = 65_536


class Proxy:
    """Listens on a port of its own and carries bytes to a server. `port` is known once it listens.

    Where it is given several ports, each new connection goes to the next one in turn that takes it.
    """

    def __init__(self, host: str, *ports: int) -> None:
        self._host, self._ports = host, deque(ports)
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._servers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._dropped: set[asyncio.Task[None]] = set()
        self.delay = 0.0
        """Seconds by which each piece is late, either way."""
        self.port = 0

    @classmethod
    @asynccontextmanager
    async def to(cls, host: str, *ports: int) -> AsyncIterator["Proxy"]:
        """A proxy that listens while the block runs."""
        proxy = cls(host, *ports)
        server = await asyncio.start_server(proxy._accept, "127.0.0.1", 0)
        proxy.port = server.sockets[0].getsockname()[1]
        try:
            yield proxy
        finally:
            server.close()
            proxy.reset()
            for task in proxy._tasks:
                task.cancel()
            await asyncio.gather(*proxy._tasks, return_exceptions=True)

    def reset(self) -> None:
        """Cut every connection with a RST."""
        for writer in self._writers:
            writer.transport.abort()

    def stall(self) -> None:
        """Carry nothing any more, on old and new connections, until `flow`."""
        self._flows.clear()

    def flow(self) -> None:
        """Carry again what waited."""
        self._flows.set()

    def half_open(self) -> None:
        """Carry nothing any more on the present connections, ever; they stay open. New ones work."""
        self._dropped |= self._tasks

    def forsake(self) -> None:
        """As `half_open`, and the server has noticed: its sides of the connections are cut, the clients' stay open."""
        self.half_open()
        for writer in self._servers:
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flows.wait()
        try:
            there = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        ways = ((reader, there[1]), (there[0], writer))
        self._writers |= {writer, there[1]}
        self._servers.add(there[1])
        tasks = {asyncio.create_task(self._carry(*way)) for way in ways}
        self._tasks |= tasks
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for each in (writer, there[1]):
            each.transport.abort()
            self._writers.discard(each)
        self._servers.discard(there[1])
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks -= tasks

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._ports.rotate(-1)
        for port in tuple(self._ports):
            with suppress(OSError):
                return await asyncio.open_connection(self._host, port)
        raise ConnectionRefusedError(f"None of {list(self._ports)} takes a connection.")

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        myself = asyncio.current_task()
        with suppress(OSError):
            while piece := await reader.read(CHUNK_BYTES):
                await self._flows.wait()
                if myself in self._dropped:
                    break
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(piece)
                await writer.drain()
        if myself in self._dropped:
            await asyncio.Event().wait()  # until cancelled: neither bytes nor an end get through
