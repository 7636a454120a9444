"""Who needs no contact data is shown none: names and addresses have one home, and leave it for senders alone (R74)."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from tests.support.running import Running

PRIVATE = {
    "name", "full_name", "name_to_use", "email", "phone", "address", "born_on", "birth_date", "age", "lives_in",
}  # fmt: skip
FOR_STAFF: dict[str, set[str]] = {"screening": {"ReferenceShown.name", "ReferenceShown.email"}}
"""A referee's, shown to screeners and to the applicant who named them."""


@pytest.mark.parametrize("service", ["screening", "matching", "messaging", "notify"])
async def test_no_answer_outside_intake_holds_contact_data(
    running: Callable[..., Awaitable[Running]], service: str
) -> None:
    """R74: a partner, a facilitator and staff see ids, roles and days; there is nothing of a partner to export."""
    it = await running(service)
    document: dict[str, Any] = it.app.openapi()
    schemas = document["components"]["schemas"]
    shown = {
        f"{name}.{field}"
        for name in set(_answered(document, schemas))
        for field in schemas[name].get("properties", {})
        if field in PRIVATE
    }
    assert shown <= FOR_STAFF.get(service, set()), shown


def _answered(document: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    """The names of the schemas that answers are made of."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation.get("responses", {}).items():
                if status.startswith("2"):
                    yield from _named(response, schemas, set())


def _named(part: Any, schemas: dict[str, Any], seen: set[str]) -> Iterator[str]:
    if isinstance(part, dict):
        reference = str(part.get("$ref", ""))
        name = reference.rpartition("/")[2]
        if name in schemas and name not in seen:
            seen.add(name)
            yield name
            yield from _named(schemas[name], schemas, seen)
        for value in part.values():
            yield from _named(value, schemas, seen)
    elif isinstance(part, list):
        for value in part:
            yield from _named(value, schemas, seen)
