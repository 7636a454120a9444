"""Who is who: the script's people and pairs, and the ids that the platform gave them."""

from dataclasses import dataclass, field
from uuid import UUID

from deploy.demo.stage import Stage
from deploy.demo.story import CITIES, Pair, Person, Story


@dataclass
class Cast:
    """Filled while the story is played, from what the platform answers over HTTP."""

    people: dict[UUID, Person] = field(default_factory=dict)
    ids: dict[Person, UUID] = field(default_factory=dict)
    pairs: dict[UUID, Pair] = field(default_factory=dict)
    pair_ids: dict[Pair, UUID] = field(default_factory=dict)

    async def learn_people(self, stage: Stage, story: Story) -> None:
        """Ask intake for everybody who applied, and know them by their addresses."""
        by_address = {person.email: person for person in story.people}
        for site in CITIES.values():
            for application in await stage.pages("intake", "/applications", role="coordinator", site=site):
                person_id = UUID(application["person"])
                shown = await stage.call("GET", "intake", f"/people/{person_id}", role="coordinator", site=site)
                self.people[person_id] = by_address[shown["email"]]
        self.ids = {person: person_id for person_id, person in self.people.items()}

    async def learn_pairs(self, stage: Stage, story: Story) -> None:
        """Ask matching for the pairs, and know them by their mentors."""
        by_mentor = {pair.mentor: pair for pair in story.pairs}
        for site in CITIES.values():
            for shown in await stage.pages("matching", "/pairs", role="coordinator", site=site):
                mentor = next(
                    self.people[UUID(each["person"])] for each in shown["members"] if each["role"] == "mentor"
                )
                if mentor in by_mentor:
                    self.pairs[UUID(shown["pair"])] = by_mentor[mentor]
        self.pair_ids = {pair: pair_id for pair_id, pair in self.pairs.items()}
