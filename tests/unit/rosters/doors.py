"""Intake's and screening's doors as an import sees them, kept in memory: the same paths, bodies and answers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
import orjson

from shared.ids import new_id

Refuse = Callable[[dict[str, Any]], str | None]


@dataclass
class Intake:
    """Answers `POST /imports`. `refuse` says which field of a row is at fault; `failures` are answered first."""

    refuse: Refuse = lambda row: None
    failures: list[int | Exception] = field(default_factory=list)
    waits: str | None = None
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    applications: dict[tuple[str, str], tuple[UUID, dict[str, Any]]] = field(default_factory=dict)
    under_way: int = 0
    most: int = 0

    def client(self) -> httpx2.AsyncClient:
        """A client of it."""
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer), base_url="http://intake")

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        body = orjson.loads(request.content)
        self.requests.append((request.headers["Idempotency-Key"], body))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.001)
        self.under_way -= 1
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return httpx2.Response(failure)
        done = [self._take(body["role"], row) for row in body["rows"] if not self.refuse(row)]
        refused = [
            {"row": row["row"], "field": wrong, "reason": "No."} for row in body["rows"] if (wrong := self.refuse(row))
        ]
        return httpx2.Response(200, json={"rows": done, "refused": refused})

    def _take(self, role: str, row: dict[str, Any]) -> dict[str, Any]:
        known = self.applications.get((role, row["key"]))
        application = known[0] if known else new_id()
        self.applications[role, row["key"]] = (application, row)
        state = "created" if known is None else "unchanged" if known[1] == row else "updated"
        person = str(new_id())
        return {
            "row": row["row"], "person": person, "application": str(application), "state": state, "waits": self.waits,
        }  # fmt: skip


@dataclass
class Screening:
    """Answers screening's door. Every case opens at the second look, and `refused` ones are never decided."""

    kinds: dict[UUID, str]
    refused: set[UUID] = field(default_factory=set)
    high: bool = False
    """Whether a second person has to agree."""
    states: dict[str, str] = field(default_factory=dict)
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    criteria: dict[str, str] = field(default_factory=dict)
    looks: int = 0

    def client(self) -> httpx2.AsyncClient:
        """A client of it."""
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer), base_url="http://screening")

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path == "/criteria":
            kinds = ((False, True, "fit"), (True, True, "welcome"), (False, False, "unfit"))
            return httpx2.Response(
                200,
                json=[{"for_mentee": mentee, "clears": clears, "criterion": name} for mentee, clears, name in kinds],
            )
        if path == "/cases":
            return self._page(dict(request.url.params))
        _, _, case, door, *_ = path.split("/")
        body = orjson.loads(request.content)
        if UUID(case) in self.refused:
            return httpx2.Response(409, json={"title": "No", "detail": "This is your own case."})
        if door == "results":
            self.results[case] = body["results"]
        elif door == "decision" and not path.endswith("/agreement"):
            self.states[case] = "proposed" if self.high else "cleared"
            self.criteria[case] = body["criterion"]
        else:
            self.states[case] = "cleared"
        return httpx2.Response(200, json={"clearance": case, "state": self.states.get(case, "open")})

    def _page(self, query: dict[str, str]) -> httpx2.Response:
        """Two cases a page; the case's id is the application's here."""
        start = int(query.get("cursor", 0))
        self.looks += not start
        cases = [
            {
                "clearance": str(case), "application": str(case), "kind": kind, "required": ["identity"],
                "state": self.states.get(str(case), "open"),
                "known": True,
            }
            for case, kind in self.kinds.items()
            if self.looks > 1 or str(case) in self.states
        ]  # fmt: skip
        cases = [case for case in cases if query.get("state") in (None, case["state"])]
        following = str(start + 2) if len(cases) > start + 2 else None
        return httpx2.Response(200, json={"items": cases[start : start + 2], "next": following})


@dataclass
class Exports:
    """Answers `GET /exports`, two people a page."""

    people: list[dict[str, Any]]

    def client(self) -> httpx2.AsyncClient:
        """A client of it."""
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer), base_url="http://intake")

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        start = int(request.url.params.get("cursor", 0))
        following = str(start + 2) if len(self.people) > start + 2 else None
        return httpx2.Response(200, json={"items": self.people[start : start + 2], "next": following})


@dataclass
class Pairing:
    """Intake's and matching's doors for pairs: `people` have keys, and `ready` are the mentees who can be paired."""

    people: dict[str, str]
    ready: set[str]
    pairs: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def client(self) -> httpx2.AsyncClient:
        """A client of either."""
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer), base_url="http://services")

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        body = orjson.loads(request.content)
        if request.url.path == "/roster-keys":
            found = {key: self.people[key] for key in body["keys"] if key in self.people}
            return httpx2.Response(200, json={"people": found})
        done, refused = [], []
        for row in body["rows"]:
            known = self.pairs.get((row["mentor"], row["mentee"]))
            if row["mentee"] not in self.ready:
                refused.append({"row": row["row"], "field": "mentee", "reason": "Wait for screening."})
                continue
            self.pairs[row["mentor"], row["mentee"]] = row
            state = "created" if known is None else "unchanged" if known == row else "updated"
            done.append({"row": row["row"], "pair": "p", "state": state})
        return httpx2.Response(200, json={"rows": done, "refused": refused})
