"""A vendor of record checks that speaks the protocol of services/screening/README.md, and errs when it is told to.

It has its own words for the signature: what it shares with the service is the protocol alone.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2
from fastapi import FastAPI, Request, Response

from tests.support.serving import serving

KEY = "the-key-that-vendor-and-network-share"
Fault = Literal["away", "slow", "garbage", "long", "elsewhere", "refuses"]


def signature(moment: str, message: bytes, key: str = KEY) -> str:
    """As the protocol says."""
    return "v1=" + hmac.new(key.encode(), moment.encode() + b"." + message, hashlib.sha256).hexdigest()


@dataclass
class Vendor:
    """A vendor under test: what it was asked, how it errs, and the reports that it gives when asked."""

    url: str = ""
    fault: Fault | None = None
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    unsigned: int = 0

    async def answer(self, request: Request, content: dict[str, Any] | None) -> Response:
        """What it says, or what it says instead."""
        if self.fault == "slow":
            await asyncio.sleep(0.6)
        if self.fault in ("away", "refuses"):
            return Response(status_code=503 if self.fault == "away" else 422)
        if self.fault == "garbage":
            return Response(b'{"invitation": 7, "outcome": "\xff', media_type="application/json")
        if self.fault == "long":
            return Response(b" " * 1_000_000)
        if content is None:
            return Response(status_code=404)
        return Response(json.dumps(content), media_type="application/json")

    def check(self, request: Request, body: bytes) -> None:
        """Count calls that the network did not sign."""
        moment = request.headers.get("rapport-timestamp", "0")
        message = f"{request.method} {request.url.path}.".encode() + body
        signed = request.headers.get("rapport-signature") == signature(moment, message)
        self.unsigned += not (signed and abs(int(moment) - time.time()) < 300)

    def app(self) -> FastAPI:
        """Its door."""
        app = FastAPI()

        @app.post("/orders")
        async def order(request: Request) -> Response:
            body = await request.body()
            self.check(request, body)
            said = json.loads(body)
            self.calls.append(("order", said["order"]))
            if self.fault is None and request.headers["idempotency-key"] == said["order"]:
                self.orders[said["order"]] = said
            host = "http://elsewhere.example" if self.fault == "elsewhere" else self.url
            return await self.answer(request, {"invitation": f"{host}/give/{said['order']}"})

        @app.get("/orders/{order}")
        async def state(order: str, request: Request) -> Response:
            self.check(request, b"")
            self.calls.append(("state", order))
            known = self.reports.get(order) or ({"outcome": "pending"} if order in self.orders else None)
            return await self.answer(request, known)

        return app

    def finds(self, order: str, outcome: str, on: str = "2026-11-02", **more: Any) -> dict[str, Any]:
        """From now on it tells how an order ended to whoever asks; returns the report."""
        self.reports[order] = {"order": order, "outcome": outcome, "reference": "R-1", "reported_on": on, **more}
        return self.reports[order]


@asynccontextmanager
async def a_vendor() -> AsyncIterator[Vendor]:
    """A vendor on a real port of this machine."""
    vendor = Vendor()
    async with serving(vendor.app()) as vendor.url:
        yield vendor


async def send(url: str, report: Any, *, key: str = KEY, late: float = 0) -> httpx2.Response:
    """A webhook to the service at an address, signed with a key at a moment some seconds ago."""
    body = report if isinstance(report, bytes) else json.dumps(report).encode()
    moment = str(int(time.time() - late))
    headers = {"Rapport-Timestamp": moment, "Rapport-Signature": signature(moment, body, key)}
    async with httpx2.AsyncClient(trust_env=False) as http:
        return await http.post(f"{url}/vendor/reports", content=body, headers=headers)
