"""The tables of screening's database."""

from services.screening.tables.base import Base
from services.screening.tables.cases import Act, ActRow, CaseRow, ResultRow
from services.screening.tables.consents import ConsentRow
from services.screening.tables.copies import PlaceRow, RoleRow

__all__ = [
    "Act",
    "ActRow",
    "Base",
    "CaseRow",
    "ConsentRow",
    "PlaceRow",
    "ResultRow",
    "RoleRow",
]
