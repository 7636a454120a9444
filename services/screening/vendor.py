"""The vendor's door, as our own protocol calls it, and the sender that calls. README.md describes the protocol."""

import asyncio
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.screening import ordering
from services.screening.domain.signatures import sign
from services.screening.domain.vendors import TAKING, Report, VendorOutcome
from services.screening.fields import Line
from services.screening.tables import CaseRow, PlaceRow, VendorOrderRow
from shared.clock import Clock, real_now
from shared.private_reads import certificates
from shared.service import Sender

CALL_SECONDS = 10.0
AT_ONCE = 10
LONGEST_ANSWER = 65_536
MOMENT, SIGNATURE = "Rapport-Timestamp", "Rapport-Signature"

Sessions = async_sessionmaker[AsyncSession]


class Reported(BaseModel):
    """A report. Whatever else stands beside these fields is dropped unread: the record stays with the vendor."""

    model_config = ConfigDict(extra="ignore")

    order: UUID
    outcome: VendorOutcome
    reference: Line
    reported_on: date

    @property
    def report(self) -> Report:
        """What is kept of it."""
        return Report(self.outcome, self.reference, self.reported_on)


class _Invitation(BaseModel):
    invitation: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[!-~]+$")]


class Vendor:
    """A vendor's door. What it answers of no use is None: the order waits and is tried again."""

    def __init__(self, url: str, keys: Sequence[bytes], seconds: float = CALL_SECONDS) -> None:
        self._url, self._key, self._seconds = url.rstrip("/"), keys[-1], seconds

    async def order(self, order: UUID, check: str, place: str | None) -> ordering.Placed | None:
        """Order a check; the vendor takes the same order once. It hears nothing about the person."""
        body = _Order(order=order, check=check, place=place).model_dump_json().encode()
        content = await self._call("POST", "/orders", body, {"Idempotency-Key": str(order)})
        try:
            said = _Invitation.model_validate_json(content) if content is not None else None
        except ValidationError:
            return None
        return ordering.Placed(said.invitation) if said and self._is_theirs(said.invitation) else None

    async def report(self, order: UUID) -> Report | None:
        """Ask how an order stands."""
        content = await self._call("GET", f"/orders/{order}")
        try:
            said = Reported.model_validate_json(content) if content is not None else None
        except ValidationError:
            return None
        return said.report if said and said.order == order else None

    def _is_theirs(self, invitation: str) -> bool:
        """Whether an address lies at the vendor's own door, so that nobody is sent elsewhere with their details."""
        try:
            return urlsplit(invitation)[:2] == urlsplit(self._url)[:2]
        except ValueError:
            return False

    async def _call(
        self, method: str, path: str, body: bytes = b"", more: dict[str, str] | None = None
    ) -> bytes | None:
        moment = str(int(real_now().timestamp()))
        signed = sign(self._key, moment, f"{method} {path}.".encode() + body)
        headers = {MOMENT: moment, SIGNATURE: signed, "Content-Type": "application/json", **(more or {})}
        try:
            async with (
                asyncio.timeout(self._seconds),
                httpx2.AsyncClient(timeout=self._seconds, trust_env=False, verify=certificates()) as http,
                http.stream(method, f"{self._url}{path}", content=body, headers=headers) as response,
            ):
                return await _read(response) if response.status_code in (200, 201) else None
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError):
            return None


class _Order(BaseModel):
    order: UUID
    check: str
    place: str | None


async def _read(response: httpx2.Response) -> bytes | None:
    """The answer, unless it is longer than any honest one."""
    content = b""
    async for part in response.aiter_bytes():
        content += part
        if len(content) > LONGEST_ANSWER:
            return None
    return content


def vendor_calls(sessions: Sessions, clock: Clock, vendor: Vendor) -> Sender:
    """The sender `vendor`: orders, and asks for reports of which nothing was heard."""
    return Sender("vendor", partial(_step, sessions, clock, vendor), waiting, AT_ONCE)


async def waiting(session: AsyncSession) -> int:
    """For how many orders the vendor is to be called now."""
    return await session.scalar(select(func.count()).select_from(VendorOrderRow).where(VendorOrderRow.due)) or 0


async def _step(sessions: Sessions, clock: Clock, vendor: Vendor) -> int:
    """Call for some orders at once; a failing call is one order's alone."""
    wanted = (
        select(
            VendorOrderRow.order,
            VendorOrderRow.check_name,
            VendorOrderRow.state,
            CaseRow.state.label("case"),
            PlaceRow.law_of,
        )
        .join(CaseRow, CaseRow.clearance == VendorOrderRow.clearance)
        .outerjoin(PlaceRow, PlaceRow.site == CaseRow.site)
        .where(VendorOrderRow.due)
        .order_by(VendorOrderRow.order)
        .limit(AT_ONCE)
    )
    async with sessions() as session:
        due = (await session.execute(wanted)).all()
    answers = await asyncio.gather(*(_called(vendor, each) for each in due))
    for each, answer in zip(due, answers, strict=True):
        async with sessions.begin() as session:
            await ordering.answered(session, each.order, answer, clock.now())
    return len(due)


async def _called(vendor: Vendor, due: Any) -> ordering.Placed | Report | None:
    """What the vendor answers about an order; it is not called for a case that needs nothing any more."""
    if due.case not in TAKING:
        return None
    if due.state == "to-send":
        return await vendor.order(due.order, due.check_name, due.law_of)
    return await vendor.report(due.order)
