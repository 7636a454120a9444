"""A case that asks for every step, and short ways to act in it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from httpx2 import Response
from sqlalchemy import select

from services.screening.steps import keep_steps
from services.screening.tables import CaseRow
from tests.service.screening.scenes import PERSON, only_case
from tests.service.screening.story import SITE, applies, place, role
from tests.support.running import Running

SECRET = "0123456789abcdef0123456789abcdef"
Start = Callable[..., Awaitable[Running]]


async def with_links(running: Start, folder: Path) -> Running:
    """Screening that can sign links, with one open case of a role alone with minors."""
    secret = folder / "link-secret"
    secret.write_text(SECRET)
    it = await running("screening", link_secret_file=secret)
    await it.hear(place())
    await it.hear(role("mentor-youth", "mentor", "works-with-clients", "minors", "one-on-one"))
    await it.hear(applies(1, 1, "mentor-youth", "mentor"))
    return it


async def call(it: Running, who: str, method: str, path: str, body: Any = None, person: UUID | None = None) -> Response:
    """What somebody's call about the case is answered: `screener`, `person` or `nobody`. `{case}` is the case."""
    if "{case}" in path:
        path = path.replace("{case}", f"/cases/{(await only_case(it))['clearance']}")
    roles: dict[str, Any] = {
        "screener": {"role": "screener", "site": SITE, "person": person},
        "person": {"role": "participant", "site": SITE, "person": PERSON},
        "nobody": {},
    }
    async with it.client(**roles[who]) as http:
        return await http.request(method, path, json=body)


async def good(it: Running, who: str, method: str, path: str, body: Any = None) -> Any:
    """The answer to a call that has to succeed."""
    answer = await call(it, who, method, path, body)
    assert answer.is_success, answer.text
    return answer.json()


async def step(it: Running, check: str) -> dict[str, Any]:
    """One step of the case, as a screener sees it."""
    found = {each["check"]: each for each in await good(it, "screener", "GET", "{case}/steps")}
    one: dict[str, Any] = found[check]
    return one


async def result(it: Running, check: str) -> dict[str, Any] | None:
    """What is recorded of a check; None while nothing is."""
    case = await good(it, "screener", "GET", "{case}")
    return next((each for each in case["results"] if each["check"] == check), None)


async def asks_also(it: Running, check: str, **more: Any) -> None:
    """Let the case ask for one more check, as a policy would."""
    async with it.service.sessions.begin() as session:
        case = await session.scalar(select(CaseRow))
        assert case is not None
        asked = {"check": check, "performer": "somebody", "passes": "It was done.", "days_old": None, "only": None}
        why = [{"of": "policy", "rule": check, "why": "It is asked for.", "factors": [], "source": ""}]
        case.required = [*case.required, check]
        case.requirements = case.requirements | {"steps": [*case.requirements["steps"], asked | {"why": why} | more]}
        await keep_steps(session, [case], anew=())
