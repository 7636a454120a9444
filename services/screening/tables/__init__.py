"""The tables of screening's database."""

from services.screening.tables.base import Base
from services.screening.tables.cases import Act, ActRow, CaseRow, ResultRow
from services.screening.tables.copies import PlaceRow, RoleRow
from services.screening.tables.references import ReferenceLetterRow, ReferenceRow
from services.screening.tables.settlements import SettlementRow
from services.screening.tables.steps import StepRow

__all__ = [
    "Act",
    "ActRow",
    "Base",
    "CaseRow",
    "PlaceRow",
    "ReferenceLetterRow",
    "ReferenceRow",
    "ResultRow",
    "RoleRow",
    "SettlementRow",
    "StepRow",
]
