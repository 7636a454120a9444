"""The tables of screening's database."""

from services.screening.tables.activity import ContactDayRow
from services.screening.tables.appeals import AppealRow
from services.screening.tables.base import Base
from services.screening.tables.briefings import AcknowledgementRow, BriefingRow
from services.screening.tables.cases import Act, ActRow, CaseRow, ResultRow
from services.screening.tables.conduct import ConductCaseRow, EntryKind, EntryRow, MeasureRow, NamedRow, ReplyRow
from services.screening.tables.consents import ConsentRow
from services.screening.tables.copies import AgreementRow, FactsRow, OfferingRow, PlaceRow, RoleRow
from services.screening.tables.criteria import CriteriaSetRow
from services.screening.tables.flags import FlagRow
from services.screening.tables.interviews import InterviewRow, SlotRow
from services.screening.tables.oncall import AlarmRow, DutyRow, PageRow
from services.screening.tables.onsite import OnsiteAgreementRow, OnsiteDutiesRow, OnsiteReportRow
from services.screening.tables.proposals import Answer, ProposalRow
from services.screening.tables.references import ReferenceLetterRow, ReferenceRow
from services.screening.tables.register import LookupRow, RegisterEntryRow
from services.screening.tables.reports import ReportAnswerRow, ReportRow
from services.screening.tables.samples import SampleRow
from services.screening.tables.settlements import SettlementRow
from services.screening.tables.steps import StepRow
from services.screening.tables.ties import TieKind, TieRow
from services.screening.tables.training import AttemptRow, CertificateRow, TrainingRow
from services.screening.tables.vendors import AdverseActionRow, VendorOrderRow
from services.screening.tables.waiting import WaitingRow

__all__ = [
    "AcknowledgementRow",
    "Act",
    "ActRow",
    "AdverseActionRow",
    "AgreementRow",
    "AlarmRow",
    "Answer",
    "AppealRow",
    "AttemptRow",
    "Base",
    "BriefingRow",
    "CaseRow",
    "CertificateRow",
    "ConductCaseRow",
    "ConsentRow",
    "ContactDayRow",
    "CriteriaSetRow",
    "DutyRow",
    "EntryKind",
    "EntryRow",
    "FactsRow",
    "FlagRow",
    "InterviewRow",
    "LookupRow",
    "MeasureRow",
    "NamedRow",
    "OfferingRow",
    "OnsiteAgreementRow",
    "OnsiteDutiesRow",
    "OnsiteReportRow",
    "PageRow",
    "PlaceRow",
    "ProposalRow",
    "ReferenceLetterRow",
    "ReferenceRow",
    "RegisterEntryRow",
    "ReplyRow",
    "ReportAnswerRow",
    "ReportRow",
    "ResultRow",
    "RoleRow",
    "SampleRow",
    "SettlementRow",
    "SlotRow",
    "StepRow",
    "TieKind",
    "TieRow",
    "TrainingRow",
    "VendorOrderRow",
    "WaitingRow",
]
