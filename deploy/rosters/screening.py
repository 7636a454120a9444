"""Decisions about people who were screened elsewhere: entered through screening's door, by the screener who vouches.

Nothing is written into another service's tables, and nothing is decided that screening does not ask for: each case gets
`passed` for the checks that it requires, with the reference, and is cleared by the criterion for its kind of role.
"""

import asyncio
import base64
import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2

from deploy.cli.common import Typed, checked, client, say
from deploy.rosters.progress import Advance, progress
from deploy.rosters.report import Report
from deploy.rosters.sending import first_problem, persist

AT_ONCE = 8
PATIENCE_SECONDS = 60.0
"""So long is waited for a case that has not opened since the last one did."""
PAGE = 200
_GONE = (
    "Screening does not answer. What was decided so far stands; run the same command again, and it continues safely."
)


@dataclass(frozen=True)
class Screener:
    """Who vouches for the screening of everybody in the file, and where that is on record.

    `second` agrees where the role asks for a second person; a token of theirs alone agrees to what was decided before.
    """

    person: UUID
    reference: str
    site: str
    second: UUID | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.reference.strip()) <= 200 or not self.reference.isprintable():
            raise Typed("--reference is one line of 1 to 200 characters.")
        if self.second == self.person:
            raise Typed("--agreed-by is another person than --screened-by.")
        if self.acts_for not in (None, self.person, self.second):
            raise Typed(
                "RAPPORT_TOKEN belongs to somebody else than --screened-by; decisions stand under one's own name."
            )

    @property
    def acts_for(self) -> UUID | None:
        """Whose token is set; None where tokens are made here for each."""
        subject = _subject(os.environ.get("RAPPORT_TOKEN"))
        try:
            return UUID(subject) if subject else None
        except ValueError:
            raise Typed("RAPPORT_TOKEN belongs to no person; decisions stand under one's own name.") from None

    def acts(self, person: UUID | None) -> bool:
        """Whether a person's part can be done in this run."""
        return person is not None and self.acts_for in (None, person)


async def screen(report: Report, screener: Screener) -> None:
    """Decide every case of the report's applications once it is open. The outcome stands in `report.screening`."""
    report.screening, started = Counter(), time.monotonic()
    if report.applications:
        async with (
            client("screening", screener.site, "screener", subject=screener.person) as http,
            client("screening", screener.site, "screener", subject=screener.second) as second,
        ):
            with progress("Cases", len(report.applications)) as advance:
                round_ = Screening(http, screener, set(report.applications), report.screening, advance, second=second)
                await round_.carry_out()
    report.seconds += time.monotonic() - started


@dataclass
class Screening:
    """One round of decisions. `pending` are applications whose case was not met yet."""

    http: httpx2.AsyncClient
    screener: Screener
    pending: set[UUID]
    counts: Counter[str]
    advance: Advance
    patience: float = PATIENCE_SECONDS
    pause: float = 0.5
    second: httpx2.AsyncClient | None = None
    """The second person's door."""
    _told: set[str] = field(default_factory=set)

    async def carry_out(self) -> None:
        """Decide all, some at a time. Raises Stopped when screening stays away."""
        answer = await self._ask(lambda: self.http.get("/criteria"))
        criteria = {bool(found["for_mentee"]): str(found["criterion"]) for found in answer if found["clears"]}
        open_cases = self._open_cases()
        turn = asyncio.Lock()

        async def work() -> None:
            while True:
                async with turn:
                    case = await anext(open_cases, None)
                if case is None:
                    return
                await self._decide(case, criteria[case["kind"] == "mentee"])

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(work())
        except ExceptionGroup as failed:
            raise first_problem(failed) from failed
        if self.pending:
            self.counts["no case"] = len(self.pending)
            say(f"{len(self.pending)} cases did not open in time; run the same command again to decide them.")

    async def _open_cases(self) -> AsyncIterator[dict[str, Any]]:
        """Undecided cases of pending applications as they appear; those decided are counted at the first look."""
        deadline = time.monotonic() + self.patience
        wanted: dict[str, str] = {}
        while self.pending and time.monotonic() < deadline:
            before = len(self.pending)
            async for case in self._cases(wanted):
                if not _is_ready(case) or UUID(case["application"]) not in self.pending:
                    continue
                self.pending.discard(UUID(case["application"]))
                if case["state"] in ("open", "proposed"):
                    yield case
                else:
                    self._count("decided before")
            wanted = {"state": "open"}  # what is proposed meanwhile was met before
            if len(self.pending) < before:
                deadline = time.monotonic() + self.patience
            elif self.pending:
                await asyncio.sleep(self.pause)

    async def _cases(self, wanted: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
        """Every case at the site with this state, page by page."""
        query: dict[str, Any] = {"site": self.screener.site, "limit": PAGE, **wanted}
        while True:
            page = await self._ask(lambda: self.http.get("/cases", params=query))
            for case in page["items"]:
                yield case
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    async def _decide(self, case: dict[str, Any], criterion: str) -> None:
        try:
            self._count(await self._outcome(case, criterion))
        except Typed as error:
            self._count("refused")
            if str(error) not in self._told:
                self._told.add(str(error))
                say(f"Screening refused a decision. {error}")

    async def _outcome(self, case: dict[str, Any], criterion: str) -> str:
        """Decide as the first person, agree as the second, as far as each acts in this run."""
        if case["state"] == "open":
            if not self.screener.acts(self.screener.person):
                return "not decided yet"
            reference = self.screener.reference
            results = [{"check": check, "outcome": "passed", "reference": reference} for check in case["required"]]
            if results:
                await self._post(self.http, case, "results", {"results": results})
            case = await self._post(self.http, case, "decision", {"decision": "clear", "criterion": criterion})
        if case["state"] == "proposed":
            if self.second is None or not self.screener.acts(self.screener.second):
                return "wait for a second person"
            await self._post(self.second, case, "decision/agreement", {"agrees": True})
        return "cleared"

    async def _post(
        self, http: httpx2.AsyncClient, case: dict[str, Any], door: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        answer: dict[str, Any] = await self._ask(lambda: http.post(f"/cases/{case['clearance']}/{door}", json=body))
        return answer

    async def _ask(self, send_once: Callable[[], Any]) -> Any:
        return checked(await persist(send_once, _GONE))

    def _count(self, outcome: str) -> None:
        self.counts[outcome] += 1
        self.advance(1)


def _is_ready(case: dict[str, Any]) -> bool:
    """Decided, or all is known that a decision depends on."""
    return bool(case["state"] != "waiting" and (case["state"] != "open" or case["known"]))


def _subject(token: str | None) -> str | None:
    """Whose token it is, unchecked: services check it."""
    if not token:
        return None
    try:
        payload = token.split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])
    except (ValueError, KeyError, IndexError, TypeError):
        raise Typed("RAPPORT_TOKEN is no token.") from None
