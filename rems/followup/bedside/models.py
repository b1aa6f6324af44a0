"""What is kept of the course after an infusion: entries, treatments and samples. Grades are worked out, never kept."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Fact, fact_args
from rems.events.grading import Oxygen
from rems.events.icans import Consciousness, Edema, Seizure
from rems.followup.bedside.rules import IceState, Pressure
from rems.followup.bedside.treatments import TreatmentKind


class BedsideEntry(Fact, Base):
    """One look at the patient: `holds_on` is the day of the site, `seen_at` the moment (UTC)."""

    __tablename__ = "bedside_entry"
    __table_args__ = fact_args(
        "bedside_entry",
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        CheckConstraint("temperature_c BETWEEN 25 AND 45", name="temperature_can_be"),
        CheckConstraint("(systolic IS NULL) = (diastolic IS NULL)", name="pressure_has_both_numbers"),
        CheckConstraint("systolic > diastolic", name="pressure_can_be"),
        Index("ix_bedside_entry_patient_id", "patient_id", "seen_at"),
    )
    patient_id: Mapped[UUID]
    seen_at: Mapped[datetime]
    temperature_c: Mapped[Decimal] = mapped_column(Numeric(3, 1))
    systolic: Mapped[int | None]
    diastolic: Mapped[int | None]
    pressure: Mapped[Pressure]
    vasopressin: Mapped[bool]
    oxygen: Mapped[Oxygen]
    airway_only: Mapped[bool]
    fever_other_cause: Mapped[bool]
    ice_state: Mapped[IceState]
    ice: Mapped[dict[str, Any]]
    consciousness: Mapped[Consciousness | None]
    seizure: Mapped[Seizure]
    motor_weakness: Mapped[bool]
    edema: Mapped[Edema]


class BedsideTreatment(Fact, Base):
    """What was given in the course, at `given_at` (UTC). `vials` of `lot` were taken off the stock of the site."""

    __tablename__ = "bedside_treatment"
    __table_args__ = fact_args(
        "bedside_treatment",
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        CheckConstraint("dose_mg > 0", name="dose_is_something"),
        CheckConstraint("kind <> 'tocilizumab' OR dose_mg IS NOT NULL", name="tocilizumab_has_a_dose"),
        CheckConstraint("(vials IS NULL) = (lot = '')", name="vials_are_of_a_lot"),
        Index("ix_bedside_treatment_patient_id", "patient_id", "given_at"),
    )
    patient_id: Mapped[UUID]
    given_at: Mapped[datetime]
    kind: Mapped[TreatmentKind]
    name: Mapped[str]
    dose_mg: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    lot: Mapped[str]
    vials: Mapped[int | None]


class BedsideSample(Fact, Base):
    """One marker of a blood sample taken at `taken_at` (UTC), as the laboratory wrote it. `bound`: empty, < or >."""

    __tablename__ = "bedside_sample"
    __table_args__ = fact_args(
        "bedside_sample",
        ForeignKeyConstraint(["patient_id", "scope_id"], ["patient.id", "patient.scope_id"]),
        CheckConstraint("value >= 0", name="value_is_not_negative"),
        CheckConstraint("bound IN ('', '<', '>')", name="bound_is_one"),
        CheckConstraint("marker <> '' AND unit <> ''", name="says_of_what"),
        Index("ix_bedside_sample_patient_id", "patient_id", "taken_at"),
    )
    patient_id: Mapped[UUID]
    taken_at: Mapped[datetime]
    marker: Mapped[str]
    bound: Mapped[str]
    value: Mapped[Decimal] = mapped_column(Numeric(13, 4))
    unit: Mapped[str]
