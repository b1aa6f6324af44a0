"""Which programs the database knows, and the digest of each version when it was first loaded."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Keyed


class ProgramRow(Keyed, Base):
    """A program by its code; what it asks stands in config/programs."""

    __tablename__ = "program"
    code: Mapped[str] = mapped_column(unique=True)


class ProgramVersionRow(Keyed, Base):
    """The rules of a version when it was first loaded, and their digest; a changed one stops the start.

    `rules` is canonical JSON; null until the next start where a version was loaded before rules were kept.
    """

    __tablename__ = "program_version"
    __table_args__ = (UniqueConstraint("program_id", "version"),)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    version: Mapped[str]
    digest: Mapped[str]
    rules: Mapped[str | None]
    loaded_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))


class RuleExceptionRow(Keyed, Base):
    """The rules of an exception when it was first loaded for a program, and their digest."""

    __tablename__ = "rule_exception"
    __table_args__ = (UniqueConstraint("program_id", "code"),)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    code: Mapped[str]
    digest: Mapped[str]
    rules: Mapped[str]
    loaded_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))


class ProgramStateRow(Keyed, Base):
    """What of a program may change without a new version, each time it changed; see `knowing.content`."""

    __tablename__ = "program_state"
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    loaded_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))
