"""Patients under a pseudonym, their gate, and their infusion."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, UniqueConstraint, desc, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Fact, Scoped, fact_args
from rems.patients.rules import Sex


class Patient(Scoped, Base):
    """One patient of a site in a program, by registry number only; no name, no full birth date."""

    __tablename__ = "patient"
    __table_args__ = (
        UniqueConstraint("id", "scope_id"),
        UniqueConstraint("scope_id", "number"),
        CheckConstraint("number <> ''", name="has_a_number"),
        CheckConstraint("birth_year BETWEEN 1900 AND 2100", name="birth_year_is_a_year"),
        Index("ix_patient_scope_page", "scope_id", desc("enrolled_on"), desc("id")),
        Index("ix_patient_page", desc("enrolled_on"), desc("id")),
        Index("ix_patient_folded", "scope_id", "folded"),
    )
    number: Mapped[str]
    folded: Mapped[str]
    sex: Mapped[Sex]
    birth_year: Mapped[int]
    indication: Mapped[str]
    prior_lines: Mapped[int | None]
    product: Mapped[str]
    track: Mapped[str]
    program_version: Mapped[str]
    enrolled_on: Mapped[date]
    planned_infusion_on: Mapped[date | None]
    came_from_id: Mapped[UUID | None]  # the record of the same patient at the site that handed the patient on
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class PatientFact(Fact, Base):
    """A dated fact of a patient: weight, consent, wallet card, product receipt, answers to the deferral questions."""

    __tablename__ = "patient_fact"
    __table_args__ = fact_args(
        "patient_fact",
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        CheckConstraint("kind <> 'weight' OR weight_kg BETWEEN 1 AND 400", name="weight_is_a_weight"),
        Index("ix_patient_fact_patient_id", "patient_id", "kind", "holds_on"),
    )
    patient_id: Mapped[UUID]
    kind: Mapped[str]
    weight_kg: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    detail: Mapped[dict[str, Any]]


class Authorization(Fact, Base):
    """The yes of the gate: a short code, how long it is valid (UTC), and the checks that led to it."""

    __tablename__ = "authorization"
    __table_args__ = fact_args(
        "authorization",
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        Index("ix_authorization_patient_id", "patient_id"),
    )
    patient_id: Mapped[UUID]
    code: Mapped[str] = mapped_column(unique=True)
    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"))
    valid_until: Mapped[datetime]
    checks: Mapped[dict[str, Any]]
    program_version: Mapped[str]


class Infusion(Fact, Base):
    """The giving of the product: `holds_on` is the calendar day of the place, `infused_at` the moment (UTC).

    One given before the site worked with this system has no authorization, but says in `taken_over` where it is from.
    """

    __tablename__ = "infusion"
    __table_args__ = fact_args(
        "infusion",
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        ForeignKeyConstraint(["authorization_id", "scope_id"], ["authorization.id", "authorization.scope_id"]),
        CheckConstraint("bags > 0", name="gives_something"),
        CheckConstraint("(authorization_id IS NULL) = (taken_over <> '')", name="authorized_or_taken_over"),
        Index("ix_infusion_patient_id", "patient_id"),
        Index("ix_infusion_scope_id", "scope_id", "holds_on"),
    )
    patient_id: Mapped[UUID]
    authorization_id: Mapped[UUID | None]
    infused_at: Mapped[datetime]
    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"))
    product: Mapped[str]
    lot: Mapped[str]
    bags: Mapped[int]
    taken_over: Mapped[str] = mapped_column(server_default=text("''"), default="")


class StopOverride(Fact, Base):
    """A legal stop of the gate was overridden for one authorization: which checks, why; signed with it.

    `holds_on` is the day of the planned infusion, `stops` the title and the reason of each check that stood open.
    """

    __tablename__ = "stop_override"
    __table_args__ = fact_args(
        "stop_override",
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        ForeignKeyConstraint(["authorization_id", "scope_id"], ["authorization.id", "authorization.scope_id"]),
        CheckConstraint("reason <> ''", name="says_why"),
        Index("ix_stop_override_scope_id", "scope_id", "holds_on"),
        Index("ix_stop_override_patient_id", "patient_id"),
    )
    patient_id: Mapped[UUID]
    authorization_id: Mapped[UUID]
    stops: Mapped[dict[str, Any]]
    reason: Mapped[str]


class OverrideReport(Fact, Base):
    """An override was reported on a day: to whom, and under which reference of theirs."""

    __tablename__ = "override_report"
    __table_args__ = fact_args(
        "override_report",
        ForeignKeyConstraint(["override_id", "scope_id"], ["stop_override.id", "stop_override.scope_id"]),
        CheckConstraint("reported_to <> ''", name="says_to_whom"),
        Index("uq_override_report_override_id", "override_id", unique=True, postgresql_where=text("NOT void")),
    )
    override_id: Mapped[UUID]
    reported_to: Mapped[str]
    reference: Mapped[str]
