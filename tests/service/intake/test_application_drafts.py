"""Drafts: a form is answered piece by piece, checked, and sent once it is whole and the pack was read (R26, R68)."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from services.intake.domain.forms.questions import MOVED
from services.intake.tables import AnswersRow
from shared.ids import new_id
from tests.service.intake.forms import (
    AS_MENTEE,
    AS_MENTOR,
    MENTEE_ANSWERS,
    MENTOR_ANSWERS,
    answer,
    begun,
    read_pack,
    sent,
    signed,
    started,
)
from tests.service.intake.scenes import (
    CARD,
    MENTOR,
    OFFERING,
    OPEN,
    PROFILE,
    SITE,
    WRITTEN,
    Start,
    administrator,
    coordinator,
    facilitator,
    good,
    participant,
    types,
)
from tests.support.running import BEGINNING


async def test_a_draft_becomes_an_application(running: Start) -> None:
    """Form, draft, answers, pack, submission, signature; screening hears of it, and the profile has its home."""
    it, me = await started(running)
    http = participant(it, me)
    application = await sent(http, {**AS_MENTOR, "source": "school"}, **MENTOR_ANSWERS)
    assert (application["state"], application["submitted_at"]) == ("to-sign", None)
    assert (application["to_sign"]["document"], application["source"]) == ("conduct", "school")
    await signed(it, me)
    shown = good(await http.get(f"/applications/{application['application']}"))
    assert shown["state"] == "submitted"
    assert await types(it) == ["profile.changed", "application.submitted"]
    profile = good(await http.get(f"/people/{me}/profile"))
    assert (profile["languages"], profile["weekly_hours"]) == (["fa-AF", "en"], 1.5)
    assert good(await http.get(f"/people/{me}/particulars"))["born_on"] == "1990-05-01"


async def test_what_moved_home_is_not_kept_twice(running: Start) -> None:
    """After the submission the answers hold what has no other home; staff read them, and then alone."""
    it, me = await started(running)
    http = participant(it, me)
    application = await begun(http)
    await answer(http, application, **MENTOR_ANSWERS)
    path = f"/applications/{application}/answers"
    for place in (path, f"/applications/{application}/check"):
        assert (await coordinator(it).get(place)).status_code == 403
    await read_pack(http, application)
    good(await http.post(f"/applications/{application}/submission"))
    async with it.service.sessions() as session:
        kept = (await session.scalars(select(AnswersRow.answers))).one()
    assert kept == {name: value for name, value in MENTOR_ANSWERS.items() if name not in MOVED}
    assert good(await coordinator(it).get(path))["answers"]["motivation"] == MENTOR_ANSWERS["motivation"]


async def test_answers_are_kept_piece_by_piece_and_never_by_half(running: Start) -> None:
    """Good ones are kept, one bad field keeps all of that request out and is named; null takes one back."""
    it, me = await started(running)
    http = participant(it, me)
    application = await begun(http)
    path = f"/applications/{application}/answers"
    await answer(http, application, months=12)
    bad = {"weekly_hours": 400, "zone": "Moon/Base", "motivation": "All well.", "lives_in": "XX", "care": "a\x00b"}
    refused = await http.patch(path, json={"answers": bad})
    assert refused.status_code == 422
    assert {each["field"] for each in refused.json()["errors"]} == {
        "answers.weekly_hours", "answers.zone", "answers.lives_in", "answers.care",
    }  # fmt: skip
    assert good(await http.get(path))["answers"]["motivation"] is None
    assert (await answer(http, application, weekly_hours=2.0))["months"] == 12
    assert (await answer(http, application, months=None, motivation=" "))["months"] is None


async def test_only_what_the_form_asks_is_taken(running: Start) -> None:
    """Goals are a mentee's, and what nobody reads is not stored; a birth to come is none."""
    it, me = await started(running)
    http = participant(it, me)
    path = f"/applications/{await begun(http)}/answers"
    refused = await http.patch(path, json={"answers": {"goals": ["reports"], "months": 6}})
    assert refused.json()["errors"] == [{"field": "answers.goals", "reason": "this form does not ask for it"}]
    future = await http.patch(path, json={"answers": {"born_on": "2027-01-01"}})
    assert (future.status_code, future.json()["errors"][0]["field"]) == (422, "answers.born_on")
    assert good(await http.get(path))["answers"]["months"] is None


async def test_nobody_is_asked_twice(running: Start) -> None:
    """A draft begins with what the profile and particulars say; a birth told once is not told otherwise."""
    it, me = await started(running)
    http = participant(it, me)
    good(await http.put(f"/people/{me}/profile", json=PROFILE))
    good(await http.put(f"/people/{me}/particulars", json={"born_on": "1990-05-01", "lives_since": "2020-01-01"}))
    application = await begun(http)
    found = good(await http.get(f"/applications/{application}/answers"))["answers"]
    assert (found["languages"], found["born_on"], found["skills"]) == (["fa-AF", "en"], "1990-05-01", ["writing"])
    changed = await http.patch(f"/applications/{application}/answers", json={"answers": {"born_on": "1991-05-01"}})
    assert changed.status_code == 409
    assert (await http.post("/drafts", json=AS_MENTOR)).json()["application"] == application
    await answer(http, application, **{**MENTOR_ANSWERS, "skills": None})
    await read_pack(http, application)
    good(await http.post(f"/applications/{application}/submission"))
    assert good(await http.get(f"/people/{me}/profile"))["skills"] == []
    assert good(await http.get(f"/people/{me}/particulars"))["lives_since"] is None


async def test_two_who_write_at_once_see_each_other(running: Start) -> None:
    """The person and whoever enrolled them may both write; If-Match is heeded."""
    it, me = await started(running)
    http = participant(it, me)
    path = f"/applications/{await begun(http)}/answers"
    seen = {"If-Match": (await http.get(path)).headers["etag"]}
    good(await http.patch(path, json={"answers": {"months": 6}}, headers=seen))
    assert (await http.patch(path, json={"answers": {"months": 7}}, headers=seen)).status_code == 412


async def test_a_draft_is_checked_before_it_is_sent(running: Start) -> None:
    """A summary names each field that is missing, in the person's language; sending says the same and sends nothing."""
    it, me = await started(running)
    http = participant(it, me)
    application = await begun(http)
    await answer(http, application, months=12)
    found = good(await http.get(f"/applications/{application}/check?language=fa"))
    missing = ["weekly_hours", "languages", "motivation", "born_on", "lives_in", "pack"]
    assert [fault["field"] for fault in found["faults"]] == missing
    assert found["faults"][0]["reason"] == "به این پرسش پاسخ دهید."
    assert [(each["field"], each["answer"]) for each in found["answered"]] == [("months", 12), ("zone", "Asia/Kabul")]
    refused = await http.post(f"/applications/{application}/submission")
    assert (refused.status_code, [each["field"] for each in refused.json()["errors"]]) == (422, missing)
    assert await types(it) == []
    await answer(http, application, **MENTOR_ANSWERS)
    await read_pack(http, application)
    assert good(await http.get(f"/applications/{application}/check"))["is_complete"] is True


async def test_the_pack_is_a_gate(running: Start) -> None:
    """Policies, prevention, risk, dismissal, assignment are read before sending, and anew when they change (R68)."""
    it, me = await started(running)
    http = participant(it, me)
    application = await begun(http)
    await answer(http, application, **MENTOR_ANSWERS)
    path = f"/applications/{application}"
    wrong = await http.post(f"{path}/pack", json={"sha256": "0" * 64})
    assert wrong.status_code == 409
    first = await read_pack(http, application)
    tighter = {"references": 2, "months": 6}
    good(await administrator(it).put("/places/net/policy", json=tighter, headers={"If-Match": "*"}))
    assert (await http.post(f"{path}/submission")).json()["errors"][0]["field"] == "pack"
    pack = good(await http.get(f"/offerings/{OFFERING}/pack?role=mentor-adult"))
    assert pack["sha256"] != first
    assert (pack["policies"]["references"], pack["assignment"]["months"]) == (2, 6)
    assert pack["assignment"]["description"] == WRITTEN["description"]
    assert pack["risk"]["tier"] == "comprehensive"
    assert [ground["number"] for ground in pack["dismissal"]] == [1, 2, 3, 4, 5, 6, 7]
    assert "Where others are asked about you, they are 2 at the least." in pack["prevention"]
    await read_pack(http, application)
    assert good(await http.post(f"{path}/submission"))["state"] == "to-sign"
    assert good(await http.get(f"{path}/answers"))["pack_read_at"] == "2026-11-02T08:00:00Z"


async def test_a_form_tells_the_commitment_before_it_asks(running: Start) -> None:
    """The policy's or the role's, whichever is higher, and higher where minors take part (R26, R27)."""
    it, me = await started(running)
    policy = {"weekly_hours": 1.0, "months": 6, "weekly_hours_minors": 2.0, "months_minors": 12}
    good(await administrator(it).put("/places/net/policy", json=policy, headers={"If-Match": "*"}))
    minor = MENTOR | {"risks": ["one-on-one", "minors"], "weekly_hours": 2.0, "months": 18}
    good(await administrator(it).put("/roles/mentor-minor", json=minor))
    path = f"/offerings/{OFFERING}/form"
    floors = {"mentor-adult": (1.0, 6), "mentor-minor": (2.0, 18), "mentee-adult": (0.0, 0)}
    for role, floor in floors.items():
        found = good(await participant(it, me).get(path, params={"role": role}))["commitment"]
        assert (found["weekly_hours"], found["months"]) == floor, role
    form = good(await participant(it, me).get(path, params={"role": "mentor-minor"}))
    assert [(other["role"], other["months"]) for other in form["others"]] == [("mentor-adult", 6)]
    kids = f"with-pupils@{SITE}"
    programme = {"site": "net", "name": "With pupils", "type": "adult-minor"}
    good(await administrator(it).put("/programmes/with-pupils", json=programme))
    good(await administrator(it).put(f"/offerings/{kids}", json=OPEN))
    form = good(await participant(it, me).get(f"/offerings/{kids}/form?role=mentor-adult"))
    assert (form["commitment"]["weekly_hours"], form["commitment"]["months"]) == (2.0, 12)


async def test_each_site_asks_by_its_own_policy(running: Start) -> None:
    """One role of the network, two sites: each tells its own commitment and its own pack, and reads its own (R79)."""
    it, me = await started(running)
    herat = "first-steps@net.af.herat"
    good(await administrator(it).put(f"/offerings/{herat}", json=OPEN))
    own = {"months": 9, "training_first": True}
    good(await administrator(it).put("/places/net.af.herat/policy", json=own, headers={"If-Match": "*"}))
    months, packs = [], []
    for offering in (OFFERING, herat):
        wanted = {"role": "mentor-adult"}
        shown = [
            good(await administrator(it).get(f"/offerings/{offering}/{what}", params=wanted))
            for what in ("form", "pack")
        ]
        months.append(shown[0]["commitment"]["months"])
        packs.append("Nobody is paired before the training." in shown[1]["prevention"])
    assert (months, packs) == ([0, 9], [False, True])
    application = await begun(participant(it, me), {**AS_MENTOR, "offering": herat})
    assert (await coordinator(it).get(f"/applications/{application}")).status_code == 404
    assert good(await coordinator(it, "net.af.herat").get(f"/applications/{application}"))["state"] == "draft"


async def test_a_form_speaks_the_languages_of_its_place(running: Start) -> None:
    """The site's first language that there are texts in, another where it is wanted, else English."""
    it, me = await started(running)
    path = f"/offerings/{OFFERING}/form?role=mentor-adult"
    forms = [good(await participant(it, me).get(path + more)) for more in ("", "&language=ps", "&language=uz")]
    assert [form["language"] for form in forms] == ["fa", "ps", "en"]
    assert forms[0]["languages"] == ["fa", "ps", "en"]
    asked = [field["field"] for section in forms[2]["sections"] for field in section["fields"]]
    assert asked[:3] == ["weekly_hours", "months", "less_time"]
    assert all(field["why"] for section in forms[0]["sections"] for field in section["fields"])
    assert (await participant(it, me).get(f"/offerings/{OFFERING}/form?role=nothing")).status_code == 422
    assert (await participant(it, me).get(f"/offerings/{OFFERING}/form")).status_code == 422


async def test_who_has_less_time_is_offered_other_roles_and_may_still_apply(running: Start) -> None:
    """Below the floor: roles that ask for less, and the question why it could work; a person decides (R26, R53)."""
    it, me = await started(running)
    good(await administrator(it).put("/roles/mentor-adult", json=MENTOR | {"weekly_hours": 3.0, "months": 12}))
    for role, hours in (("writer", 1.0), ("driver", 2.0), ("nurse", 4.0)):
        body = {
            "site": "net",
            "kind": "staff",
            "title": role,
            "risks": [],
            "weekly_hours": hours,
            "months": 3,
            **WRITTEN,
        }
        good(await administrator(it).put(f"/roles/{role}", json=body))
    http = participant(it, me)
    application = await begun(http)
    await answer(http, application, **MENTOR_ANSWERS)
    await read_pack(http, application)
    found = good(await http.get(f"/applications/{application}/check?language=en"))
    assert [other["role"] for other in found["others"]] == ["writer"]
    assert found["below_floor"].startswith("This role asks for more time.")
    assert [fault["field"] for fault in found["faults"]] == ["less_time"]
    await answer(http, application, less_time="I have every Friday.")
    assert good(await http.post(f"/applications/{application}/submission"))["state"] == "to-sign"


async def test_a_facilitator_drafts_for_who_has_no_address(running: Start) -> None:
    """They read the pack out, answer and send; the paper that is signed submits it."""
    it = (await started(running))[0]
    me = new_id()
    http = facilitator(it, me)
    card = {**CARD, "site": SITE, "email": None}
    person = UUID(good(await http.post("/people", json=card))["person"])
    application = await sent(http, {**AS_MENTEE, "person": str(person)}, **MENTEE_ANSWERS)
    assert application["state"] == "to-sign"
    paper = {"document": "conduct", "version": "1", "evidence": {"holder": "Kabul", "signed_on": "2026-09-01"}}
    good(await http.post(f"/people/{person}/signatures", json=paper))
    assert await types(it) == ["profile.changed", "application.submitted"]


async def test_staff_begin_a_draft_and_do_not_read_it(running: Start) -> None:
    """What the person said elsewhere stands in it, so it is theirs until they send it."""
    it, me = await started(running)
    application = await begun(coordinator(it), {**AS_MENTOR, "person": str(me)})
    shown = good(await coordinator(it).get(f"/applications/{application}"))
    assert (shown["state"], shown["source"]) == ("draft", "staff")
    path = f"/applications/{application}"
    assert (await coordinator(it).patch(f"{path}/answers", json={"answers": {"months": 6}})).status_code == 403
    assert (await coordinator(it).post(f"{path}/submission")).status_code == 403
    assert good(await participant(it, me).get(f"{path}/answers"))["answers"]["zone"] == "Asia/Kabul"


async def test_a_draft_does_not_stand_in_the_way(running: Start) -> None:
    """The short way goes on; the draft then says that there is an application already."""
    it, me = await started(running)
    http = participant(it, me)
    application = await begun(http)
    await answer(http, application, **MENTOR_ANSWERS)
    await read_pack(http, application)
    first = good(await coordinator(it).post("/applications", json={**AS_MENTOR, "person": str(me)}))
    refused = await http.post(f"/applications/{application}/submission")
    assert (refused.status_code, refused.json()["errors"][0]["reason"]) == (409, first["application"])
    assert (await http.post("/drafts", json=AS_MENTOR)).status_code == 409


async def test_a_closed_offering_takes_no_draft(running: Start) -> None:
    """Neither a new one nor one that was begun before."""
    it, me = await started(running)
    http = participant(it, me)
    application = await begun(http)
    good(await administrator(it).put(f"/offerings/{OFFERING}", json=OPEN | {"is_open": False}))
    assert (await http.post("/drafts", json=AS_MENTEE)).status_code == 409
    assert (await http.post(f"/applications/{application}/submission")).status_code == 409


async def test_what_was_sent_is_sent_once(running: Start) -> None:
    """Sent again it is answered as it stands; nothing is answered in it any more."""
    it, me = await started(running)
    await signed(it, me)
    http = participant(it, me)
    application = (await sent(http))["application"]
    assert good(await http.post(f"/applications/{application}/submission"))["state"] == "submitted"
    assert (await types(it)).count("application.submitted") == 1
    path = f"/applications/{application}/answers"
    assert (await http.patch(path, json={"answers": {"months": 6}})).status_code == 409
    assert good(await http.get(f"/applications/{application}/check"))["faults"] == []


@pytest.fixture
def links(tmp_path: Path) -> Path:
    """A file with a secret by which links are signed."""
    path = tmp_path / "links"
    path.write_text("a" * 32)
    return path


async def test_a_link_leads_its_person_back_and_nobody_else(running: Start, links: Path) -> None:
    """To anybody else, staff included, it looks like one that never worked; it names nobody (R20)."""
    it, me = await started(running, link_secret_file=links)
    http = participant(it, me)
    application = await begun(http)
    link = good(await http.post(f"/applications/{application}/resume-link"))["link"]
    assert good(await http.post("/resumption", json={"link": link}))["application"] == application
    never = await participant(it, new_id()).post("/resumption", json={"link": "never"})
    for other in (participant(it, new_id()), coordinator(it), it.client(role="participant", site="other")):
        answer_ = await other.post("/resumption", json={"link": link})
        assert (answer_.status_code, answer_.json()) == (404, never.json())
    assert (await it.client().post("/resumption", json={"link": link})).status_code == 401
    for told in (str(me), "Parwana", "kabul"):
        assert told not in link


async def test_a_link_runs_out_and_is_signed(running: Start, links: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After two weeks of real time, whatever the domain's clock says; an altered one opens nothing."""
    it, me = await started(running, link_secret_file=links)
    http = participant(it, me)
    application = await begun(http)
    link = good(await http.post(f"/applications/{application}/resume-link"))["link"]
    it.set_clock(BEGINNING.replace(year=2028))
    good(await http.post("/resumption", json={"link": link}))
    assert (await http.post("/resumption", json={"link": link[:-2] + "xx"})).status_code == 404
    monkeypatch.setattr("services.intake.api.drafts.LINK_DAYS", -1)
    old = good(await http.post(f"/applications/{application}/resume-link"))["link"]
    assert (await http.post("/resumption", json={"link": old})).status_code == 404


async def test_without_a_secret_there_are_no_links(running: Start) -> None:
    """It says what is missing, and opens nothing."""
    it, me = await started(running)
    http = participant(it, me)
    application = await begun(http)
    assert (await http.post(f"/applications/{application}/resume-link")).status_code == 409
    assert (await http.post("/resumption", json={"link": "a.b"})).status_code == 404


async def test_answers_are_in_no_event_and_no_log(running: Start, caplog: pytest.LogCaptureFixture) -> None:
    """What people wrote stays in intake (trap 3)."""
    it, me = await started(running)
    await signed(it, me)
    await sent(participant(it, me), motivation="A very private reason.")
    told = "".join(event.model_dump_json() for event in await it.emitted()) + caplog.text
    assert "private reason" not in told
    assert "1990-05-01" not in told
