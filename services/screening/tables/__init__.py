"""The tables of screening's database."""

from services.screening.tables.base import Base
from services.screening.tables.briefings import AcknowledgementRow, BriefingRow
from services.screening.tables.cases import Act, ActRow, CaseRow, ResultRow
from services.screening.tables.copies import AgreementRow, FactsRow, OfferingRow, PlaceRow, RoleRow
from services.screening.tables.interviews import InterviewRow, SlotRow
from services.screening.tables.references import ReferenceLetterRow, ReferenceRow
from services.screening.tables.samples import SampleRow
from services.screening.tables.settlements import SettlementRow
from services.screening.tables.steps import StepRow
from services.screening.tables.training import AttemptRow, CertificateRow, TrainingRow

__all__ = [
    "AcknowledgementRow",
    "Act",
    "ActRow",
    "AgreementRow",
    "AttemptRow",
    "Base",
    "BriefingRow",
    "CaseRow",
    "CertificateRow",
    "FactsRow",
    "InterviewRow",
    "OfferingRow",
    "PlaceRow",
    "ReferenceLetterRow",
    "ReferenceRow",
    "ResultRow",
    "RoleRow",
    "SampleRow",
    "SettlementRow",
    "SlotRow",
    "StepRow",
    "TrainingRow",
]
