"""Act the chapter about children: one role under three laws, a child, and her guardian's word."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from deploy.demo.acting import LETTERS as WORDS
from deploy.demo.cast import Cast
from deploy.demo.foretold import hours
from deploy.demo.lawful import AGREED, CHILDS_PAIR, LETTERS, STOPPED, TAKEN_BACK, asked, not_before, settled
from deploy.demo.networks import YOUTH, apply
from deploy.demo.stage import NotAsWritten, Stage
from deploy.demo.story import BEGINNING, CHILD, HER_MENTOR, SITES, YOUTH_MENTORS, Part, Person, Story
from deploy.demo.telling import Teller
from shared.ids import new_id

DOCUMENT = {"document": "conduct-youth", "version": "1"}
SIGNED = {"holder": "Programme office", "signed_on": (BEGINNING - timedelta(days=13)).date().isoformat()}
HOMES = {"leith": "GB-SCT", "bristol": "GB-ENG", "berlin": "DE"}
ZONES = {"leith": "Europe/London", "bristol": "Europe/London", "berlin": "Europe/Berlin"}
BORN_ON = {"mentor": "1986-04-01", "mentee": "2014-05-01"}

Call = Callable[..., Awaitable[Any]]


async def abide(stage: Stage, story: Story, cast: Cast, teller: Teller) -> None:
    """A second network opens, its people are screened by the law of their places, and two of them write."""
    teller.says("a second network opens, in which children write with mentors")
    await apply(stage, YOUTH)
    for mentor in YOUTH_MENTORS:
        cast.learn(mentor, await _apply(stage, mentor, "mentor", _coordinator(mentor)))
    teller.says("a school in Leith enrols a girl of twelve; her guardian agrees, and so does she herself")
    school = {"role": "facilitator", "site": SITES[CHILD.city], "subject": new_id()}
    cast.learn(CHILD, await _apply(stage, CHILD, "mentee", school))
    guardian = await _agree(stage, cast)
    await stage.quiet()
    for person in (*YOUTH_MENTORS, CHILD):
        await _screen(stage, person, cast, teller)
    await stage.quiet()
    await _pair(stage, cast)
    for act in LETTERS:
        if (answered := await _write(stage, act.writer, cast, answer_needed=act.answer_needed)) != 201:
            raise NotAsWritten(f"A letter of {CHILDS_PAIR.key} was answered {answered}.")
    await _take_back(stage, guardian, cast)
    teller.says("they write, until the guardian takes their word back: now neither may write")
    for part in STOPPED:
        if await _write(stage, part, cast, answer_needed=False) == 409:
            cast.refused.append(f"{CHILDS_PAIR.key} {part} {hours(story.matched_at)}")


async def _apply(stage: Stage, person: Person, part: Part, as_whom: dict[str, Any]) -> UUID:
    """Card, particulars, application, and the paper that was signed."""
    call: Call = partial(stage.call, service="intake", **as_whom)
    site = SITES[person.city]
    card = {"name_to_use": person.key, "email": person.email, "may_mail": person.email is not None}
    shown = await call(
        "POST", path="/people", json={**card, "language": "en", "zone": ZONES[person.city], "site": site}
    )
    path = f"/people/{shown['person']}"
    await call("PUT", path=f"{path}/particulars", json={"born_on": BORN_ON[part], "lives_in": HOMES[person.city]})
    asked_for = {"person": shown["person"], "role": f"{part}-youth", "offering": f"letters@{site}"}
    await call("POST", path="/applications", json=asked_for)
    await call("POST", path=f"{path}/signatures", json={**DOCUMENT, "evidence": SIGNED})
    return UUID(shown["person"])


async def _agree(stage: Stage, cast: Cast) -> UUID:
    """Texts are published, a guardian is verified, and both agree; returns the guardian."""
    staff: Call = partial(stage.call, service="intake", **_coordinator(CHILD))
    for purpose in AGREED:
        await stage.call(
            "PUT", "intake", f"/places/bridge/consent-texts/{purpose}/versions/1/en",
            role="administrator", site="bridge", json={"text": f"What {purpose} means, in plain words."},
        )  # fmt: skip
    path = f"/people/{cast.ids[CHILD]}/guardians"
    card = {"name": "Her mother", "phone": "+44 131 496 0000"}
    guardian = UUID((await staff("POST", path=path, json={"kind": "parent", "card": card}))["guardian"])
    may = {"kind": "parent", "may_consent": True, "may_be_told": True, "verified_how": "document"}
    await staff("PUT", path=f"{path}/{guardian}", json=may)
    for purpose in AGREED:
        for giver in (guardian, cast.ids[CHILD]):
            body = {"purpose": purpose, "version": 1, "language": "en"}
            await stage.call("POST", "intake", f"/people/{cast.ids[CHILD]}/consents", **_self(giver), json=body)
    return guardian


async def _take_back(stage: Stage, guardian: UUID, cast: Cast) -> None:
    path = f"/people/{cast.ids[CHILD]}/consents/{TAKEN_BACK}/withdrawal"
    await stage.call("POST", "intake", path, **_self(guardian), json={})
    await stage.quiet()


async def _screen(stage: Stage, person: Person, cast: Cast, teller: Teller) -> None:
    """Tell what the law asks for, pass everything, settle where laws contradict each other, and clear."""
    call: Call = partial(stage.call, service="screening", role="screener", site=SITES[person.city])
    cases = await stage.pages("screening", "/cases", role="screener", site=SITES[person.city])
    (clearance,) = [case["clearance"] for case in cases if case["person"] == str(cast.ids[person])]
    path = f"/cases/{clearance}"
    case = await call("GET", path=path)
    _note_law(case, person, cast, teller)
    known = {each["check"] for each in case["results"]}
    passed = [{"check": each, "outcome": "passed"} for each in case["required"] if each not in known]
    await call("POST", path=f"{path}/results", json={"results": passed})
    criterion = "mentee-eligible" if person == CHILD else "volunteer-suitable"
    decision = {"path": f"{path}/decision", "json": {"decision": "clear", "criterion": criterion}}
    if case["conflicts"]:
        await _settle(stage, decision, case, person, cast, teller)
    if (await call("POST", **decision))["state"] == "proposed":
        await call("POST", path=f"{path}/decision/agreement", subject=cast.second, json={"agrees": True})


def _note_law(case: dict[str, Any], person: Person, cast: Cast, teller: Teller) -> None:
    """What laws ask for; each law is noted once for a check, however many of its rules say so."""
    for step in case["requirements"]:
        by_law = {each["of"]: each for each in reversed(step["reasons"]) if each["of"] not in ("network", "policy")}
        for whose, reason in by_law.items():
            cast.law.append(asked(person.key, step["check"], whose))
            teller.says(f"{person.city.title()}, {step['check']} [{whose}]: {reason['why']}")


async def _settle(
    stage: Stage, decision: dict[str, Any], case: dict[str, Any], person: Person, cast: Cast, teller: Teller
) -> None:
    """Clearing is refused while laws contradict each other; a person settles each contradiction."""
    as_whom: dict[str, Any] = {"service": "screening", "role": "screener", "site": SITES[person.city]}
    refused = await stage.send("POST", **as_whom, **decision)
    conflicts = {each["check"]: each for each in case["conflicts"]}
    if refused.status_code == 409 and all(check in refused.json()["detail"] for check in conflicts):
        cast.law.append(not_before(person.key, conflicts))
    for check, conflict in conflicts.items():
        requires, forbids = conflict["required"][0]["of"], conflict["forbidden"][0]["of"]
        teller.says(f"{person.city.title()}: {requires} requires {check} and {forbids} forbids it; a person settles it")
        how = {"what": check, "how": "done-otherwise", "reason": "The certificate shown in Berlin stands for it."}
        path = f"/cases/{case['clearance']}/settlements"
        shown = await stage.call("POST", **as_whom, path=path, json=how)
        if check in [each["what"] for each in shown["settlements"]]:
            cast.law.append(settled(person.key, check, requires, forbids))


async def _pair(stage: Stage, cast: Cast) -> None:
    site = SITES[CHILD.city]
    body = {
        "offering": f"letters@{site}",
        "mentor": str(cast.ids[HER_MENTOR]),
        "mentee": str(cast.ids[CHILD]),
        "vouched_by": "The school knows both.",
    }
    nominated = await stage.call("POST", "matching", "/nominations", role="coordinator", site=site, json=body)
    cast.pairs[UUID(nominated["pair"])] = CHILDS_PAIR
    cast.pair_ids[CHILDS_PAIR] = UUID(nominated["pair"])
    await stage.quiet()


async def _write(stage: Stage, writer: Part, cast: Cast, *, answer_needed: bool) -> int:
    """How messaging answers a letter."""
    path = f"/conversations/{cast.pair_ids[CHILDS_PAIR]}/messages"
    letter = {"text": WORDS[0], "answer_needed": answer_needed}
    whom = _self(cast.ids[CHILDS_PAIR.member(writer)])
    status = (await stage.send("POST", "messaging", path, **whom, json=letter)).status_code
    await stage.quiet()
    return status


def _coordinator(person: Person) -> dict[str, Any]:
    return {"role": "coordinator", "site": SITES[person.city]}


def _self(who: UUID) -> dict[str, Any]:
    return {"role": "participant", "site": SITES[CHILD.city], "subject": who}
