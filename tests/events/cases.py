"""What the tests of events share: an event as reported, and how to look at what was kept."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.events import actions, queries
from rems.events.actions import Happening
from rems.events.grading import CrsInputs, Oxygen
from rems.events.models import AdverseEvent, DeadlineRow
from rems.events.rules import Kind, Outcome, Seriousness
from rems.programs import queries as programs
from tests.factories import EUROPE, Hospital, World

DAY = date(2026, 11, 12)
SEVERE = Happening(
    kind=Kind.CRS,
    term="",
    began_on=DAY,
    site_aware_on=DAY,
    day_zero=DAY,
    seriousness=[Seriousness.HOSPITALIZATION],
    outcome=Outcome.RECOVERING,
    crs_inputs=CrsInputs(temperature_c=39.4, vasopressors=1, oxygen=Oxygen.LOW_FLOW),
)
MILD = replace(
    SEVERE, kind=Kind.INFECTION, term="Pneumonia", seriousness=[], crs_inputs=None, outcome=Outcome.RECOVERED
)


def processor(world: World, code: str = EUROPE, role: Role = Role.CASE_PROCESSOR) -> Actor:
    with reading(Actor.system("test")):
        program_id = programs.key(code)
    return world.account(role, program_id=program_id)


def reported(hospital: Hospital, happened: Happening = SEVERE, patient_id: UUID | None = None) -> UUID:
    patient_id = patient_id or hospital.patient(infused_on=happened.began_on - timedelta(days=3))
    return actions.report(patient_id, happened, by=hospital.coordinator, now=hospital.world.now)


def kept(actor: Actor, event_id: UUID) -> AdverseEvent:
    with reading(actor):
        row = queries.event(actor, event_id)
        db.session.expunge(row)
        return row


def cache(actor: Actor) -> list[tuple[str, date, str]]:
    with reading(actor):
        rows = db.session.scalars(select(DeadlineRow).order_by(DeadlineRow.due_on))
        return [(row.code, row.due_on, row.condition) for row in rows]


def trail(hospital: Hospital, action: str) -> list[dict[str, object]]:
    """What the trail says of this hospital alone: it keeps what other tests wrote."""
    return [e for e in hospital.world.trail(action) if e["scope_id"] in (hospital.scope_id, hospital.site_id)]


def nothing_is_kept(hospital: Hospital, action: str = "events.report") -> bool:
    with reading(Actor.system("test")):
        return not db.session.scalars(select(AdverseEvent)).all() and not trail(hospital, action)
