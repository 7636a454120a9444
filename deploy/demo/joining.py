"""How people come: most by rosters, one through a facilitator, one by herself."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.demo.cast import Cast
from deploy.demo.stage import NotAsWritten, Stage
from deploy.demo.story import APPLYING, BEGINNING, CITIES, ENROLLED, Person
from deploy.demo.telling import Teller
from deploy.rosters.importing import Order, carry_out, prepare
from shared.ids import new_id

FOLDER = Path(__file__).parent
ROSTERS = {"mentor": "mentors", "mentee": "mentees"}
DOCUMENT = {"document": "conduct", "version": "1"}
CARDS: dict[Person, dict[str, Any]] = {
    ENROLLED: {"name_to_use": "هدیه", "language": "fa-AF", "zone": "Asia/Kabul"},
    APPLYING: {"name_to_use": "مها", "language": "ar", "zone": "Asia/Amman", "may_mail": True},
}


async def join(stage: Stage, cast: Cast, teller: Teller) -> None:
    """Everybody of the script."""
    await _import_rosters(stage)
    teller.says("a facilitator in Kabul enrols a mentee who has no e-mail")
    await _enrol(stage, cast)
    teller.says("a mentee in Amman applies by herself")
    await _apply_alone(stage, cast)


async def _import_rosters(stage: Stage) -> None:
    url, headers = stage.addresses.services["intake"], stage.headers("administrator", "net", "demo")
    async with stage.client(url, headers) as http:
        for city, site in CITIES.items():
            for part, name in ROSTERS.items():
                file = FOLDER / "rosters" / f"{city}-{name}.csv"
                order = Order(file, site, f"{part}-adult", str(FOLDER / "roster.toml"), notify=True)
                prepared = prepare(order)
                await carry_out(prepared, http)
                if prepared.report.exit_code:
                    raise NotAsWritten(f"{file.name} was not taken whole: {prepared.report.document()['refused']}")


async def _enrol(stage: Stage, cast: Cast) -> None:
    """Card, profile, application, and where the paper is that she signed."""
    as_whom = {"role": "facilitator", "site": CITIES[ENROLLED.city], "subject": new_id()}
    held = {"holder": "Programme office", "signed_on": (BEGINNING - timedelta(days=13)).date().isoformat()}
    cast.learn(ENROLLED, await _come(stage, ENROLLED, as_whom, {**DOCUMENT, "evidence": held}))


async def _apply_alone(stage: Stage, cast: Cast) -> None:
    """The same on her own phone, and she signs herself; her app gives all of it one correlation id."""
    as_whom = {"role": "participant", "site": CITIES[APPLYING.city], "subject": new_id(), "story": cast.story}
    cast.learn(APPLYING, await _come(stage, APPLYING, as_whom, DOCUMENT))


async def _come(stage: Stage, person: Person, as_whom: dict[str, Any], signature: dict[str, Any]) -> UUID:
    async def call(method: str, path: str, **body: Any) -> Any:
        return await stage.call(method, "intake", path, json=body, **as_whom)

    site = CITIES[person.city]
    shown = await call("POST", "/people", site=site, email=person.email, **CARDS[person])
    path = f"/people/{shown['person']}"
    hours = [day * 24 + hour for day in range(5) for hour in range(8, 20)]
    await call(
        "PUT", f"{path}/profile", languages=["en"], goals=[f"topic-{person.number}"], weekly_hours=1,
        zone="Europe/London", free_hours=hours,
    )  # fmt: skip
    await call("POST", "/applications", person=shown["person"], role="mentee-adult", offering=f"first-steps@{site}")
    await call("POST", f"{path}/signatures", **signature)
    return UUID(shown["person"])
