"""The `rapport` command before a terminal of its own, as a person sees it."""

import asyncio
import fcntl
import os
import pty
import signal
import struct
import termios
from dataclasses import dataclass

from tests.support.command import COMMAND, ROOT

LEFT = b"\x1b[?1049l"
"""A program goes back to the screen that was there before it."""
CURSOR = b"\x1b[?25h"


@dataclass(frozen=True)
class Shown:
    """How a command ended and everything that it wrote to its terminal."""

    code: int
    written: bytes

    @property
    def drawn(self) -> str:
        """What stood on a screen of its own."""
        return self.written.rpartition(LEFT)[0].decode()

    @property
    def after(self) -> str:
        """What stands on the usual screen at the end."""
        return self.written.rpartition(LEFT)[2].decode()


async def at_terminal(
    *arguments: str, columns: int = 100, lines: int = 30, interrupt_at: bytes = b"", within: float = 120
) -> Shown:
    """Run `rapport ...` to its end; Ctrl-C once `interrupt_at` has been shown."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, cwd=ROOT, env={**env, "TERM": "xterm-256color", "PYTHONUTF8": "1"},
        stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    written = bytearray()
    interrupted = not interrupt_at

    def read() -> None:
        nonlocal interrupted
        try:
            written.extend(os.read(ours, 65536))
        except OSError:  # nobody holds the other end any more
            asyncio.get_running_loop().remove_reader(ours)
        if not interrupted and interrupt_at in written:
            interrupted = True
            process.send_signal(signal.SIGINT)

    asyncio.get_running_loop().add_reader(ours, read)
    try:
        code = await asyncio.wait_for(process.wait(), within)
        read()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    finally:
        asyncio.get_running_loop().remove_reader(ours)
        os.close(ours)
    return Shown(code, bytes(written))
