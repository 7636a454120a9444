"""The `rapport` command in this process: quicker than one of its own, with the same door."""

import asyncio
import logging
import sys
from collections.abc import Sequence
from unittest.mock import patch

import pytest

from deploy.cli.main import main
from tests.support.command import Answer


async def rapport_here(capsys: pytest.CaptureFixture[str], *arguments: str) -> Answer:
    """Run `rapport ...` to its end in a thread; nobody sits at its terminal."""
    capsys.readouterr()
    handlers = logging.getLogger().handlers[:]
    try:
        code = await asyncio.to_thread(_run, arguments)
    finally:
        told = capsys.readouterr()
        logging.getLogger().handlers[:] = handlers  # the command's write to a stream that ends with this test
    return Answer(code, told.out, told.err)


def _run(arguments: Sequence[str]) -> int:
    with patch.object(sys, "argv", ["rapport", *arguments]):
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0)
    return 0
