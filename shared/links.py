"""Signed links: what a link is for and about whom, which nobody can make up, alter or use for something else.

They run out in real time. Whatever is about the person stays in the database; the link holds an id.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Self, cast

from fastapi import Depends, Request
from itsdangerous import BadData, URLSafeSerializer

from shared.clock import real_now
from shared.contracts import Contradiction

SHORTEST_SECRET = 32


class LinkRefused(Exception):
    """A link that opens nothing: made up, altered, for something else, or run out."""


class Links:
    """Makes and reads links with secrets, of which the last one signs and all are read, so that they can be rotated.

    Without a secret nothing is signed and nothing is read.
    """

    def __init__(self, *secrets: str) -> None:
        self._secrets = secrets

    @classmethod
    def from_file(cls, path: Path | None) -> Self:
        """Secrets as lines of a file. Raises ValueError saying what is wrong with it, and nothing of its content."""
        try:
            secrets = path.read_text().split() if path else []
        except (OSError, UnicodeDecodeError):
            raise ValueError("The file of link secrets cannot be read.") from None
        if path and not secrets:
            raise ValueError("The file of link secrets is empty.")
        if any(len(secret) < SHORTEST_SECRET for secret in secrets):
            raise ValueError(f"A link secret must have {SHORTEST_SECRET} characters at the least.")
        return cls(*secrets)

    def sign(self, purpose: str, subject: str, days: int) -> str:
        """A link's token for a purpose, good for some days from now. Raises Contradiction without a secret."""
        if not self._secrets:
            raise Contradiction("No links can be made here: no link secret is set.")
        until = int((real_now() + timedelta(days=days)).timestamp())
        return str(self._serializer(purpose).dumps([subject, until]))

    def read(self, purpose: str, token: str, at: datetime | None = None) -> str:
        """The subject of a token, at a moment of real time. Raises LinkRefused."""
        try:
            subject, until = self._serializer(purpose).loads(token) if self._secrets else ("", 0)
        except (BadData, ValueError, TypeError):
            raise LinkRefused from None
        if until <= (at or real_now()).timestamp():
            raise LinkRefused
        return str(subject)

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(list(self._secrets), salt=f"rapport-link-{purpose}")


async def _links(request: Request) -> Links:
    return cast("Links", request.app.state.links)


LinksDep = Annotated[Links, Depends(_links)]
"""The service's links."""
