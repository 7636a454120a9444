"""`rapport token`: a development token for a person or a client."""

import os
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter, validators

from deploy.cli.common import Json, Typed, addresses, console, print_json
from deploy.cli.words import read_with, site_path
from shared.access import EVERYWHERE, Grant, Role, mint
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
    """Print a bearer token signed with this machine's development key.

    Parameters
    ----------
    role: what the bearer may do.
    site: the place (and all below it) where they may do it.
    person: whose token it is; a new id where nobody is named.
    hours: how long it is valid.
    """
    if os.environ.get("RAPPORT_ENV") == "production":
        raise Typed("Development tokens are refused in production; ask your identity provider for one.")
    subject = person or new_id()
    text = mint(addresses().private_key(), str(subject), [Grant(role, site)], timedelta(hours=hours))
    if json:
        print_json({"token": text, "subject": subject, "role": role, "site": site})
    else:
        console.print(text, markup=False)
