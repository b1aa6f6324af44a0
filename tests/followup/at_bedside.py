"""What the tests of the bedside do for an infused patient, and the course that comes of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from rems.core.db import db, reading
from rems.core.lens import Lens
from rems.followup.bedside import actions, queries
from rems.followup.bedside.course import Graded
from rems.followup.bedside.queries import Course
from rems.followup.bedside.rules import Observation
from rems.followup.bedside.treatments import Treatment, TreatmentKind
from rems.patients import queries as patients
from tests.followup.bedside import WELL
from tests.followup.treated import Treated

INFUSED = date(2026, 11, 16)  # at 16:20 UTC; the moment of every test is 24 November, day 8
AT = datetime(2026, 11, 16, 16, 20, tzinfo=UTC)


def look(hours: float, temperature: str = "36.8", **more: Any) -> Observation:
    return replace(WELL, at=AT + timedelta(hours=hours), temperature_c=Decimal(temperature), **more)


def keep(treated: Treated, seen: Observation, **said: Any) -> Graded:
    return actions.record_entry(treated.id, seen, **{"by": treated.by, "now": treated.world.now, **said})


def give(treated: Treated, given: Treatment, **said: Any) -> UUID:
    return actions.record_treatment(treated.id, given, **{"by": treated.by, "now": treated.world.now, **said})


def course(treated: Treated, as_of: date = date(2026, 11, 24), known_at: datetime | None = None) -> Course:
    with reading(treated.by):
        patient = patients.patient(treated.by, treated.id)
        found = queries.of_patient(patient, patients.place(treated.by, patient.scope_id), Lens(as_of, known_at))
        assert found is not None
        db.session.expunge_all()  # what was read stays readable when the block ends
        return found


def toci(hours: float, **more: Any) -> Treatment:
    return Treatment(AT + timedelta(hours=hours), TreatmentKind.TOCILIZUMAB, dose_mg=Decimal(592), **more)
