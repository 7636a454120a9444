"""Routes every service has: is it alive, is it ready, its numbers, and whether it is quiet."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from shared import migrations, problems, telemetry
from shared.access import BearerDep

router = APIRouter()


@router.get("/livez")
async def livez() -> dict[str, bool]:
    """The loop answers."""
    return {"alive": True}


@router.get("/readyz", responses={503: {"description": "Not ready; the body says what is missing."}})
async def readyz(request: Request) -> JSONResponse:
    """Database and schema; a worker also its consumers. The body lists each part."""
    service = request.app.state.service
    found: dict[str, Any] = {"relay_active": service.relay.active}
    try:
        async with asyncio.timeout(5):
            found["schema"] = await migrations.state(service.name, service.engine)
    except Exception as error:
        found["schema"] = f"away: {type(error).__name__}"
    found["consuming"] = service.consumption.ready or "worker" not in service.parts
    ready = found["schema"] == "current" and found["consuming"]
    return JSONResponse({"ready": ready, **found}, status_code=200 if ready else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus metrics of this process: those of the parts that it runs."""
    return Response(telemetry.metrics(request.app.state.service.parts), media_type=telemetry.CONTENT_TYPE)


@router.get("/internal/quiet", responses=problems.documented(changes=False))
async def quiet(request: Request, caller: BearerDep) -> dict[str, Any]:
    """What is still under way in this service; all zero means that nothing happens until time or people act."""
    caller.require_anywhere("operator", "service")
    counts = await request.app.state.service.quiet()
    return {"quiet": not any(counts.values()), **counts}
