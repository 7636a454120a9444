"""`rapport token`: a token for a person or a client."""

import os
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from cyclopts import App, Parameter, validators

from deploy.cli.common import Json, Typed, console, print_json, signing_key
from deploy.cli.words import read_with, site_path
from shared.access import EVERYWHERE, Grant, Role, is_for_development, mint
from shared.ids import new_id


def register(app: App) -> None:
    """Add this group's commands."""
    app.command(token)


def _place(text: str) -> str:
    return text if text == EVERYWHERE else site_path(text)


def token(
    role: Role,
    *,
    site: Annotated[str, Parameter(converter=read_with(_place))] = "net",
    person: UUID | None = None,
    hours: Annotated[float, Parameter(validator=validators.Number(gt=0, lte=24 * 365))] = 12,
    json: Json = False,
) -> None:
    """Print a bearer token signed with the key that RAPPORT_PRIVATE_KEY_FILE names, else with this machine's.

    Parameters
    ----------
    role: what the bearer may do; in production staff may do it only while they are cleared.
    site: the place (and all below it) where they may do it.
    person: whose token it is; a new id where nobody is named.
    hours: how long it is valid.
    """
    key = _key()
    subject = person or new_id()
    text = mint(key, str(subject), [Grant(role, site)], timedelta(hours=hours))
    if json:
        print_json({"token": text, "subject": subject, "role": role, "site": site})
    else:
        console.print(text, markup=False)


def _key() -> dict[str, Any]:
    """The key to sign with. Raises Typed where that would be a development key in production."""
    if os.environ.get("RAPPORT_ENV") != "production":
        return signing_key()
    if os.environ.get("RAPPORT_PRIVATE_KEY_FILE") and not is_for_development(key := signing_key()):
        return key
    raise Typed(
        "Development tokens are refused in production; set RAPPORT_PRIVATE_KEY_FILE to what `rapport keys new` made, "
        "or ask your identity provider for a token."
    )
