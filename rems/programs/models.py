"""Which programs the database knows, and the digest of each version when it was first loaded."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Keyed


class ProgramRow(Keyed, Base):
    """A program by its code; what it asks stands in config/programs."""

    __tablename__ = "program"
    code: Mapped[str] = mapped_column(unique=True)


class ProgramVersionRow(Keyed, Base):
    """The digest of the rules of a version when it was first loaded; a changed one stops the start."""

    __tablename__ = "program_version"
    __table_args__ = (UniqueConstraint("program_id", "version"),)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    version: Mapped[str]
    digest: Mapped[str]
    loaded_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))
