"""Who may do what where: bearer tokens with grants of a role at a place, which cover everything below it."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    ExpiredTokenError,
    InvalidKeyIdError,
    JoseError,
    MissingAlgorithmError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import KeySet, OKPKey
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.clock import Clock, real_now
from shared.contracts import SitePath
from shared.ids import new_id
from shared.merging import kept_ids
from shared.problems import Forbidden, Unauthorised

Role = Literal[
    "administrator", "coordinator", "screener", "moderator", "facilitator", "participant", "service", "operator"
]
ALGORITHM = "Ed25519"
AUDIENCE = "rapport"
SKEW_SECONDS = 30
EVERYWHERE = "*"
"""A grant's place for services and operators, who serve all networks of a platform."""

DEVELOPMENT = "development-"
"""How the id of a key begins that `rapport up` made for one machine; production refuses it."""

OPEN_ROUTES = frozenset(
    {"/livez", "/readyz", "/metrics", "/openapi.json", "/reference", "/reference/answer", "/vendor/reports"}
)
"""The only routes that answer without a token. A referee has a signed link instead, a vendor signs its reports."""


def lies_in(place: str, site: str) -> bool:
    """Whether a place is `site` or lies below it; every place lies everywhere."""
    return site in (EVERYWHERE, place) or place.startswith(f"{site}.")


def above(site: str) -> list[str]:
    """A place and all above it, from the network down."""
    parts = site.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at a place and everything below it."""

    role: Role
    site: str

    def covers(self, site: str) -> bool:
        """True for the place itself and all below: `net.af` covers `net.af.kabul`, not `net.afx`."""
        return lies_in(site, self.site)


@dataclass(frozen=True)
class Caller:
    """Who calls, by their token. `subject` is a person's id or a client's name.

    `asleep` are grants that wait for a clearance; nothing is decided by them.
    """

    subject: str
    grants: tuple[Grant, ...]
    asleep: tuple[Grant, ...] = ()

    @property
    def person(self) -> UUID | None:
        """The person who calls; None for a client that is no person."""
        try:
            return UUID(self.subject)
        except ValueError:
            return None

    def covers(self, *roles: Role, site: str) -> bool:
        """Whether one of the roles is granted at this place."""
        return any(grant.role in roles and grant.covers(site) for grant in self.grants)

    def require(self, *roles: Role, site: str) -> None:
        """Raise Forbidden unless one of the roles is granted at this place."""
        if not self.covers(*roles, site=site):
            hint = self._waiting(grant for grant in self.asleep if grant.role in roles and grant.covers(site))
            raise Forbidden(f"This needs the role {' or '.join(roles)} at {site}.{hint}")

    def require_anywhere(self, *roles: Role) -> None:
        """Raise Forbidden unless one of the roles is granted at some place."""
        if not self.sites(*roles):
            hint = self._waiting(grant for grant in self.asleep if grant.role in roles)
            raise Forbidden(f"This needs the role {' or '.join(roles)}.{hint}")

    def require_self_or(self, person: UUID, *roles: Role, site: str) -> None:
        """Raise Forbidden unless the caller is this person, or one of the roles is granted at this place."""
        if self.person != person:
            self.require(*roles, site=site)

    def sites(self, *roles: Role) -> tuple[str, ...]:
        """The places at which one of the roles is granted; for filters of lists."""
        return tuple(sorted({grant.site for grant in self.grants if grant.role in roles}))

    @staticmethod
    def _waiting(asleep: Iterable[Grant]) -> str:
        """Says no more than what the token says."""
        return "".join(f" Your grant of {grant.role} at {grant.site} waits for a clearance." for grant in asleep)


def covered(places: Sequence[str], sites: Sequence[str], narrowed_to: str | None = None) -> list[str]:
    """Those of `places` that one of `sites` covers, and that lie at or below `narrowed_to` where it is given."""
    return [
        place
        for place in places
        if any(lies_in(place, site) for site in sites) and (narrowed_to is None or lies_in(place, narrowed_to))
    ]


def within(column: "ColumnElement[str] | InstrumentedAttribute[str]", sites: Sequence[str]) -> ColumnElement[bool]:
    """SQL: the column's place is one of `sites` or below one of them; nothing where there are none."""
    if EVERYWHERE in sites:
        return column.is_not(None)
    return or_(false(), *(or_(column == site, column.startswith(f"{site}.", autoescape=True)) for site in sites))


class _GrantClaim(BaseModel):
    model_config = ConfigDict(extra="ignore")

    role: Role
    site: SitePath | Literal["*"]


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore")

    sub: str
    grants: list[_GrantClaim]


class Keys:
    """The public keys by which tokens are checked: at most two live ones, for rotation."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a JWKS file. Raises ValueError saying what is wrong with it, and nothing of its name or content."""
        try:
            document = json.loads(path.read_text())
            keys: list[dict[str, Any]] = document["keys"]
        except OSError as error:
            raise ValueError(f"The keys file cannot be read: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError):
            raise ValueError("The keys file is no JWKS document; write one with `rapport keys new`.") from None
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
            raise ValueError("The keys file is no JWKS document: `keys` must be a list of keys.")
        if not 1 <= len(keys) <= 2:
            raise ValueError(f"The keys file holds {len(keys)} keys; it may hold one, or two while rotating.")
        if any("d" in key for key in keys):
            raise ValueError("The keys file holds a private key; services need the public ones alone.")
        if any((key.get("kty"), key.get("crv")) != ("OKP", "Ed25519") for key in keys):
            raise ValueError("The keys file holds a key of another kind; tokens are signed with Ed25519 alone.")
        if not all(key.get("kid") for key in keys) or len({str(key["kid"]) for key in keys}) < len(keys):
            raise ValueError("The keys file must give each key a kid of its own; tokens name their key by it.")
        try:
            return cls(KeySet.import_key_set(document))
        except (JoseError, ValueError):
            raise ValueError(
                "The keys file holds a key that cannot be read; write one with `rapport keys new`."
            ) from None

    @property
    def for_development(self) -> bool:
        """Whether one of them was made by `rapport up`, whose private keys lie about on people's machines."""
        return any(is_for_development(key.as_dict(private=False)) for key in self._keys.keys)

    def caller(self, token: str) -> Caller:
        """The caller of a token. Raises Unauthorised with the reason."""
        try:
            decoded = jwt.decode(token, self._keys, algorithms=[ALGORITHM, "EdDSA"])
            if "kid" not in decoded.header:
                raise InvalidKeyIdError
            _registry().validate(decoded.claims)
            claims = _Claims.model_validate(decoded.claims)
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
            raise Unauthorised(f"The token's claims are not as they must be: {fields}.") from None
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Unauthorised(_what_is_wrong(error)) from None
        return Caller(_spelt(claims.sub), tuple(Grant(claim.role, claim.site) for claim in claims.grants))


def _spelt(subject: str) -> str:
    """A person's id in one spelling, so that two tokens of one person never look like two people (trap 17)."""
    try:
        return str(UUID(subject))
    except ValueError:
        return subject


def _what_is_wrong(error: Exception) -> str:
    match error:
        case ExpiredTokenError():
            return "The token has expired; get a new token."
        case ClaimError():
            return f"The token's claim {error.claim} is missing or not for this platform; get a token made for it."
        case InvalidKeyIdError():
            return "The token names no key that is live here (kid); get a new token."
        case UnsupportedAlgorithmError() | MissingAlgorithmError():
            return f"The token must be signed with {ALGORITHM}."
        case BadSignatureError():
            return "The token's signature does not fit its content and key; send the token as it was given."
        case _:
            return "This is no token that can be read; send the token as it was given."


def _registry() -> jwt.JWTClaimsRegistry:
    essential: Any = {"essential": True}
    return jwt.JWTClaimsRegistry(
        now=int(real_now().timestamp()),
        leeway=SKEW_SECONDS,
        aud={"essential": True, "value": AUDIENCE},
        sub=essential,
        exp=essential,
        iat=essential,
    )


def is_for_development(key: Mapping[str, Any]) -> bool:
    """Whether a JWK was made for one machine."""
    return str(key.get("kid")).startswith(DEVELOPMENT)


def new_key(*, development: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """A new key: (private JWK, public JWKS)."""
    identifier = f"{DEVELOPMENT if development else ''}{new_id().hex}"
    key = OKPKey.generate_key("Ed25519", parameters={"kid": identifier, "use": "sig"})
    return dict(key.as_dict(private=True)), {"keys": [dict(key.as_dict(private=False))]}


def mint(private_key: dict[str, Any], subject: str, grants: Sequence[Grant], valid_for: timedelta) -> str:
    """A token signed with a private JWK."""
    now = real_now()
    claims = {
        "sub": subject,
        "aud": AUDIENCE,
        "iat": int(now.timestamp()),
        "exp": int((now + valid_for).timestamp()),
        "grants": [{"role": grant.role, "site": grant.site} for grant in grants],
    }
    header = {"alg": ALGORITHM, "kid": private_key["kid"]}
    return jwt.encode(header, claims, OKPKey.import_key(private_key), algorithms=[ALGORITHM])


async def authenticated(request: Request) -> Caller:
    """The caller of a request as their bearer token says. Raises Unauthorised."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorised("Send a bearer token in the Authorization header.")
    keys: Keys = request.app.state.keys
    return keys.caller(token.strip())


Wake = Callable[[AsyncSession, Caller, Clock], Awaitable[Caller]]
"""Gives a caller with the grants that count now (shared/standing.py)."""


async def acting(request: Request) -> Caller:
    """The caller of a request with the grants that count now.

    Raises Unauthorised also for a person whose record was given up for another one: nobody acts under two ids, and a
    merge waits for what this request writes.
    """
    caller = await authenticated(request)
    who = caller.person
    if who and (await kept_ids(request.state.session, [who]))[who] != who:
        raise Unauthorised(
            "This record was given up for another one of the same person; ask the staff of your site how to sign in."
        )
    wake: Wake | None = request.app.state.wake
    return await wake(request.state.session, caller, request.app.state.clock) if wake else caller


BearerDep = Annotated[Caller, Depends(authenticated)]
"""The caller as their token says, for routes that no staff role opens and that have no transaction."""
CallerDep = Annotated[Caller, Depends(acting)]
"""The caller, with the grants that count now."""
