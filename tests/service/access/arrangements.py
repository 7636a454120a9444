"""What stands in each service while its table is tried: one person, and all that lies around them.

Each gives the names that a table writes in braces, with what they mean: ids of people by whose token a kind of caller
calls, and of the things that they ask for.
"""

import json
import time
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from httpx2 import AsyncClient
from sqlalchemy import select

from services.notify.tables import MailRow
from services.screening.steps import keep_steps
from services.screening.tables import CaseRow
from shared.contracts.intake import SiteChanged, Stop
from shared.ids import new_id
from tests.service.access.callers import ABOVE, SITE, TOP
from tests.service.intake import consenting
from tests.service.intake import scenes as intake
from tests.service.intake.forms import MENTEE_ANSWERS, answer, read_pack
from tests.service.matching import scenes as matching
from tests.service.messaging import scenes as messaging
from tests.service.notify import scenes as notify
from tests.service.screening.scenes import CLEAR, DECLINE, NEW_SET, know
from tests.service.screening.step_access import BRIEFING, SLOTS
from tests.service.screening.story import applies, concern, identity, place, role
from tests.support.running import BEGINNING, Running
from tests.support.vendor import signature

Names = dict[str, str]
good = intake.good
OFFERING = intake.OFFERING


async def of_intake(it: Running) -> Names:
    """A child whom a facilitator enrolled, with four guardians, a twin record, a claim, a talk and applications."""
    await intake.network(it)
    await consenting.texts(it)
    names = await _tree(it)
    enroller = new_id()
    http, staff = intake.facilitator(it, enroller), intake.coordinator(it)
    card = {**intake.CARD, "site": SITE, "email": None}
    child = UUID(good(await http.post("/people", json=card))["person"])
    told = {"born_on": consenting.BORN_TEN_YEARS_AGO, "lives_in": "AF"}
    good(await staff.put(f"/people/{child}/particulars", json=told))
    good(await staff.put(f"/people/{child}/profile", json=intake.PROFILE))
    good(await staff.put(f"/people/{child}/clearances/pvg-membership", json=HELD))
    good(await staff.put(f"/people/{child}/admission", json={"needs": ["reading"]}))
    names |= {"person": str(child), "enroller": str(enroller), "born_on": consenting.BORN_TEN_YEARS_AGO}
    names |= {"check": "pvg-membership", "purpose": "take-part"}
    another = await intake.registered(it, email="another@example.org")
    names |= await _guardians(it, child, another) | {"another": str(another)}
    twin = good(await staff.post("/people", json=card))["person"]
    good(await staff.put(f"/people/{twin}/particulars", json=told))
    knows = {"part": "mentor", "other": str(another)}
    claim = good(await http.post(f"/people/{child}/relationships", json=knows))["relationship"]
    names |= {"twin": twin, "relationship": claim}
    return names | await _talk(it, child) | await _applications(it, http, child)


HELD = {"authority": "Disclosure Scotland", "number": "123", "valid_until": "2028-03-01"}


async def _tree(it: Running) -> Names:
    """What belongs to the site alone, so that its own administrator may change it."""
    http = intake.administrator(it)
    written = {"description": "Learns.", "review_on": "2026-01-01"}
    for path, body in (
        ("/programmes/local", {"site": SITE, "name": "Local", "type": "adult-adult"}),
        ("/roles/local", {"site": SITE, "kind": "mentee", "title": "Local", "risks": [], **written}),
        ("/documents/local/versions/1", {"site": SITE, "language": "en", "text": "Be kind."}),
    ):
        good(await http.put(path, json=body))
    wishes = {"wishes": {"music": {"en": "Music"}}}
    good(await http.put(f"/places/{SITE}/wishes", json=wishes, headers={"If-Match": "*"}))
    stop = good(await http.post("/stops", json={"site": SITE, "programme": "local", "reason": "data-breach"}))["stop"]
    entry = good(await http.post(f"/places/{SITE}/calendar", json=intake.DAYS))["entry"]
    note = good(await http.post(f"/places/{SITE}/notes", json=intake.NOTE))["note"]
    return {
        "site": SITE, "programme": "local", "role": "local", "document": "local", "version": "1", "language": "ps",
        "offering": OFFERING, "entry": entry, "note": note, "item": "access", "stop": stop,
    }  # fmt: skip


async def _guardians(it: Running, child: UUID, other: UUID) -> Names:
    may: dict[str, dict[str, Any]] = {
        "guardian": {},
        "guardian_told": consenting.TOLD_ONLY,
        "guardian_unverified": {"verified": False},
        "kept_away": consenting.NO_CONTACT,
    }
    names = {name: str(await consenting.guardian(it, child, **flags)) for name, flags in may.items()}
    return names | {"guardian_of_another": str(await consenting.guardian(it, other))}


async def _talk(it: Running, child: UUID) -> Names:
    asks = {"document": "conduct", "version": "1", "answers": [{"clause": "1", "answer": "question"}]}
    good(await intake.participant(it, child).post(f"/people/{child}/signatures", json=asks))
    (talk,) = good(await intake.coordinator(it).get("/talks"))["items"]
    return {"talk": talk["talk"]}


async def _applications(it: Running, http: AsyncClient, child: UUID) -> Names:
    """A complete draft with its link, an application that was sent, and one with the offer of another role."""
    staff, of_child = intake.coordinator(it), {"person": str(child), "offering": OFFERING}
    draft = good(await http.post("/drafts", json={**of_child, "role": "mentee-adult"}))["application"]
    await answer(http, draft, **MENTEE_ANSWERS | {"born_on": consenting.BORN_TEN_YEARS_AGO})
    pack = await read_pack(http, draft, {"offering": OFFERING, "role": "mentee-adult"})
    link = good(await http.post(f"/applications/{draft}/resume-link"))["link"]
    good(await intake.administrator(it).put("/roles/other", json={**intake.MENTEE, "title": "Other"}))
    sent, offered = [
        good(await staff.post("/applications", json={**of_child, "role": name}))["application"]
        for name in ("mentor-adult", "other")
    ]
    good(await staff.post(f"/applications/{offered}/redirection", json={"role": "local"}))
    return {"draft": draft, "pack": pack, "link": link, "application": sent, "offered": offered}


async def of_screening(it: Running) -> Names:
    """A mentor with a case in each state, a person close to them and their superior, and conduct cases."""
    await it.hear(SiteChanged(site=TOP, place="network", zone="UTC"))
    await it.hear(SiteChanged(site=ABOVE, place="organisation", zone="UTC"))
    await it.hear(place("US", "US-CA"))
    person, partner, head = identity(1), identity(3), identity(0x64)
    names = {"person": str(person), "partner": str(partner), "proposer": str(head), "site": SITE}
    async with it.client(role="administrator", site=TOP, person=head) as http:
        names |= await _open_case(it, http, person) | await _decided_cases(it, http, person)
        names |= await _waiting_and_onsite(it, http, person) | await _vendor(it, http, person, names["clearance"])
        names |= await _around(it, http, person) | await _conduct(it, http, person)
        good(await http.post("/criteria-sets", json={**NEW_SET, "programme": "another"}))
    await _ask_for(it, UUID(names["clearance"]), "skill-sample", "culture-briefing")
    return names


async def _open_case(it: Running, http: AsyncClient, person: UUID) -> Names:
    """An open case in which every step waits for somebody."""
    await it.hear(role("mentor-youth", "mentor", "works-with-clients", "minors", "one-on-one"))
    await it.hear(applies(1, 1, "mentor-youth", "mentor"))
    (case,) = good(await http.get("/cases"))["items"]
    path = f"/cases/{case['clearance']}"
    good(await http.post(f"/places/{SITE}/briefing", json=BRIEFING))
    (slot,) = good(await http.post("/interview-slots", json=SLOTS))
    good(await http.post(f"{path}/interview", json={"form": "mentoring"}))
    watched = {"colour": "yellow", "ground": "conduct.3", "note": "Seen.", "watch_until": str(BEGINNING.date())}
    flag = good(await http.post(f"{path}/flags", json=watched))["flag"]
    referee = {"name": "Ben", "email": "ben@example.org", "relation": "professional", "known_since": "2020-01-01"}
    named = {"called": "Amina", "own_email": "amina@example.org", "referees": [referee]}
    async with it.client(role="participant", site=SITE, person=person) as own:
        (reference,) = good(await own.post(f"{path}/references", json=named))["references"]
    (letter,) = good(await http.get("/reference-letters"))["items"]
    return {
        "clearance": case["clearance"], "slot": slot["slot"], "flag": flag, "reference": reference["reference"],
        "letter": letter["letter"], "token": letter["token"], "check": "identity", "module": "your-role",
    }  # fmt: skip


async def _ask_for(it: Running, clearance: UUID, *checks: str) -> None:
    """Let a case ask for more, as a policy would; until something is heard anew."""
    async with it.service.sessions.begin() as session:
        case = await session.get_one(CaseRow, clearance)
        usual = {"performer": "somebody", "passes": "It was done.", "days_old": None, "only": None}
        why = [{"of": "policy", "rule": "all", "why": "It is asked for.", "factors": [], "source": ""}]
        steps = [usual | {"check": check, "why": why} for check in checks]
        case.required = [*case.required, *checks]
        case.requirements = case.requirements | {"steps": [*case.requirements["steps"], *steps]}
        await keep_steps(session, [case], anew=())


async def _decided_cases(it: Running, http: AsyncClient, person: UUID) -> Names:
    """Cleared for a month, declined and appealed against, and one whose clearing waits for a second person."""
    await it.hear(role("mentor-adult", "mentor"))
    await it.hear(role("mentor-high", "mentor", tier="comprehensive"))
    for number, name in ((2, "mentor-adult"), (3, "mentor-adult"), (4, "mentor-high")):
        await it.hear(applies(number, 1, name, "mentor"))
    await know(it, guardians=[identity(0x54)], enrolled_by=identity(0x55))
    cases = [case for case in good(await http.get("/cases"))["items"] if case["role"] != "mentor-youth"]
    cleared, declined, proposed = (case["clearance"] for case in cases)
    for case in cases:
        passed = [{"check": check, "outcome": "passed"} for check in case["required"]]
        good(await http.post(f"/cases/{case['clearance']}/results", json={"results": passed}))
    good(await http.post(f"/cases/{cleared}/decision", json={**CLEAR, "valid_until": "2026-12-02"}))
    good(await http.post(f"/cases/{declined}/decision", json=DECLINE))
    good(await http.post(f"/cases/{proposed}/decision", json=CLEAR))
    async with it.client(role="participant", site=SITE, person=person) as own:
        good(await own.post(f"/cases/{declined}/appeal", json={"said": "I have time."}))
    return {"cleared": cleared, "declined": declined, "proposed": proposed}


async def _waiting_and_onsite(it: Running, http: AsyncClient, person: UUID) -> Names:
    """As a mentee they wait; as a facilitator they were cleared and agreed to what the site expects of them."""
    await it.hear(role("mentee-adult", "mentee"))
    await it.hear(role("onsite", "facilitator"))
    for number, name, kind in ((5, "mentee-adult", "mentee"), (6, "onsite", "facilitator")):
        await it.hear(applies(number, 1, name, kind))
    told = identity(0x54), identity(0x55)
    await know(it, guardians=[told[0]], enrolled_by=told[1])
    cases = {case["role"]: case for case in good(await http.get("/cases"))["items"]}
    waiting, onsite = (cases[name]["clearance"] for name in ("mentee-adult", "onsite"))
    good(await http.put(f"/cases/{waiting}/waiting-list", json={"next_news_on": "2026-12-01"}))
    words = {"report_days": 14, "texts": [{"language": "en", "text": "See each mentee once a week."}]}
    good(await http.post(f"/places/{SITE}/onsite-duties", json=words))
    async with it.client(role="participant", site=SITE, person=person) as own:
        read = {"site": SITE, "version": 1, "language": "en"}
        good(await own.post(f"/cases/{onsite}/onsite-duties/agreement", json=read))
    passed = [{"check": check, "outcome": "passed"} for check in cases["onsite"]["required"]]
    good(await http.post(f"/cases/{onsite}/results", json={"results": passed}))
    good(await http.post(f"/cases/{onsite}/decision", json=CLEAR))
    return {"waiting": waiting, "onsite": onsite, "guardian_told": str(told[0]), "enroller": str(told[1])}


async def _vendor(it: Running, http: AsyncClient, person: UUID, clearance: str) -> Names:
    """A vendor was asked for two checks: what it found in one is disputed, and it signs its report of the other."""
    async with it.client(role="participant", site=SITE, person=person) as own:
        good(await own.post(f"/cases/{clearance}/adverse-action/authorisation", json={"texts_version": 1}))
    found, order = [
        good(await http.post(f"/cases/{clearance}/vendor-orders", json={"check": check}))["order"]
        for check in ("record-check", "identity")
    ]
    moment = str(int(time.time()))
    report, clear = (
        json.dumps({"order": each, "outcome": outcome, "reference": "R-1", "reported_on": "2026-11-02"}).encode()
        for each, outcome in ((found, "review"), (order, "clear"))
    )
    signed = {"Rapport-Timestamp": moment, "Rapport-Signature": signature(moment, report)}
    assert (await http.post("/vendor/reports", content=report, headers=signed)).status_code == 204
    good(await http.post(f"/cases/{clearance}/adverse-action/notice", json={"how": "post"}))
    async with it.client(role="participant", site=SITE, person=person) as own:
        good(await own.post(f"/cases/{clearance}/adverse-action/dispute"))
    return {"order": order, "moment": moment, "signature": signature(moment, clear)}


async def _around(it: Running, http: AsyncClient, person: UUID) -> Names:
    """Who is close to the person, and who is on call."""
    relative, line, on_call = identity(0x51), identity(0x52), identity(0x53)
    for other, kind in ((relative, "relative"), (line, "line")):
        tie = {"person": str(person), "other": str(other), "kind": kind, "site": SITE}
        good(await http.post("/ties", json=tie))
    span = {"starts": "2026-11-02T08:00:00Z", "ends": "2026-11-12T08:00:00Z"}
    duty = good(await http.post("/duties", json={"site": SITE, "person": str(on_call), **span}))["duty"]
    return {"relative": str(relative), "line": str(line), "on_call": str(on_call), "duty": duty, "other": str(relative)}


async def _conduct(it: Running, http: AsyncClient, person: UUID) -> Names:
    """A case about the person with a measure, a report and a page; and one about staff of the site."""
    await it.hear(concern(1, "harm", 1))
    (case,) = good(await http.get("/conduct-cases"))["items"]
    cited = {"person": str(person), "measure": "suspend", "clause": 7, "clause_version": "2026-1"}
    detail = good(await http.post(f"/conduct-cases/{case['case']}/measures", json=cited))
    await it.hear(concern(2, "talk", about_staff=True, members=[]))
    (staff_case,) = [each for each in good(await http.get("/conduct-cases"))["items"] if each["weight"] == "talk"]
    async with it.client(role="participant", person=identity(0x53)) as own:
        (page,) = good(await own.get("/pages"))["items"]
    return {
        "case": case["case"], "measure": detail["measures"][0]["measure"], "report": detail["reports"][0]["report"],
        "staff_case": staff_case["case"], "page": page["page"], "lookup": str(new_id()),
    }  # fmt: skip


async def of_matching(it: Running) -> Names:
    """A run that proposes a pair, and another pair of its mentor."""
    for offering in (matching.OFFERING, matching.OTHER_OFFERING):
        await it.hear(matching.offering(offering))
    for person, kind in ((matching.MENTOR, "mentor"), (matching.person(0x32), "mentee")):
        await matching.admit(it, person, kind, matching.OTHER_OFFERING)
    run = await matching.run(it, matching.OTHER_OFFERING)
    (proposal,) = run["proposals"]
    for person, kind in ((matching.MENTOR, "mentor"), (matching.MENTEE, "mentee")):
        await matching.admit(it, person, kind)
    return {
        "person": str(matching.MENTOR), "partner": str(matching.MENTEE), "offering": OFFERING,
        "pair": good(await matching.nominate(it))["pair"], "run": run["run"], "own_proposal": proposal["proposal"],
    }  # fmt: skip


async def of_messaging(it: Running) -> Names:
    """A pair with a message, one that its mentor keeps, an absence and a concern of theirs."""
    for event in messaging.PAIRED:
        await it.hear(event)
    await messaging.write(it, messaging.MENTOR)
    await it.hear(messaging.limits(48, 96).model_copy(update={"stops": [Stop(starts=BEGINNING)]}))
    kept = good(await messaging.write(it, messaging.MENTOR))["message"]
    await it.hear(messaging.limits(48, 96), sequence=2)
    away = good(await messaging.announce(it, messaging.MENTOR, 24, 48))["away"]
    said = {"weight": "talk", "text": "May I talk to somebody?"}
    raised = await messaging.call(it, messaging.MENTOR, "POST", f"/conversations/{messaging.PAIR}/concerns", json=said)
    return {
        "person": str(messaging.MENTOR), "partner": str(messaging.MENTEE), "pair": str(messaging.PAIR), "away": away,
        "concern": good(raised)["concern"], "site": SITE, "message": kept,
    }  # fmt: skip


async def of_notify(it: Running) -> Names:
    """A mail of which nobody knows whether it arrived."""
    await it.hear(notify.sent())
    await notify.change(it, state="unknown")
    async with it.service.sessions() as session:
        mail = (await session.scalars(select(MailRow))).one()
    return {"person": str(notify.BORIS), "partner": str(notify.AMINA), "mail": str(mail.mail)}


ARRANGEMENTS: dict[str, Callable[[Running], Coroutine[Any, Any, Names]]] = {
    "intake": of_intake, "screening": of_screening, "matching": of_matching, "messaging": of_messaging,
    "notify": of_notify,
}  # fmt: skip
