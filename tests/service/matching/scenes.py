"""What matching hears before pairs are made; a small intake to read profiles from; and short ways to ask."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request, Response
from httpx2 import Response as Answer
from sqlalchemy import select

from services.matching.tables import Base, ProfileRow
from shared.contracts.intake import (
    Agreement,
    AgreementSigned,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ConsentGiven,
    ConsentPurpose,
    ConsentWithdrawn,
    OfferingChanged,
    ProfileChanged,
)
from shared.contracts.reads import MatchingProfile, MatchingProfiles, PeopleRead
from shared.contracts.screening import ClearanceEnded, ClearanceExpiring, ScreeningCleared, ScreeningDeclined
from tests.support.running import BEGINNING, Running
from tests.support.serving import serving as serving_app

Factory = Callable[..., Awaitable[Running]]
"""The fixture `running`."""
Scene = tuple[Running, dict[str, str]]
"""A service, and the ids of what is in it."""

SITE = "net.af.kabul"
OFFERING = f"first-steps@{SITE}"
OTHER_OFFERING = f"next-steps@{SITE}"


def person(number: int) -> UUID:
    """A person's id."""
    return UUID(f"01985b3e-7a10-7000-8000-{number:012x}")


MENTOR, MENTEE, STRANGER, STAFF = person(1), person(2), person(3), person(4)


def offering(name: str = OFFERING, is_open: bool = True) -> OfferingChanged:
    """Intake tells of an offering."""
    return OfferingChanged(
        offering=name, site=name.partition("@")[2], programme=name.partition("@")[0],
        programme_type="adult-adult", is_open=is_open, mentor_reply_hours=48, mentee_reply_hours=96,
    )  # fmt: skip


def asks(number: int = 2) -> OfferingChanged:
    """Intake tells what has to be signed at the offering; version 1 counts for a month."""
    grace = date(2026, 12, 1)
    agreement = Agreement(document="conduct", version=str(number), number=number, grace_until=grace, previous=["1"])
    return offering().model_copy(update={"agreement": agreement})


def signs(of: UUID, number: int) -> AgreementSigned:
    """Somebody signed a version."""
    return AgreementSigned(person=of, document="conduct", document_version=str(number), number=number, site=SITE)


def _case(of: UUID, kind: str, name: str) -> dict[str, Any]:
    number = of.int + sum(map(ord, name + kind)) * 0x100000
    return {
        "application": UUID(int=number + 0x20000), "person": of, "role": f"{kind}-adult", "kind_of_role": kind,
        "offering": name, "site": name.partition("@")[2],
    }  # fmt: skip


def _clearance(of: UUID, kind: str, name: str, site: str | None) -> dict[str, Any]:
    case = _case(of, kind, name)
    return {**case, "clearance": UUID(int=case["application"].int + 0x10000), "site": site or case["site"]}


def applied(of: UUID, kind: str, name: str = OFFERING) -> ApplicationSubmitted:
    """Somebody applies."""
    return ApplicationSubmitted(**_case(of, kind, name))


def withdrew(of: UUID, kind: str, name: str = OFFERING) -> ApplicationWithdrawn:
    """Somebody's application is not pursued any more."""
    return ApplicationWithdrawn(**_case(of, kind, name))


def cleared(
    of: UUID, kind: str, name: str = OFFERING, *, until: date = date(2027, 5, 1), site: str | None = None
) -> ScreeningCleared:
    """Screening clears a person."""
    return ScreeningCleared(**_clearance(of, kind, name, site), valid_until=until)


def declined(of: UUID, kind: str, name: str = OFFERING) -> ScreeningDeclined:
    """Screening declines a person."""
    return ScreeningDeclined(**_clearance(of, kind, name, None))


def expiring(of: UUID, kind: str, until: date = date(2027, 5, 1)) -> ClearanceExpiring:
    """Screening tells that a clearance will end."""
    return ClearanceExpiring(**_clearance(of, kind, OFFERING, None), valid_until=until, notice=30)


def ended(of: UUID, kind: str, name: str = OFFERING) -> ClearanceEnded:
    """A clearance ends."""
    return ClearanceEnded(**_clearance(of, kind, name, None), ended_on=date(2026, 11, 3))


def _consent(of: UUID, purpose: ConsentPurpose) -> dict[str, Any]:
    number = 0x3000000 if purpose == "take-part" else 0x4000000 if purpose == "data" else 0x5000000
    return {"consent": UUID(int=of.int + number), "person": of, "purpose": purpose, "site": SITE}


def agrees(of: UUID, purpose: ConsentPurpose = "take-part", until: date | None = None) -> ConsentGiven:
    """Intake tells that somebody agrees."""
    return ConsentGiven(**_consent(of, purpose), valid_until=until)


def agrees_no_more(of: UUID, purpose: ConsentPurpose = "take-part") -> ConsentWithdrawn:
    """Intake tells that a consent ended."""
    return ConsentWithdrawn(**_consent(of, purpose), ended_on=date(2026, 11, 2))


def changed(of: UUID) -> ProfileChanged:
    """A profile changes."""
    return ProfileChanged(person=of, site=SITE)


def profile(of: UUID, **values: Any) -> MatchingProfile:
    """A profile at intake: English, one hour a week, Monday at eight."""
    usual: dict[str, Any] = {
        "site": SITE, "languages": ["en"], "skills": [], "goals": [], "weekly_hours": 1.0, "zone": "Asia/Kabul",
        "free_hours": [8],
    }  # fmt: skip
    return MatchingProfile(person=of, **(usual | values))


@dataclass
class Intake:
    """A small intake on a real port: its profiles, who was asked for, and what happens while it answers."""

    profiles: dict[UUID, MatchingProfile] = field(default_factory=dict)
    asked: list[list[UUID]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    answer: Response | None = None
    meanwhile: Any = None
    url: str = ""

    def has(self, *profiles: MatchingProfile) -> None:
        """Let intake know these profiles."""
        self.profiles |= {one.person: one for one in profiles}

    def app(self) -> FastAPI:
        """The one route that matching reads."""
        app = FastAPI()

        @app.post("/internal/matching-profiles", response_model=None)
        async def read(body: PeopleRead, request: Request) -> MatchingProfiles | Response:
            self.asked.append(body.people)
            self.tokens.append(request.headers.get("authorization", ""))
            known = [self.profiles[one] for one in body.people if one in self.profiles]
            if self.meanwhile:
                await self.meanwhile()
            return self.answer or MatchingProfiles(profiles=known)

        return app


@asynccontextmanager
async def serving(intake: Intake) -> AsyncIterator[Intake]:
    """Serve it on a private port."""
    async with serving_app(intake.app()) as intake.url:
        yield intake


async def know(it: Running, *profiles: MatchingProfile) -> None:
    """Put profiles into matching's copy, as if they had been read."""
    async with it.service.sessions.begin() as session:
        for one in profiles:
            row = await session.get_one(ProfileRow, one.person)
            row.state, row.languages, row.skills, row.goals = "read", list(one.languages), one.skills, one.goals
            row.weekly_hours, row.free_hours = one.weekly_hours, list(one.free_hours)


async def admit(
    it: Running, of: UUID, kind: str, name: str = OFFERING, *, since: datetime = BEGINNING, **values: Any
) -> None:
    """A cleared person with a profile."""
    await it.hear(cleared(of, kind, name), time=since)
    await know(it, profile(of, **values))


async def call(
    it: Running,
    method: str,
    path: str,
    *,
    who: UUID = STAFF,
    role: Any = "coordinator",
    site: str = SITE,
    **options: Any,
) -> Answer:
    """One request, of the site's coordinator unless said otherwise."""
    async with it.client(person=who, role=role, site=site) as client:
        return await client.request(method, path, **options)


async def run(it: Running, name: str = OFFERING) -> dict[str, Any]:
    """Start a run."""
    answer = await call(it, "POST", "/runs", json={"offering": name})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def confirm(it: Running, found: dict[str, Any], *proposals: str) -> dict[str, Any]:
    """Confirm a run, or some proposals of it."""
    body = {"proposals": proposals} if proposals else {}
    answer = await call(it, "POST", f"/runs/{found['run']}/confirmation", json=body)
    assert answer.status_code == 200, answer.text
    confirmed: dict[str, Any] = answer.json()
    return confirmed


async def nominate(it: Running, mentor: UUID = MENTOR, mentee: UUID = MENTEE, name: str = OFFERING) -> Answer:
    """Nominate two people."""
    body = {"offering": name, "mentor": str(mentor), "mentee": str(mentee), "vouched_by": "They shared an office."}
    return await call(it, "POST", "/nominations", json=body)


async def close(it: Running, pair: str, reason: str = "The year is over.") -> Answer:
    """Close a pair."""
    return await call(it, "POST", f"/pairs/{pair}/closure", json={"reason": reason})


async def paired(running: Factory) -> tuple[Running, str]:
    """Matching with one nominated pair."""
    it = await running("matching")
    await it.hear(offering())
    await admit(it, MENTOR, "mentor")
    await admit(it, MENTEE, "mentee")
    answer = await nominate(it)
    assert answer.status_code == 201, answer.text
    return it, answer.json()["pair"]


async def tables(it: Running) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of matching."""
    async with it.service.sessions() as session:
        return {
            table.name: sorted(map(tuple, await session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }
