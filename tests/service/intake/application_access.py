"""The routes of drafts and outcomes, with who may call them at the site net.af.kabul."""

from dataclasses import dataclass, field
from typing import Any, Literal

from shared.access import Role
from tests.service.intake.access import STAFF

LINKED = {"link": "{link}"}
WHOLE = {"sha256": "{pack}"}


@dataclass(frozen=True)
class Act:
    """A call on a draft, or on an application that was sent. `acting`: for the person and who enrolled them."""

    path: str
    roles: tuple[Role, ...] = ()
    acting: bool = True
    body: dict[str, Any] = field(default_factory=dict)
    on: Literal["draft", "sent", "offered"] = "draft"


ACTS: dict[str, Act] = {
    "GET /applications/{application}/answers": Act("/applications/{application}/answers", STAFF, on="sent"),
    "GET /applications/{application}/check": Act("/applications/{application}/check", STAFF, on="sent"),
    "PATCH /applications/{application}/answers": Act(
        "/applications/{application}/answers", body={"answers": {"weekly_hours": 2}}
    ),
    "POST /applications/{application}/pack": Act("/applications/{application}/pack", body=WHOLE),
    "POST /applications/{application}/submission": Act("/applications/{application}/submission"),
    "POST /applications/{application}/resume-link": Act("/applications/{application}/resume-link", STAFF),
    "POST /resumption": Act("/resumption", body=LINKED),
    "POST /applications/{application}/withdrawal": Act("/applications/{application}/withdrawal", STAFF, on="sent"),
    "POST /applications/{application}/hold": Act(
        "/applications/{application}/hold", STAFF, acting=False, body={"reapply_on": "2027-01-01"}, on="sent"
    ),
    "POST /applications/{application}/redirection": Act(
        "/applications/{application}/redirection", STAFF, acting=False, body={"role": "mentor-adult"}, on="sent"
    ),
    "POST /applications/{application}/redirection/acceptance": Act(
        "/applications/{application}/redirection/acceptance", on="offered"
    ),
}
