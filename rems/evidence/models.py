"""Dated facts about a site, a person, a patient or an infusion that can meet requirements."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from rems.core.db import Base, Fact, fact_args
from rems.evidence.rules import EvidenceKind, SubjectKind


class Evidence(Fact, Base):
    """One piece of evidence, in force from `holds_on` to `until_on` (None: until superseded).

    `program_id` empty: it serves every program of the site. `source_table` and `source_id` name where it came from.
    """

    __tablename__ = "evidence"
    __table_args__ = fact_args(
        "evidence",
        CheckConstraint("until_on IS NULL OR until_on >= holds_on", name="ends_after_it_begins"),
        Index("ix_evidence_scope_id", "scope_id", "kind", "holds_on"),
        Index("ix_evidence_subject_id", "subject_id", "kind"),
    )
    __entry__ = ("scope.site_id", "scope.program_id")  # a site's own fact that serves one of its programs

    kind: Mapped[EvidenceKind]
    subject_kind: Mapped[SubjectKind]
    subject_id: Mapped[UUID]
    until_on: Mapped[date | None]
    summary: Mapped[str]
    detail: Mapped[dict[str, Any]]
    source_table: Mapped[str]
    source_id: Mapped[UUID]
