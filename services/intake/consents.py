"""Consents as rows: what follows from the words that count is told, and armed where it changes by itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain import consents as rules
from services.intake.domain.guardians import Guardian
from services.intake.domain.particulars import age_on, of_age_on
from services.intake.domain.places import above, law_at
from services.intake.tables import (
    ApplicationRow,
    ConsentRow,
    ConsentTextRow,
    ConsentWordRow,
    GuardianRow,
    MergeRow,
    OfferingRow,
    ParticularsRow,
    PersonRow,
    PlaceRow,
    ProgrammeRow,
)
from shared.contracts.intake import ConsentGiven, ConsentPurpose, ConsentWithdrawn
from shared.deadlines import arm, cancel
from shared.ids import new_id
from shared.outbox import emit

EXPIRY = "consent-expiry"


@dataclass(frozen=True)
class Situation:
    """All that decides on a person's consents. `words` are those that count, by consent."""

    today: date
    age: int | None
    of_age_on: date | None
    place: str | None
    among_minors: bool
    guardians: dict[UUID, GuardianRow]
    words: dict[UUID, list[ConsentWordRow]]

    @property
    def is_of_age(self) -> bool:
        """Whether the person is known to be an adult."""
        return self.of_age_on is not None and self.of_age_on <= self.today

    def needed(self, purpose: ConsentPurpose) -> frozenset[rules.Giver]:
        """Who must agree."""
        return rules.givers(self.age, self.place, purpose, among_minors=self.among_minors)

    def standing(self, row: ConsentRow) -> rules.Standing:
        """Whether a consent stands now."""
        words = [rules.Word(each.giver, each.expires_on, each.alone) for each in self.words.get(row.consent, ())]
        of_age_on = self.of_age_on if self.is_of_age else None
        return rules.standing(self.needed(row.purpose), words, self.today, purpose=row.purpose, of_age_on=of_age_on)

    def asks_anew(self, row: ConsentRow) -> bool:
        """Whether an adult's consent still stands on what a guardian said."""
        alone = (each.expires_on for each in self.words.get(row.consent, ()) if each.alone)
        is_their_own = any(until is None or until >= self.today for until in alone)
        return self.is_of_age and self.standing(row).stands and not is_their_own

    def missing(self, purpose: ConsentPurpose, row: ConsentRow | None) -> list[rules.Missing]:
        """What a consent waits for, by name."""
        found = self.standing(row or ConsentRow(consent=None, purpose=purpose)).missing
        return rules.waits_for(found, [as_guardian(each) for each in self.guardians.values()], self.age)


def as_guardian(row: GuardianRow) -> Guardian:
    """A guardian as the rules know one."""
    return Guardian(row.verified_on is not None, row.may_consent, row.may_be_told, row.no_contact)


async def situation_of(session: AsyncSession, holder: PersonRow, now: datetime) -> Situation:
    """Read all that decides on a person's consents."""
    today = rules.local_day(now, holder.zone)
    particulars = await session.get(ParticularsRow, holder.person)
    born_on = particulars.born_on if particulars else None
    rows = await session.scalars(select(GuardianRow).where(GuardianRow.person == holder.person))
    guardians = {row.guardian: row for row in rows}
    return Situation(
        today=today,
        age=age_on(born_on, today) if born_on else None,
        of_age_on=of_age_on(born_on) if born_on else None,
        place=(particulars.lives_in if particulars else None) or await _law_of(session, holder.site),
        among_minors=await _among_minors(session, holder),
        guardians=guardians,
        words=await _words(session, holder.person, guardians),
    )


async def _law_of(session: AsyncSession, site: str) -> str | None:
    columns = PlaceRow.site, PlaceRow.country, PlaceRow.subdivision
    rows = await session.execute(select(*columns).where(PlaceRow.site.in_(above(site))))
    country, subdivision = law_at({place: (its, part) for place, its, part in rows}, site)
    return subdivision or country


async def _among_minors(session: AsyncSession, holder: PersonRow) -> bool:
    """Whether a programme for minors may be meant: at the person's site, or one to which they applied."""
    applied = select(ApplicationRow.offering).where(ApplicationRow.person == holder.person)
    programme = select(ProgrammeRow.programme).where(
        ProgrammeRow.programme == OfferingRow.programme, ProgrammeRow.type == "adult-minor"
    )
    here = or_(OfferingRow.site == holder.site, OfferingRow.offering.in_(applied))
    return bool(await session.scalar(select(exists().where(programme.exists(), here))))


async def _words(
    session: AsyncSession, person: UUID, guardians: dict[UUID, GuardianRow]
) -> dict[UUID, list[ConsentWordRow]]:
    """What was said and not taken back, by those whose word counts."""
    of_person = select(ConsentRow.consent).where(ConsentRow.person == person)
    rows = select(ConsentWordRow).where(ConsentWordRow.consent.in_(of_person), ConsentWordRow.withdrawn_at.is_(None))
    found: dict[UUID, list[ConsentWordRow]] = {}
    for row in await session.scalars(rows.order_by(ConsentWordRow.word)):
        guardian = guardians.get(row.guardian) if row.guardian else None
        if row.guardian is None or (guardian and as_guardian(guardian).may_give):
            found.setdefault(row.consent, []).append(row)
    return found


async def consents_of(session: AsyncSession, person: UUID) -> dict[ConsentPurpose, ConsentRow]:
    """A person's consents, by purpose."""
    rows = await session.scalars(select(ConsentRow).where(ConsentRow.person == person).order_by(ConsentRow.purpose))
    return {row.purpose: row for row in rows}


async def consent_for(session: AsyncSession, person: UUID, purpose: ConsentPurpose, now: datetime) -> ConsentRow:
    """A person's consent for a purpose, begun where there is none. Whoever calls this holds the person's row."""
    found = (await consents_of(session, person)).get(purpose)
    if found is None:
        found = ConsentRow(consent=new_id(), person=person, purpose=purpose, state="waiting", changed_at=now)
        session.add(found)
    return found


async def settle(
    session: AsyncSession, holder: PersonRow, now: datetime, *, taken_back: Collection[ConsentPurpose] = ()
) -> None:
    """Tell what follows from the words now. Whoever calls this holds the person's row.

    `taken_back`: somebody just said no to these, whatever was said before.
    """
    await session.flush()
    held = await consents_of(session, holder.person)
    if not held:
        return
    situation = await situation_of(session, holder, now)
    for purpose, row in held.items():
        found = situation.standing(row)
        state = rules.state_after(row.state, stands=found.stands, was_taken_back=purpose in taken_back)
        if (state, found.until if found.stands else row.valid_until) != (row.state, row.valid_until):
            _change(row, state, found, situation.today, now)
            await session.flush()  # so that whoever tells states anew waits for this one
            await emit(session, told(row, holder.site), at=now)
        if found.stands and found.until:
            await arm(session, EXPIRY, str(row.consent), rules.starts(found.until + timedelta(days=1), holder.zone))
        else:
            await cancel(session, EXPIRY, str(row.consent))
    await _mirror(session, holder, now)


async def _mirror(session: AsyncSession, holder: PersonRow, now: datetime) -> None:
    """Let consents of records that were given up for this one say what its own say: readers know them as its own."""
    twins = select(ConsentRow).join(MergeRow, MergeRow.given_up == ConsentRow.person)
    found = list(await session.scalars(twins.where(MergeRow.person == holder.person).order_by(ConsentRow.consent)))
    if found:
        own = await consents_of(session, holder.person)
        for twin in found:
            row = own[twin.purpose]
            if any(getattr(twin, name) != getattr(row, name) for name in ("state", "valid_until", "ended_on")):
                twin.state, twin.valid_until, twin.ended_on = row.state, row.valid_until, row.ended_on
                twin.changed_at = row.changed_at
                await session.flush()
                await emit(session, told(twin, holder.site, holder.person), at=now)


async def merge(session: AsyncSession, kept: PersonRow, given_up: PersonRow, now: datetime) -> None:
    """Give a person the consents of a record that was given up for theirs; both are locked, neither contradicts.

    Words go to the consent of their purpose that was told of; of two such the given-up one goes on as its mirror.
    """
    own = await consents_of(session, kept.person)
    for purpose, theirs in (await consents_of(session, given_up.person)).items():
        mine = own.get(purpose)
        if mine and theirs.state == "waiting":
            await _absorb(session, mine, theirs, forget=True)
        elif mine and mine.state == "waiting":
            await _absorb(session, theirs, mine, forget=True)
            theirs.person = kept.person
        elif mine:
            await _absorb(session, mine, theirs)
        else:
            theirs.person = kept.person
    await session.flush()
    said = update(ConsentWordRow).where(ConsentWordRow.guardian == given_up.person)
    await session.execute(said.values(guardian=kept.person))
    await settle(session, kept, now)


async def _absorb(session: AsyncSession, row: ConsentRow, other: ConsentRow, *, forget: bool = False) -> None:
    words = update(ConsentWordRow).where(ConsentWordRow.consent == other.consent)
    await session.execute(words.values(consent=row.consent))
    await cancel(session, EXPIRY, str(other.consent))
    if forget:
        await session.delete(other)
        await session.flush()


def _change(row: ConsentRow, state: rules.State, found: rules.Standing, today: date, now: datetime) -> None:
    if state == "withdrawn":
        row.ended_on = rules.ended_on(row.valid_until, today)
        row.valid_until = None
    else:
        row.ended_on, row.valid_until = None, found.until
    row.state, row.changed_at = state, now


def told(row: ConsentRow, site: str, kept: UUID | None = None) -> ConsentGiven | ConsentWithdrawn:
    """What is told of a consent that does not wait; `kept`: the person for whom its record was given up."""
    of = {"consent": row.consent, "person": kept or row.person, "purpose": row.purpose, "site": site}
    if row.state == "withdrawn":
        return ConsentWithdrawn.model_validate({**of, "ended_on": row.ended_on})
    return ConsentGiven.model_validate({**of, "valid_until": row.valid_until})


async def text_in_force(
    session: AsyncSession, site: str, purpose: ConsentPurpose, language: str
) -> ConsentTextRow | None:
    """The newest version in a language, at the nearest place that has one."""
    rows = select(ConsentTextRow).where(
        ConsentTextRow.site.in_(above(site)), ConsentTextRow.purpose == purpose, ConsentTextRow.language == language
    )
    return max(await session.scalars(rows), key=lambda row: (len(row.site), row.version), default=None)
