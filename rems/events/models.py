"""Adverse events as the site reports them, and the deadlines that follow (a cache)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Fact, Scoped, fact_args


class AdverseEvent(Fact, Base):
    """One untoward happening in one patient: `holds_on` is its onset, `day_zero` when the company had a valid case.

    `not_serious_reason`: why no criterion is ticked where the triage expects one. `came_from`: where it came to light,
    such as a visit; empty: it was reported.
    """

    __tablename__ = "adverse_event"
    __table_args__ = fact_args(
        "adverse_event",
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        ForeignKeyConstraint(["infusion_id", "scope_id"], ["infusion.id", "infusion.scope_id"]),
        CheckConstraint("term <> ''", name="says_what_happened"),
        CheckConstraint("grade BETWEEN 0 AND 5", name="grade_is_a_grade"),
        CheckConstraint("computed_grade BETWEEN 0 AND 5", name="computed_grade_is_a_grade"),
        CheckConstraint(
            "grade IS NOT DISTINCT FROM computed_grade OR computed_grade IS NULL OR grade_reason <> ''",
            name="difference_has_a_reason",
        ),
        CheckConstraint("site_aware_on >= holds_on", name="aware_after_onset"),
        CheckConstraint("day_zero >= site_aware_on - 1", name="company_after_site"),  # its calendar may be a day behind
        Index("ix_adverse_event_patient_id", "patient_id"),
        Index("ix_adverse_event_scope_id", "scope_id", "day_zero"),
    )
    case_number: Mapped[str] = mapped_column(index=True)
    patient_id: Mapped[UUID]
    infusion_id: Mapped[UUID | None]
    term: Mapped[str]
    group: Mapped[str]
    narrative: Mapped[str]
    ended_on: Mapped[date | None]
    outcome: Mapped[str]
    seriousness: Mapped[list[str]]
    not_serious_reason: Mapped[str]
    expected: Mapped[bool | None]
    grade_system: Mapped[str]
    grade: Mapped[int | None]
    computed_grade: Mapped[int | None]
    grade_inputs: Mapped[dict[str, Any] | None]
    grade_steps: Mapped[list[str]]
    grade_reason: Mapped[str]
    site_aware_on: Mapped[date]
    day_zero: Mapped[date]
    day_zero_zone: Mapped[str]
    received_at: Mapped[datetime]
    reporter: Mapped[str]
    program_version: Mapped[str]
    came_from: Mapped[str] = mapped_column(server_default=text("''"), default="")


class DeadlineRow(Scoped, Base):
    """The day a clock ends for a case: a cache of its state in force, rebuilt by `rebuild_deadlines`; no trail."""

    __tablename__ = "deadline"
    __table_args__ = (
        ForeignKeyConstraint(
            ["event_id", "scope_id"], ["adverse_event.id", "adverse_event.scope_id"], ondelete="CASCADE"
        ),
        Index("uq_deadline_event_id_code", "event_id", "code", unique=True),
        Index("ix_deadline_due_on", "due_on"),
    )
    event_id: Mapped[UUID]
    code: Mapped[str]
    due_on: Mapped[date]
    cite: Mapped[str]
    what: Mapped[str]
    condition: Mapped[str]
