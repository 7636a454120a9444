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
)
from services.screening.tables.copies import FactsRow, OfferingRow, PlaceRow, RoleRow
from services.screening.tables.oncall import AlarmRow, DutyRow, PageRow
from services.screening.tables.references import ReferenceLetterRow, ReferenceRow
from services.screening.tables.register import LookupRow, RegisterEntryRow
from services.screening.tables.reports import ReportAnswerRow, ReportRow
from services.screening.tables.steps import StepRow
from services.screening.tables.ties import TieKind, TieRow

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
    "FactsRow",
    "LookupRow",
    "MeasureRow",
    "NamedRow",
    "OfferingRow",
    "PageRow",
    "PlaceRow",
    "ReferenceLetterRow",
    "ReferenceRow",
    "RegisterEntryRow",
    "ReplyRow",
    "ReportAnswerRow",
    "ReportRow",
    "ResultRow",
    "RoleRow",
    "StepRow",
    "TieKind",
    "TieRow",
]
