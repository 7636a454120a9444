"""The subscribers of examples/, run as other systems would run them."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.command import ROOT

EXAMPLES = ROOT / "examples"
NAMES = ("subscribe.py", "subscribe_faststream.py", "subscribe.js")


def lacking(example: str) -> str | None:
    """Why this one cannot be run here; amqplib is looked for in examples/node_modules and by NODE_PATH."""
    if not example.endswith(".js"):
        return None
    if not (node := shutil.which("node")):
        return "node is not on this machine"
    looked = subprocess.run([node, "-e", "require.resolve('amqplib')"], cwd=EXAMPLES, capture_output=True, check=False)
    return "amqplib is not here: run `npm install` in examples, or set NODE_PATH" if looked.returncode else None


@asynccontextmanager
async def subscribed(example: str, url: str, site: str) -> AsyncIterator[list[list[str]]]:
    """The example at work as long as the block; yields the lines that it prints, as words, while it prints them."""
    program = "node" if example.endswith(".js") else sys.executable
    process = await asyncio.create_subprocess_exec(
        program, str(EXAMPLES / example), url, site, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    lines: list[list[str]] = []
    reading = asyncio.create_task(_read(process.stdout, lines))
    try:
        yield lines
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


async def _read(stream: asyncio.StreamReader, lines: list[list[str]]) -> None:
    async for line in stream:
        lines.append(line.decode().split())
