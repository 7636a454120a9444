"""On what each kind of record rests, so that a withdrawn consent ends what rests on it and nothing else."""

from dataclasses import dataclass
from typing import Literal

from shared.contracts.intake import ConsentPurpose


@dataclass(frozen=True, slots=True)
class Basis:
    """Why records of a kind are kept. `survives_withdrawal`: they stay when somebody takes a consent back."""

    records: str
    basis: Literal["consent", "safeguarding", "legal-obligation"]
    why: str
    purposes: tuple[ConsentPurpose, ...] = ()

    @property
    def survives_withdrawal(self) -> bool:
        """Whether they rest on something else than a consent."""
        return self.basis != "consent"


PHOTOS: tuple[ConsentPurpose, ...] = ("photo-profile", "photo-story", "photo-public")
BASES = (
    Basis("profile", "consent", "Finding and keeping a partner.", ("take-part", "data")),
    Basis("messages", "consent", "The pair's conversation; it stops when a consent ends.", ("take-part", "data")),
    Basis("photos", "consent", "Each use is agreed to by itself (R77).", PHOTOS),
    Basis("sending", "consent", "Reaching people over a channel.", ("channel-mail", "channel-sms", "channel-push")),
    Basis("surveys", "consent", "Learning from answers.", ("survey",)),
    Basis("events", "consent", "Meeting offline.", ("offline-event",)),
    Basis("consents", "legal-obligation", "Showing later who agreed to what, and when that ended."),
    Basis("guardians", "safeguarding", "Knowing who answers for a child, and who must not hear of one."),
    Basis("screening", "safeguarding", "Keeping children and volunteers safe, also after somebody left."),
    Basis("concerns", "safeguarding", "Following up a concern, whatever those concerned agree to."),
)  # fmt: skip
"""The network's own; a law pack that names a basis of its place would stand beside it."""
