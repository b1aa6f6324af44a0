"""Dated facts about a site, a person, a patient or an infusion that can meet requirements."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from rems.core.db import Base, Fact, fact_args
from rems.evidence.rules import EvidenceKind, SubjectKind


class Evidence(Fact, Base):
    """One piece of evidence, in force from `holds_on` to `until_on` (None: until superseded).

    It serves the program that it is put under. `shared_from_id`: what the site gave under another of its programs and
    put under this one too. `source_table` and `source_id` name where it came from.
    """

    __tablename__ = "evidence"
    __table_args__ = fact_args(
        "evidence",
        ForeignKeyConstraint(["shared_from_id", "scope_id"], ["evidence.id", "evidence.scope_id"]),
        CheckConstraint("until_on IS NULL OR until_on >= holds_on", name="ends_after_it_begins"),
        CheckConstraint("program_id IS NOT NULL", name="serves_a_program"),
        Index("ix_evidence_scope_id", "scope_id", "kind", "holds_on"),
        Index("ix_evidence_subject_id", "subject_id", "kind"),
        Index("ix_evidence_shared_from_id", "shared_from_id"),
    )
    __entry__ = ("scope.site_id", "scope.program_id")  # it stands in the site's home scope, under one of its programs

    kind: Mapped[EvidenceKind]
    subject_kind: Mapped[SubjectKind]
    subject_id: Mapped[UUID]
    until_on: Mapped[date | None]
    summary: Mapped[str]
    detail: Mapped[dict[str, Any]]
    source_table: Mapped[str]
    source_id: Mapped[UUID]
    shared_from_id: Mapped[UUID | None]

    @property
    def root_id(self) -> UUID:
        """What the site gave in the first place: the same for every program that it is put under."""
        return self.shared_from_id or self.id

    @property
    def put_by(self) -> str:
        """Who put it under the program."""
        return (self.recorded_by or "").split(" <")[0]
