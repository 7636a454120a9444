"""The tables of screening's database."""

from services.screening.tables.activity import ContactDayRow
from services.screening.tables.appeals import AppealRow
from services.screening.tables.base import Base
from services.screening.tables.cases import Act, ActRow, CaseRow, ResultRow
from services.screening.tables.copies import PlaceRow, RoleRow
from services.screening.tables.criteria import CriteriaSetRow
from services.screening.tables.flags import FlagRow
from services.screening.tables.proposals import Answer, ProposalRow
from services.screening.tables.references import ReferenceLetterRow, ReferenceRow
from services.screening.tables.steps import StepRow
from services.screening.tables.ties import TieKind, TieRow

__all__ = [
    "Act",
    "ActRow",
    "Answer",
    "AppealRow",
    "Base",
    "CaseRow",
    "ContactDayRow",
    "CriteriaSetRow",
    "FlagRow",
    "PlaceRow",
    "ProposalRow",
    "ReferenceLetterRow",
    "ReferenceRow",
    "ResultRow",
    "RoleRow",
    "StepRow",
    "TieKind",
    "TieRow",
]
