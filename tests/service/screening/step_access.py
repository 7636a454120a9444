"""Every route of the steps, with whom it serves at the site net.af.kabul."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Door:
    """A call that is made well. `staff`: screeners at the site; `person`: whose case it is.

    `anywhere`: it tells no site's business, so whoever screens at another site may read it too.
    """

    body: dict[str, Any] | None = None
    staff: bool = True
    person: bool = False
    anywhere: bool = False
    coordinator: bool = False


UNKNOWN = "01985b3e-7a10-7000-8000-0000000000ff"
"""An id that nothing has."""
SCORED = {"score": 4, "note": "Listens, and asks."}
SCORES: dict[str, Any] = {
    "scores": dict.fromkeys(("skill", "temperament", "time"), SCORED),
    "scenarios": ["Tells staff at once.", "Says no, kindly.", "Says no, and tells staff."],
}
CERTIFICATE = {"holder": "A school", "number": "17", "reason": "It has all our modules."}
BRIEFING = {"texts": [{"language": "en", "text": "Thursday afternoon is family time."}]}
READ = {"site": "net.af.kabul", "version": 1, "language": "en"}
ASSESSMENT = {"points": {"asks": True}, "outcome": "passed"}
SLOT = {"starts_at": "2026-11-05T09:00:00Z", "zone": "Asia/Kabul", "place": "video"}
SLOTS = {"site": "net.af.kabul", "slots": [SLOT]}
REFEREES = {
    "called": "Amina",
    "own_email": "amina@example.org",
    "referees": [
        {"name": "Ben", "email": "ben@example.org", "relation": "professional", "known_since": "2020-01-01"},
    ],
}
STEP_ROUTES: dict[tuple[str, str], Door] = {
    ("GET", "/cases/{clearance}/steps"): Door(person=True),
    ("PUT", "/cases/{clearance}/steps/{check}"): Door({"taken": True}),
    ("GET", "/cases/{clearance}/references"): Door(person=True),
    ("POST", "/cases/{clearance}/references"): Door(REFEREES, staff=False, person=True),
    ("POST", "/cases/{clearance}/references/{reference}/withdrawal"): Door(staff=False, person=True),
    ("POST", "/cases/{clearance}/references/{reference}/asking"): Door(),
    ("POST", "/cases/{clearance}/references/{reference}/decision"): Door({"approved": False}),
    ("GET", "/cases/{clearance}/training"): Door(person=True),
    ("POST", "/cases/{clearance}/training/modules/{module}"): Door(staff=False, person=True),
    ("POST", "/cases/{clearance}/training/attempts"): Door({"answers": {"role-letter": "a"}}, staff=False, person=True),
    ("POST", "/cases/{clearance}/training/certificate"): Door(CERTIFICATE),
    ("POST", "/places/{site}/briefing"): Door(BRIEFING, coordinator=True),
    ("GET", "/places/{site}/briefing"): Door(coordinator=True),
    ("GET", "/cases/{clearance}/briefing"): Door(person=True),
    ("POST", "/cases/{clearance}/briefing/acknowledgement"): Door(READ, staff=False, person=True),
    ("POST", "/places/{site}/onsite-duties"): Door(BRIEFING | {"report_days": 14}, coordinator=True),
    ("GET", "/places/{site}/onsite-duties"): Door(coordinator=True),
    ("POST", "/cases/{clearance}/onsite-duties/agreement"): Door(READ, staff=False, person=True),
    ("POST", "/cases/{clearance}/onsite-duties/reports"): Door(staff=False, person=True),
    ("GET", "/onsite-duties"): Door(coordinator=True),
    ("GET", "/cases/{clearance}/skill-sample"): Door(person=True),
    ("PUT", "/cases/{clearance}/skill-sample"): Door({"text": "Dear Amina"}, staff=False, person=True),
    ("POST", "/cases/{clearance}/skill-sample/assessment"): Door(ASSESSMENT),
    ("GET", "/interview-forms"): Door(anywhere=True),
    ("POST", "/cases/{clearance}/interview"): Door({"form": "mentoring"}),
    ("GET", "/cases/{clearance}/interview"): Door(person=True),
    ("GET", "/cases/{clearance}/interview/slots"): Door(person=True),
    ("PUT", "/cases/{clearance}/interview/slot"): Door({"slot": UNKNOWN}, staff=False, person=True),
    ("POST", "/cases/{clearance}/interview/cancellation"): Door(staff=False, person=True),
    ("POST", "/cases/{clearance}/interview/no-show"): Door(),
    ("PUT", "/cases/{clearance}/interview/scores"): Door(SCORES),
    ("POST", "/cases/{clearance}/interview/outcome"): Door({"outcome": "failed", "reason": "She has moved away."}),
    ("POST", "/interview-slots"): Door(SLOTS),
    ("GET", "/interview-slots"): Door(),
    ("POST", "/interview-slots/{slot}/withdrawal"): Door(),
    ("GET", "/reference-letters"): Door(),
    ("GET", "/cases/{clearance}/settlements"): Door(),
    ("POST", "/cases/{clearance}/settlements"): Door(
        {"what": "no-pack/AF", "how": "accepted", "reason": "The lawyer was asked."}
    ),
    ("GET", "/cases/{clearance}/timeline"): Door(),
    ("GET", "/cases/{clearance}/vendor-orders"): Door(person=True),
    ("POST", "/cases/{clearance}/vendor-orders"): Door({"check": "identity"}),
    ("GET", "/cases/{clearance}/adverse-action"): Door(person=True),
    ("POST", "/cases/{clearance}/adverse-action/authorisation"): Door({"texts_version": 1}, person=True),
    ("POST", "/cases/{clearance}/adverse-action/notice"): Door({"how": "post"}),
    ("POST", "/cases/{clearance}/adverse-action/dispute"): Door(person=True),
    ("POST", "/cases/{clearance}/adverse-action/settlement"): Door({"outcome": "stands"}),
    ("POST", "/cases/{clearance}/adverse-action/final-notice"): Door({"how": "post"}),
    ("GET", "/queue"): Door(),
    ("GET", "/queue/summary"): Door(),
    ("POST", "/reference-letters/{letter}/sending"): Door(),
}
