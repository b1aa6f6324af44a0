"""The fifteen years: planned visits (a cache that one function rebuilds) and visits that took place (facts)."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Fact, Scoped, fact_args
from rems.followup.rules import ContactKind, Survival

UNSET = "held_on IS NULL AND closes_on IS NULL"


class PlannedVisit(Scoped, Base):
    """One visit of a patient's schedule with its window; rebuilt by `followup.steps.plan_visits`, no trail."""

    __tablename__ = "planned_visit"
    __table_args__ = (
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"], ondelete="CASCADE"),
        Index("uq_planned_visit_patient_id_code", "patient_id", "code", unique=True),
        Index("ix_planned_visit_closes_on", "closes_on", postgresql_where="held_on IS NULL"),
        Index("ix_planned_visit_due", "scope_id", "closes_on", postgresql_where="held_on IS NULL"),
        Index("ix_planned_visit_scope_id", "scope_id", "target_on"),
        Index("ix_planned_visit_of_program", "program_id", "closes_on", postgresql_where="held_on IS NULL"),
        Index("ix_planned_visit_unset", "scope_id", "target_on", postgresql_where=UNSET),
        Index("ix_planned_visit_unset_of_program", "program_id", "target_on", postgresql_where=UNSET),
    )
    patient_id: Mapped[UUID]
    code: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    opens_on: Mapped[date | None]
    target_on: Mapped[date]
    closes_on: Mapped[date | None]
    held_on: Mapped[date | None]
    provisional: Mapped[bool]


class Visit(Fact, Base):
    """A visit or contact that took place on `holds_on`, with what was asked."""

    __tablename__ = "visit"
    __table_args__ = fact_args(
        "visit",
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        CheckConstraint("code <> ''", name="has_a_code"),
        Index("ix_visit_patient_id", "patient_id", "code"),
    )
    patient_id: Mapped[UUID]
    code: Mapped[str]
    contact: Mapped[ContactKind]
    survival: Mapped[Survival]
    answers: Mapped[dict[str, Any]]
    late_reason: Mapped[str]
    note: Mapped[str] = mapped_column()
