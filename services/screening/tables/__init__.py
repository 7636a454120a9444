"""The tables of screening's database."""

from services.screening.tables.base import Base
from services.screening.tables.cases import Act, ActRow, CaseRow, ResultRow
from services.screening.tables.conduct import (
    ConductCaseRow,
    EntryKind,
    EntryRow,
    MeasureRow,
    NamedRow,
    ReplyRow,
    TieRow,
)
from services.screening.tables.copies import PlaceRow, RoleRow
from services.screening.tables.oncall import AlarmRow, DutyRow, PageRow
from services.screening.tables.register import LookupRow, RegisterEntryRow
from services.screening.tables.reports import ReportAnswerRow, ReportRow

__all__ = [
    "Act",
    "ActRow",
    "AlarmRow",
    "Base",
    "CaseRow",
    "ConductCaseRow",
    "DutyRow",
    "EntryKind",
    "EntryRow",
    "LookupRow",
    "MeasureRow",
    "NamedRow",
    "PageRow",
    "PlaceRow",
    "RegisterEntryRow",
    "ReplyRow",
    "ReportAnswerRow",
    "ReportRow",
    "ResultRow",
    "RoleRow",
    "TieRow",
]
