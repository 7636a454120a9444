"""The policy in force at an offering, as events carry it: the join of what its places and its programme set."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

Step = Literal["identity", "interview", "references", "record-check", "skill-sample"]
"""What a policy may ask of a volunteer beyond what risk and law ask."""
Allowance = Literal["photos", "links", "offline-meetings"]
"""What people may do who write to each other (R14, R16, R74)."""


class OfferingPolicy(BaseModel):
    """Every value of the policy in force; how each may change below is said in services/intake/domain/policy.py."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    steps_mentor: list[Step]
    steps_facilitator: list[Step]
    steps_staff: list[Step]
    steps_moderator: list[Step]
    steps_screener: list[Step]
    steps_coordinator: list[Step]
    references: int
    second_person: bool
    mentor_age: int
    clearance_months: int
    weekly_hours: float
    weekly_hours_minors: float
    months: int
    months_minors: int
    mentor_reply_hours: int
    mentee_reply_hours: int
    training_first: bool
    culture_briefing: bool
    facilitator: bool
    allowed: list[Allowance]

    example: ClassVar[dict[str, Any]] = {
        **{f"steps_{kind}": [] for kind in ("facilitator", "staff", "moderator", "screener", "coordinator")},
        **{"steps_mentor": ["interview"], "references": 2, "second_person": True, "mentor_age": 21},
        **{"clearance_months": 12, "weekly_hours": 1.0, "weekly_hours_minors": 2.0, "months": 6, "months_minors": 12},
        **{"mentor_reply_hours": 48, "mentee_reply_hours": 96, "training_first": True, "culture_briefing": True},
        **{"facilitator": True, "allowed": ["links", "photos"]},
    }
