"""Places, documents, programmes, roles and offerings, as `rapport network apply` puts them."""

from typing import Any

from httpx2 import AsyncClient

from tests.service.intake.scenes import (
    DOCUMENT,
    MENTOR,
    OFFERING,
    OPEN,
    PLACES,
    PROGRAMME,
    PUTS,
    SITE,
    Start,
    administrator,
    coordinator,
    good,
    network,
    registered,
    types,
)
from tests.support.running import Running


async def put(it: Running, path: str, body: dict[str, Any]) -> tuple[int, str]:
    """Status and text of a PUT by the network's administrator."""
    response = await administrator(it).put(path, json=body)
    return response.status_code, response.text


async def test_a_network_is_told_once(running: Start) -> None:
    """Each thing is told when it changes; applying the same file again changes and tells nothing."""
    it = await running("intake")
    await network(it)
    told = [(event.type, event.subject) for event in await it.emitted()]
    assert told == [
        *(("rapport.site.changed.v1", f"site/{site}") for site in PLACES),
        ("rapport.role.changed.v1", "role/mentor-adult"),
        ("rapport.role.changed.v1", "role/mentee-adult"),
        *(("rapport.site.changed.v1", f"site/{site}") for site in (SITE, "net.af.herat")),  # drafts accepted
        ("rapport.offering.changed.v1", f"offering/{OFFERING}"),
    ]
    for path, body in PUTS:
        assert good(await administrator(it).put(path, json=body))["changed"] is False
    assert len(await it.emitted()) == len(told)


async def test_what_is_read_is_what_was_put(running: Start) -> None:
    """Reads give what was put, with defaults: mentors answer within 48 hours, mentees within 96 (R9, R10)."""
    it = await running("intake")
    await network(it)
    http = coordinator(it)
    assert good(await http.get(f"/places/{SITE}")) == {**PLACES[SITE], "site": SITE, "subdivision": None}
    assert good(await http.get("/programmes/first-steps")) == {**PROGRAMME, "programme": "first-steps"}
    role = good(await http.get("/roles/mentor-adult"))
    assert {key: role[key] for key in MENTOR} == {**MENTOR, "risks": sorted(MENTOR["risks"])}
    assert (role["role"], role["observability"], role["times_a_month"]) == ("mentor-adult", "none", None)
    offering = good(await http.get(f"/offerings/{OFFERING}"))
    assert (offering["mentor_reply_hours"], offering["mentee_reply_hours"]) == (48, 96)
    assert (offering["programme_type"], offering["site"]) == ("adult-adult", SITE)
    (document,) = good(await http.get("/documents"))["items"]
    assert (document["text"], document["version"], len(document["sha256"])) == (DOCUMENT["text"], "1", 64)


async def test_changes_are_told(running: Start) -> None:
    """Another zone, another risk, a closed door: each is told with its new state."""
    it = await running("intake")
    await network(it)
    for path, body in (
        (f"/places/{SITE}", PLACES[SITE] | {"zone": "Asia/Tehran"}),
        ("/roles/mentor-adult", MENTOR | {"risks": ["minors"]}),
        (f"/offerings/{OFFERING}", OPEN | {"is_open": False, "mentor_reply_hours": 24}),
    ):
        assert good(await administrator(it).put(path, json=body))["changed"] is True
    site, role, offering = (await it.emitted())[-3:]
    assert (site.data["zone"], site.sequence) == ("Asia/Tehran", "0001.0000000003")
    assert role.data["risks"] == ["minors"]
    assert (offering.data["is_open"], offering.data["mentor_reply_hours"]) == (False, 24)


async def test_a_role_needs_a_risk_assessment(running: Start) -> None:
    """`risks` may be empty, and may not be left out (R31); only the known factors count (R36)."""
    it = await running("intake")
    await network(it)
    for risks in ({}, {"risks": None}, {"risks": ["boredom"]}):
        body = {key: value for key, value in MENTOR.items() if key != "risks"} | risks
        status, text = await put(it, "/roles/other", body)
        assert status == 422
        assert "risks" in text
    assert (await put(it, "/roles/other", MENTOR | {"risks": []}))[0] == 200


async def test_a_published_version_is_never_changed(running: Start) -> None:
    """The same text is accepted again; another one is a contradiction, and a new version takes its place (R69)."""
    it = await running("intake")
    await network(it)
    changed = DOCUMENT | {"text": DOCUMENT["text"] + " "}
    assert (await put(it, "/documents/conduct/versions/1", changed))[0] == 409
    assert (await put(it, "/documents/conduct/versions/1", DOCUMENT | {"language": "ps"}))[0] == 409
    assert (await put(it, "/documents/conduct/versions/2026-2", changed))[0] == 200
    assert (await put(it, "/documents/conduct/versions/1", DOCUMENT))[0] == 200
    items = good(await coordinator(it).get("/documents?document=conduct"))["items"]
    assert [(item["version"], item["number"]) for item in items] == [("1", 1), ("2026-2", 2)]


CONTRADICTIONS: list[tuple[str, dict[str, Any]]] = [
    ("/places/net.de.berlin", PLACES[SITE]),
    ("/places/net.af.kabul.west", PLACES[SITE]),
    (f"/places/{SITE}", PLACES[SITE] | {"place": "region"}),
    ("/roles/mentor-adult", MENTOR | {"site": "net.af"}),
    ("/programmes/first-steps", PROGRAMME | {"site": "net.af"}),
    ("/programmes/first-steps", PROGRAMME | {"type": "adult-minor"}),
    ("/documents/conduct/versions/1", DOCUMENT | {"site": "net.af"}),
    ("/offerings/herat-only@net.af.kabul", OPEN),
]


async def test_contradictions_store_nothing(running: Start) -> None:
    """A place without its parent, what others rely on, a programme of another site."""
    it = await running("intake")
    await network(it)
    local = {"site": "net.af.herat", "name": "Herat only", "type": "peer"}
    good(await administrator(it).put("/programmes/herat-only", json=local))
    for path, body in CONTRADICTIONS:
        status, text = await put(it, path, body)
        assert status == 409, text
    assert await types(it) == []


UNUSABLE: list[tuple[str, dict[str, Any], str]] = [
    (f"/places/{SITE}", PLACES[SITE] | {"zone": "Asia/Kabool"}, "zone"),
    (f"/places/{SITE}", PLACES[SITE] | {"country": "XX"}, "country"),
    (f"/places/{SITE}", PLACES[SITE] | {"languages": ["persian!"]}, "languages.0"),
    (f"/places/{SITE}", PLACES[SITE] | {"name": "Ka\0bul"}, "name"),
    (f"/places/{SITE}", PLACES[SITE] | {"name": "x" * 201}, "name"),
    (f"/places/{SITE}", PLACES[SITE] | {"owner": "me"}, "owner"),
    ("/places/net..kabul", PLACES[SITE], "site"),
    ("/places/Net", PLACES["net"], "site"),
    ("/roles/other", MENTOR | {"site": "net.de"}, "site"),
    ("/roles/other", MENTOR | {"description": "a\0b"}, "description"),
    ("/programmes/other", PROGRAMME | {"site": "net.de"}, "site"),
    ("/programmes/other", PROGRAMME | {"type": "adult-child"}, "type"),
    ("/documents/other/versions/1", DOCUMENT | {"site": "net.de"}, "site"),
    ("/documents/other/versions/-", DOCUMENT, "version"),
    ("/documents/other/versions/1", DOCUMENT | {"text": "a\0"}, "text"),
    ("/documents/other/versions/1", DOCUMENT | {"text": " "}, "text"),
    (f"/offerings/{OFFERING}", {"document": "conduct"}, "is_open"),
    (f"/offerings/{OFFERING}", OPEN | {"document": "nothing"}, "document"),
    (f"/offerings/{OFFERING}", OPEN | {"mentor_reply_hours": 0}, "mentor_reply_hours"),
    ("/offerings/nothing@net.af.kabul", OPEN, "programme"),
    ("/offerings/first-steps@net.de", OPEN, "site"),
    ("/offerings/first-steps", OPEN, "offering"),
]


async def test_what_cannot_be_used_is_named(running: Start) -> None:
    """422 names the field; nothing is stored."""
    it = await running("intake")
    await network(it)
    for path, body, field in UNUSABLE:
        response = await administrator(it).put(path, json=body)
        assert response.status_code == 422, response.text
        assert [error["field"] for error in response.json()["errors"]] == [field]
    assert await types(it) == []


async def test_a_role_that_somebody_applied_for_keeps_its_kind(running: Start) -> None:
    """A mentor does not become a mentee by an edit of the catalogue."""
    it = await running("intake")
    await network(it)
    person = await registered(it)
    asked = {"person": str(person), "role": "mentor-adult", "offering": OFFERING}
    good(await coordinator(it).post("/applications", json=asked))
    assert (await put(it, "/roles/mentor-adult", MENTOR | {"kind": "mentee"}))[0] == 409


async def test_administrators_stay_below_their_place(running: Start) -> None:
    """A site's administrator changes no network, no other site, and not their own place in the tree."""
    it = await running("intake")
    await network(it)
    http = it.client(role="administrator", site=SITE)
    for path, body in PUTS:
        expected = 200 if path.startswith(("/offerings", f"/places/{SITE}/readiness")) else 403
        assert (await http.put(path, json=body)).status_code == expected, path


async def test_lists_come_in_pages(running: Start) -> None:
    """Page by page each item comes once; a cursor of ours never fails, whatever was written into it."""
    it = await running("intake")
    await network(it)
    other = f"first-steps@{SITE.replace('kabul', 'herat')}"
    for target, body in ((f"/offerings/{other}", OPEN), ("/documents/other/versions/1", DOCUMENT)):
        good(await administrator(it).put(target, json=body))
    for number, role in ((1, "mentor-adult"), (2, "mentor-adult"), (1, "mentee-adult")):
        person = await registered(it, email=f"{number}-{role}@example.org")
        asked = {"person": str(person), "role": role, "offering": OFFERING}
        good(await coordinator(it).post("/applications", json=asked))
    for path in ("/places", "/roles", "/offerings", "/documents", "/applications"):
        await check_pages(administrator(it), path)


async def check_pages(http: AsyncClient, path: str) -> None:
    """One list, in pages of one."""
    found: list[Any] = []
    page = good(await http.get(f"{path}?limit=1"))
    while page["next"]:
        found += page["items"]
        page = good(await http.get(f"{path}?limit=1&cursor={page['next']}"))
    assert found + page["items"] == good(await http.get(path))["items"]
    assert found
    for cursor in ("x", "WyJcdTAwMDAiXQ", "WyJhIiw5OTk5OTk5OTk5OTk5XQ", "WyJcdTAwMDAiLDFd", "W10"):
        assert (await http.get(f"{path}?cursor={cursor}")).status_code in (200, 422), cursor
