"""Who was given the words of a conduct document, and when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.tables.base import Base
from services.intake.tables.documents import SIGNED
from shared.db import PUBLIC


class DeliveryRow(Base):
    """The words of a version were given to a person (R56); that they agree to them is their signature.

    `given_by`: the person's own id where they opened them, or who read them out. The first time is kept.
    """

    __tablename__ = "document_delivery"
    __table_args__ = (
        Index(None, "document", "version", "person"),
        ForeignKeyConstraint(["document", "version"], ["document_version.document", "document_version.version"]),
    )

    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), primary_key=True, info=PUBLIC)
    document: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    version: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    language: Mapped[str] = mapped_column(info=SIGNED)
    given_by: Mapped[str] = mapped_column(info=SIGNED)
    given_at: Mapped[datetime] = mapped_column(info=SIGNED)
