"""A patient as the tests of follow-up act on one: recording visits, and looking at the plan and the course."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.lens import Lens
from rems.followup import actions, queries
from rems.followup.models import PlannedVisit
from rems.followup.rules import ContactKind, Survival
from rems.patients import queries as patients
from tests.factories import Hospital, World

TODAY = date(2026, 11, 24)
INFUSED = date(2025, 11, 20)  # day 0 of the patient of most tests: day 369 today
ALIVE: dict[str, Any] = {"contact": ContactKind.ON_SITE, "survival": Survival.ALIVE, "answers": {}}


class Planned(NamedTuple):
    """A row of the planned visits, as plain values."""

    id: UUID
    scope_id: UUID
    code: str
    opens_on: date | None
    target_on: date
    held_on: date | None
    provisional: bool


@dataclass(frozen=True)
class Treated:
    """A patient of a hospital and the coordinator who works there."""

    id: UUID
    hospital: Hospital
    world: World

    @property
    def by(self) -> Actor:
        return self.hospital.coordinator

    def record(self, code: str, on: date, **said: Any) -> UUID:
        """Record a visit; the patient is alive and was seen on site unless the test says otherwise."""
        more = {**ALIVE, "by": self.by, "now": self.world.now, **said}
        return actions.record_visit(self.id, code, holds_on=on, **more)

    def planned(self) -> list[Planned]:
        kept = [getattr(PlannedVisit, name) for name in Planned._fields]
        with reading(self.by):
            query = select(*kept).where(PlannedVisit.patient_id == self.id).order_by(PlannedVisit.target_on)
            return [Planned(*row) for row in db.session.execute(query)]

    def kept(self, code: str) -> tuple[dict[str, Any], str]:
        """The answers of a visit as they are kept, and its reason for being outside the window."""
        with reading(self.by):
            fact = queries.course(patients.patient(self.by, self.id), Lens(TODAY)).line(code).fact
            assert fact
            return fact.answers, fact.late_reason

    def course(self, as_of: date = TODAY, known_at: datetime | None = None) -> queries.Course:
        with reading(self.by):
            return queries.course(patients.patient(self.by, self.id), Lens(as_of, known_at))
