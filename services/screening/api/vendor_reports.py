"""The vendor's way in: a signed report. No token but the signature; whoever cannot sign learns nothing."""

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from services.screening.domain.signatures import is_signed
from services.screening.domain.vendors import is_plausible
from services.screening.ordering import KEYS, locked_order, take_report
from services.screening.vendor import MOMENT, SIGNATURE, Reported
from shared.clock import real_now
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.problems import Invalid, NotFound, Problem

router = APIRouter(route_class=TransactionRoute)

BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": Reported.model_json_schema()}},
    },
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}} for name in (MOMENT, SIGNATURE)
    ],
}
"""The body is read as it came, since the signature is over its bytes; for OpenAPI."""


class NotSigned(Problem):
    """Not signed by the vendor, or long ago."""

    status, type, title = 401, "not-signed", "A signature is needed"


@router.post("/vendor/reports", status_code=204, openapi_extra=BODY)
async def take(request: Request, session: SessionDep, clock: ClockDep) -> Response:
    """Take a report; the same again, and several in any order, come to the same. An unknown order is 404."""
    if not (keys := session.info.get(KEYS, ())):
        raise _unknown()
    body = await request.body()
    signature, moment = (request.headers.get(name, "") for name in (SIGNATURE, MOMENT))
    if not is_signed(keys, signature, moment, body, real_now().timestamp()):
        raise NotSigned("The signature does not fit, or its time lies more than five minutes from now.")
    said = _read(body)
    if not is_plausible(said.report, clock.today()):
        raise Invalid.field("reported_on", "must be today or earlier")
    found = await locked_order(session, said.order)
    if found is None:
        raise _unknown()
    await take_report(session, *found, said.report, clock.now())
    return Response(status_code=204)


def _read(body: bytes) -> Reported:
    try:
        return Reported.model_validate_json(body)
    except ValidationError as error:
        faults = [
            {"field": ".".join(map(str, fault["loc"])) or "body", "reason": fault["msg"]}
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise Invalid("See errors for each field and its reason.", faults) from None


def _unknown() -> NotFound:
    return NotFound("There is no such order.")
