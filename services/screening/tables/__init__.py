"""The tables of screening's database."""

from services.screening.tables.base import Base
from services.screening.tables.cases import Act, ActRow, CaseRow, ResultRow
from services.screening.tables.copies import AgreementRow, FactsRow, OfferingRow, PlaceRow, RoleRow
from services.screening.tables.references import ReferenceLetterRow, ReferenceRow
from services.screening.tables.steps import StepRow

__all__ = [
    "Act",
    "ActRow",
    "AgreementRow",
    "Base",
    "CaseRow",
    "FactsRow",
    "OfferingRow",
    "PlaceRow",
    "ReferenceLetterRow",
    "ReferenceRow",
    "ResultRow",
    "RoleRow",
    "StepRow",
]
