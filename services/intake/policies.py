"""Policies as rows: what stands above a holder, what is in force, and whom a change reaches."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.places import above, network_of
from services.intake.domain.policy import OF_TYPE, Difference, Holder, InForce, Own, Value, differences, in_force
from services.intake.tables import OfferingRow, PlaceRow, PolicyRow, ProgrammeRow
from shared.access import within
from shared.contracts.policy import OfferingPolicy

Layers = Sequence[tuple[Holder, Own]]


@dataclass(frozen=True)
class Policies:
    """What holders of a network set, and of what type its programmes are."""

    own: Mapping[Holder, Own]
    types: Mapping[str, str] = field(default_factory=dict)

    def above_place(self, site: str) -> Layers:
        """The places above, the network first."""
        return [self._layer(Holder("place", each)) for each in above(site)[:-1]]

    def above_offering(self, offering: str) -> Layers:
        """The places of an offering, then its programme and what that is by its type."""
        programme, _, site = offering.partition("@")
        return [*self.above_programme(programme, site), self._layer(Holder("programme", programme))]

    def above_programme(self, programme: str, site: str) -> Layers:
        """The places of a programme, and what it is by its type (R28)."""
        of_type = self.types.get(programme, "")
        return [*self.at_place(site), (Holder("type", of_type), OF_TYPE.get(of_type, {}))]

    def at_place(self, site: str) -> Layers:
        """The place and all above it."""
        return [*self.above_place(site), self._layer(Holder("place", site))]

    def at_offering(self, row: OfferingRow) -> Layers:
        """All that is in force at an offering; its reply limits are values of its own, too."""
        holder = Holder("offering", row.offering)
        limits = {name: getattr(row, name) for name in ("mentor_reply_hours", "mentee_reply_hours")}
        return [*self.above_offering(row.offering), self._layer(holder), (holder, limits)]

    def layers(self, holder: Holder, site: str) -> tuple[Layers, Layers]:
        """What stands above a holder, and that with its own."""
        if holder.kind == "offering":
            inherited = self.above_offering(holder.name)
        elif holder.kind == "place":
            inherited = self.above_place(site)
        else:
            inherited = self.above_programme(holder.name, site)
        return inherited, [*inherited, self._layer(holder)]

    def changed(self, holder: Holder, own: Own) -> "Policies":
        """The same with another policy of one holder."""
        return replace(self, own={**self.own, holder: own})

    def _layer(self, holder: Holder) -> tuple[Holder, Own]:
        return holder, self.own.get(holder, {})


async def policies_of(session: AsyncSession, sites: Collection[str]) -> Policies:
    """The policies of the networks in which places stand."""
    networks = sorted({network_of(site) for site in sites})
    rows = await session.scalars(select(PolicyRow).where(within(PolicyRow.site, networks)))
    types = select(ProgrammeRow.programme, ProgrammeRow.type).where(within(ProgrammeRow.site, networks))
    own = {Holder(row.kind, row.name): stored(row.own) for row in rows}
    return Policies(own, dict((await session.execute(types)).all()))


async def take_turns(session: AsyncSession, site: str) -> None:
    """Hold the network's row until the commit, so that two who change its policies see each other."""
    network = select(PlaceRow.site).where(PlaceRow.site == network_of(site))
    await session.execute(network.with_for_update(key_share=True))


def stored(own: Mapping[str, Any]) -> Own:
    """A policy as the database or a request holds it, as the rules know it."""
    return {key: frozenset(value) if isinstance(value, list) else value for key, value in own.items()}


def plain(value: Value) -> Any:
    """A value as JSON holds it."""
    return sorted(value) if isinstance(value, frozenset) else value


def told(found: Mapping[str, InForce]) -> OfferingPolicy:
    """A policy as events carry it."""
    return OfferingPolicy.model_validate({key: plain(each.value) for key, each in found.items()})


async def below(session: AsyncSession, site: str) -> tuple[list[str], list[ProgrammeRow], list[OfferingRow]]:
    """The places, programmes and offerings at and below a place, with the offerings held until the commit."""
    places = await session.scalars(select(PlaceRow.site).where(within(PlaceRow.site, [site])).order_by(PlaceRow.site))
    programmes = select(ProgrammeRow).where(within(ProgrammeRow.site, [site])).order_by(ProgrammeRow.programme)
    offerings = select(OfferingRow).where(within(OfferingRow.site, [site])).order_by(OfferingRow.offering)
    held = await session.scalars(offerings.with_for_update(key_share=True))
    return list(places), list(await session.scalars(programmes)), list(held)


async def reached(
    session: AsyncSession, holder: Holder, site: str, before: Policies, after: Policies
) -> tuple[list[Difference], list[OfferingRow]]:
    """What changes for each place, programme and offering below a holder, and the offerings among them."""
    places, programmes, offerings = await below(session, site)
    found: list[Difference] = []
    if holder.kind == "place":
        found += _of((Holder("place", each), before.at_place(each), after.at_place(each)) for each in places)
    for row in programmes:
        each = Holder("programme", row.programme)
        if holder.kind == "place" or holder == each:
            found += _of([(each, before.layers(each, row.site)[1], after.layers(each, row.site)[1])])
    told_of: list[OfferingRow] = []
    for offering in offerings:
        each = Holder("offering", offering.offering)
        if changes := _of([(each, before.at_offering(offering), after.at_offering(offering))]):
            found += changes
            told_of.append(offering)
    return found, told_of


def _of(layers: Iterable[tuple[Holder, Layers, Layers]]) -> list[Difference]:
    return [
        change for holder, before, after in layers for change in differences(holder, in_force(before), in_force(after))
    ]
