"""That a site may treat under a program, from a day on."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Fact, fact_args


class Certification(Fact, Base):
    """A certificate: number, the rules it was given under, and the findings of its day."""

    __tablename__ = "certification"
    __table_args__ = fact_args("certification", Index("ix_certification_scope_id", "scope_id", "holds_on"))
    number: Mapped[str] = mapped_column(unique=True)
    program_version: Mapped[str]
    rules_digest: Mapped[str]
    findings: Mapped[dict[str, Any]]
    known_at: Mapped[datetime]
