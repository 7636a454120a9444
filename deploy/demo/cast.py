"""Who is who: the script's people and pairs, and the ids that the platform gave them."""

from dataclasses import dataclass, field
from uuid import UUID

from deploy.demo.stage import Stage
from deploy.demo.story import CITIES, Pair, Person, Story
from shared.ids import new_id


@dataclass
class Cast:
    """Filled while the story is played, from what the platform answers over HTTP.

    `refused` are letters not taken, `law` what was asked of whom by which law and what a person had to settle.
    """

    people: dict[UUID, Person] = field(default_factory=dict)
    ids: dict[Person, UUID] = field(default_factory=dict)
    pairs: dict[UUID, Pair] = field(default_factory=dict)
    pair_ids: dict[Pair, UUID] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    law: list[str] = field(default_factory=list)
    second: UUID = field(default_factory=new_id)
    """The second person, who agrees to clearings of the highest tier."""
    story: UUID = field(default_factory=new_id)
    """The correlation id of the one who applies by herself."""

    def learn(self, person: Person, person_id: UUID) -> None:
        """Know somebody by the id that the platform gave them."""
        self.people[person_id] = person
        self.ids[person] = person_id

    async def learn_people(self, stage: Stage, story: Story) -> None:
        """Ask intake for everybody who applied, and know them by their addresses."""
        by_address = {person.email: person for person in story.people if person.email}
        for site in CITIES.values():
            for application in await stage.pages("intake", "/applications", role="coordinator", site=site):
                person_id = UUID(application["person"])
                if person_id not in self.people:
                    shown = await stage.call("GET", "intake", f"/people/{person_id}", role="coordinator", site=site)
                    self.learn(by_address[shown["email"]], person_id)

    async def learn_pairs(self, stage: Stage, story: Story) -> None:
        """Ask matching for the pairs, and know them by their members."""
        by_members = {(pair.mentor, pair.mentee): pair for pair in story.pairs}
        for site in CITIES.values():
            for shown in await stage.pages("matching", "/pairs", role="coordinator", site=site):
                members = {each["role"]: self.people[UUID(each["person"])] for each in shown["members"]}
                if pair := by_members.get((members["mentor"], members["mentee"])):
                    self.pairs[UUID(shown["pair"])] = pair
                    self.pair_ids[pair] = UUID(shown["pair"])
