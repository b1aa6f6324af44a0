"""Rebuild the planned visits of a patient inside the open transaction of the use case that changes them."""

from collections.abc import Sequence
from datetime import date
from uuid import uuid5

from sqlalchemy import delete

from rems.core.db import db, require_transaction
from rems.core.rows import insert_at_once
from rems.followup import queries
from rems.followup.models import PlannedVisit
from rems.followup.schedule import is_asked, plan_over
from rems.followup.turns import queries as turns
from rems.followup.turns import rules
from rems.followup.turns.rules import Turn
from rems.patients.models import Patient


def plan_visits(patient: Patient, *, from_on: date, provisional: bool) -> int:
    """Lay out every visit of the patient's schedule anew, counted from a day.

    What was held keeps its day; what would fall after a death, or a stop of the follow-up, is left out. `provisional`:
    the infusion is only planned. Returns how many visits stand. Four statements at most, however long the schedule.
    """
    require_transaction("planning visits")
    db.session.execute(delete(PlannedVisit).where(PlannedVisit.patient_id == patient.id))
    return lay_out(patient, from_on=from_on, provisional=provisional, told=turns.of(patient))


def lay_out(patient: Patient, *, from_on: date, provisional: bool, told: Sequence[Turn] = ()) -> int:
    """The same for a patient who has no planned visits, by the turns `told`: the one place that writes this cache."""
    require_transaction("planning visits")
    facts = [] if provisional else queries.visits(patient)  # no visit is recorded before the infusion
    held = {row.code: row.holds_on for row in facts}
    ended_on = rules.earliest(queries.death(facts), rules.stopped_on(told, date.max))
    rows = [
        {
            "id": uuid5(patient.id, visit.code),  # the same at every rebuild: reminders tell by it what they have told
            "scope_id": patient.scope_id,
            "program_id": patient.program_id,
            "patient_id": patient.id,
            "code": visit.code,
            "title": visit.title,
            "kind": str(visit.kind),
            "opens_on": visit.opens_on,
            "target_on": visit.target_on,
            "closes_on": visit.closes_on,
            "held_on": held.get(visit.code),
            "provisional": provisional,
        }
        for visit in plan_over(queries.tracks_of(patient, told), infused_on=from_on)
        if visit.code in held or is_asked(visit, ended_on=ended_on)
    ]
    insert_at_once(PlannedVisit, rows)
    return len(rows)
