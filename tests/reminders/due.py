"""What comes near its end, put into the tables that the plan reads."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from rems.access import actions as access
from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading, transaction
from rems.core.ids import uuid7
from rems.events import actions as events
from rems.events.actions import Happening
from rems.events.models import DeadlineRow
from rems.events.rules import Kind, Outcome
from rems.followup.models import PlannedVisit
from rems.patients.models import Patient
from rems.reminders.models import Reminder
from rems.stock import actions as stock
from tests.factories import ADMIN, PASSWORD, Hospital

SYSTEM = Actor.system("test")


def visit(hospital: Hospital, closes_on: date | None, patient_id: UUID | None = None, **more: Any) -> UUID:
    """A planned visit whose window closes on that day."""
    patient_id = patient_id or hospital.patient(enrolled_on=date(2026, 1, 5))
    key = uuid7()
    with transaction(SYSTEM, "test.plan_visit", at=hospital.world.now) as session:
        patient = session.get_one(Patient, patient_id)
        values = {"code": f"V{key.hex[-6:]}", "title": "Day-100 assessment", "kind": "visit", "provisional": False}
        values |= {"opens_on": None, "target_on": closes_on or date(2027, 1, 1), "closes_on": closes_on, **more}
        place = {"scope_id": patient.scope_id, "program_id": patient.program_id, "patient_id": patient.id}
        session.add(PlannedVisit(id=key, **place, **values))
    return key


def lot(hospital: Hospital, expires_on: date, *, vials: int = 4) -> UUID:
    """A lot with vials left that expires on that day."""
    return stock.receive(
        hospital.site_id,
        hospital.location_id,
        lot=f"B{vials}",
        strength_mg=400,
        vials=vials,
        expires_on=expires_on,
        holds_on=date(2026, 2, 1),
        by=hospital.coordinator,
        now=hospital.world.now,
    )


def case(hospital: Hospital, *, day_zero: date) -> tuple[UUID, list[tuple[str, date]]]:
    """A serious unexpected event; its key, and the deadlines that run for it."""
    happened = Happening(
        Kind.OTHER,
        "Cardiac arrest",
        began_on=day_zero,
        site_aware_on=day_zero,
        day_zero=day_zero,
        seriousness=(),
        outcome=Outcome.RECOVERED,
        ended_on=day_zero,
        not_serious_reason="It was over at once.",
    )
    patient_id = hospital.patient(enrolled_on=date(2026, 1, 5))
    key = events.report(patient_id, happened, by=hospital.coordinator, now=hospital.world.now)
    with reading(SYSTEM):
        rows = db.session.scalars(select(DeadlineRow).where(DeadlineRow.event_id == key).order_by(DeadlineRow.due_on))
        return key, [(row.what, row.due_on) for row in rows]


def holder(
    hospital: Hospital, role: Role, *, from_on: date, until_on: date | None = None, email: str = "more@test.example"
) -> UUID:
    """One more account that holds a role at the site in these days."""
    key = access.create_account(email, "One More", PASSWORD, by=ADMIN, now=hospital.world.now)
    days = {"from_on": from_on, "until_on": until_on}
    access.grant(key, role, site_id=hospital.site_id, **days, by=ADMIN, now=hospital.world.now)
    return key


def reminders() -> list[Reminder]:
    """Every reminder there is, by day and key."""
    with reading(SYSTEM):
        found = list(db.session.scalars(select(Reminder).order_by(Reminder.due_on, Reminder.id)))
        db.session.expunge_all()
        return found


def at(day: date, *, hour: int = 12) -> datetime:
    """That hour (UTC) of a day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def days_before(day: date, days: int) -> datetime:
    return at(day - timedelta(days=days))


def jobs_waiting() -> int:
    with reading(SYSTEM):
        found: int = db.session.scalar(text("select count(*) from procrastinate_jobs where status = 'todo'"))
        return found
