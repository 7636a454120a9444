"""A merge, as readers hear of it."""

from uuid import UUID

from shared.contracts.intake import PersonMerged


def merged(given_up: UUID, person: UUID, site: str = "net.af.kabul") -> PersonMerged:
    """Two records were one person's."""
    return PersonMerged(given_up=given_up, person=person, site=site)
