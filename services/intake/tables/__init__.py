"""The tables of intake's database. Names, contact data and profiles of people have their one home here."""

from services.intake.tables.about import AboutRow, ConstraintsRow, RelationshipRow, WishListRow
from services.intake.tables.admissions import AdmissionRow
from services.intake.tables.applications import AnswersRow, ApplicationRow
from services.intake.tables.base import Base
from services.intake.tables.catalogue import OfferingRow, ProgrammeRow, RoleRow
from services.intake.tables.clearances import ClearanceRow
from services.intake.tables.consents import ComingOfAgeRow, ConsentRow, ConsentTextRow, ConsentWordRow
from services.intake.tables.deliveries import DeliveryRow
from services.intake.tables.documents import (
    AttestationRow,
    DocumentRow,
    DocumentVersionRow,
    SignatureRow,
    TranslationRow,
)
from services.intake.tables.guardians import GuardianCardRow, GuardianRow
from services.intake.tables.merges import MergeRow
from services.intake.tables.people import HeldClearanceRow, ParticularsRow, PersonRow, PrivateReadRow, ProfileRow
from services.intake.tables.places import CalendarRow, PlaceRow, PolicyRow, ReadinessRow, SiteNoteRow
from services.intake.tables.rosters import RosterRow
from services.intake.tables.stops import StopRow
from services.intake.tables.talks import ClauseAnswerRow, TalkRow

__all__ = [
    "AboutRow",
    "AdmissionRow",
    "AnswersRow",
    "ApplicationRow",
    "AttestationRow",
    "Base",
    "CalendarRow",
    "ClauseAnswerRow",
    "ClearanceRow",
    "ComingOfAgeRow",
    "ConsentRow",
    "ConsentTextRow",
    "ConsentWordRow",
    "ConstraintsRow",
    "DeliveryRow",
    "DocumentRow",
    "DocumentVersionRow",
    "GuardianCardRow",
    "GuardianRow",
    "HeldClearanceRow",
    "MergeRow",
    "OfferingRow",
    "ParticularsRow",
    "PersonRow",
    "PlaceRow",
    "PolicyRow",
    "PrivateReadRow",
    "ProfileRow",
    "ProgrammeRow",
    "ReadinessRow",
    "RelationshipRow",
    "RoleRow",
    "RosterRow",
    "SignatureRow",
    "SiteNoteRow",
    "StopRow",
    "TalkRow",
    "TranslationRow",
    "WishListRow",
]
