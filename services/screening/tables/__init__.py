"""The tables of screening's database."""

from services.screening.tables.activity import ContactDayRow
from services.screening.tables.appeals import AppealRow
from services.screening.tables.base import Base
from services.screening.tables.briefings import AcknowledgementRow, BriefingRow
from services.screening.tables.cases import Act, ActRow, CaseRow, ResultRow
from services.screening.tables.copies import AgreementRow, FactsRow, OfferingRow, PlaceRow, RoleRow
from services.screening.tables.criteria import CriteriaSetRow
from services.screening.tables.flags import FlagRow
from services.screening.tables.interviews import InterviewRow, SlotRow
from services.screening.tables.proposals import Answer, ProposalRow
from services.screening.tables.references import ReferenceLetterRow, ReferenceRow
from services.screening.tables.samples import SampleRow
from services.screening.tables.settlements import SettlementRow
from services.screening.tables.steps import StepRow
from services.screening.tables.ties import TieKind, TieRow
from services.screening.tables.training import AttemptRow, CertificateRow, TrainingRow

__all__ = [
    "AcknowledgementRow",
    "Act",
    "ActRow",
    "AgreementRow",
    "Answer",
    "AppealRow",
    "AttemptRow",
    "Base",
    "BriefingRow",
    "CaseRow",
    "CertificateRow",
    "ContactDayRow",
    "CriteriaSetRow",
    "FactsRow",
    "FlagRow",
    "InterviewRow",
    "OfferingRow",
    "PlaceRow",
    "ProposalRow",
    "ReferenceLetterRow",
    "ReferenceRow",
    "ResultRow",
    "RoleRow",
    "SampleRow",
    "SettlementRow",
    "SlotRow",
    "StepRow",
    "TieKind",
    "TieRow",
    "TrainingRow",
]
