"""A clearance whose person never signs the conduct document in force ends, 30 days after its grace (R72)."""

from datetime import date, datetime, timedelta

from services.screening.domain.cases import expires_at
from services.screening.domain.criteria import CRITERIA
from shared.contracts.intake import Agreement, Signed

UNSIGNED = CRITERIA["unsigned-policy"]
"""What is cited; it is no matter of safety (R54)."""

AFTER_GRACE = timedelta(days=30)


def lapses_at(agreement: Agreement | None, signed: Signed | None, cleared_on: date) -> datetime | None:
    """When a clearance ends for want of a signature: 30 whole days after the grace; None where nothing is to sign.

    Whoever was cleared later than the grace has these days from then on. Where no day was set, none is counted.
    """
    if agreement is None or agreement.grace_until is None or agreement.is_signed(signed):
        return None
    return expires_at(max(agreement.grace_until, cleared_on) + AFTER_GRACE)
