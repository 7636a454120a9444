"""Reading people's private data from its one home: batches, with a service token, by senders and never by a handler."""

import ssl
from collections.abc import Iterable
from functools import cache
from typing import TypeVar
from uuid import UUID

import httpx2
from pydantic import BaseModel, SecretStr, ValidationError

READ_SECONDS = 10.0

Answer = TypeVar("Answer", bound=BaseModel)


@cache
def certificates() -> ssl.SSLContext:
    """Read once: a client of its own for each read would spend more time on these than on the read."""
    return httpx2.create_ssl_context(trust_env=False)


class IntakeAway(Exception):
    """Intake gave no answer that can be used; the message says why, and never holds what an answer says."""


class Intake:
    """Intake's door for services."""

    def __init__(self, url: str, token: SecretStr | None) -> None:
        self._url, self._token = url, token

    async def read(self, path: str, people: Iterable[UUID], answer: type[Answer]) -> Answer:
        """What intake says of people; those whom it does not know are absent. Raises IntakeAway."""
        wanted = {"people": [str(person) for person in people]}
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"} if self._token else {}
        try:
            async with httpx2.AsyncClient(
                base_url=self._url, headers=headers, timeout=READ_SECONDS, trust_env=False, verify=certificates()
            ) as http:
                response = await http.post(path, json=wanted)
        except httpx2.HTTPError as error:
            raise IntakeAway(f"Intake at {self._url} does not answer: {type(error).__name__}.") from None
        if response.status_code != 200:
            raise IntakeAway(f"Intake at {self._url} answered {path} with {response.status_code}.")
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            fields = {".".join(str(part) for part in fault["loc"]) for fault in error.errors(include_input=False)}
            raise IntakeAway(f"Intake's answer to {path} is not as agreed: {', '.join(sorted(fields))}.") from None
