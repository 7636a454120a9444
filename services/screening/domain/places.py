"""Which places connect a case with a law (R41): where it is decided, where people live, where the work is organised."""

from collections.abc import Mapping

from shared.contracts import RoleKind
from shared.law import Factor


def places_of(kind: RoleKind, site: str | None, organisation: str | None, lives_in: str | None) -> Mapping[Factor, str]:
    """The places of a case by what they are to it, each as ISO 3166.

    A site decides about its own people. Where somebody does not say where they live, their site counts; the mentees of
    a volunteer are those of the site.
    """
    home = lives_in or site
    found: dict[Factor, str | None] = {
        "decision": site,
        "mentee": home if kind == RoleKind.MENTEE else site,
        "mentor": site if kind == RoleKind.MENTEE else home,
        "site": site,
        "organisation": organisation or site,
    }
    return {factor: place for factor, place in found.items() if place}
