"""Rebuild the planned visits of a patient inside the open transaction of the use case that changes them."""

from datetime import date
from uuid import uuid5

from sqlalchemy import delete, insert

from rems.core.db import db, require_transaction
from rems.followup import queries
from rems.followup.models import PlannedVisit
from rems.followup.schedule import is_asked, plan_over
from rems.followup.turns import queries as turns
from rems.followup.turns import rules
from rems.patients.models import Patient


def plan_visits(patient: Patient, *, from_on: date, provisional: bool, new: bool = False) -> int:
    """Lay out every visit of the patient's schedule anew, counted from a day; the one place that writes this cache.

    What was held keeps its day; what would fall after a death, or a stop of the follow-up, is left out. `provisional`:
    the infusion is only planned. `new`: the patient was enrolled in this very transaction, so there are no facts yet.
    Returns how many visits stand. Four statements at most, however long the schedule.
    """
    require_transaction("planning visits")
    facts = [] if provisional else queries.visits(patient)  # no visit is recorded before the infusion
    held = {row.code: row.holds_on for row in facts}
    told = [] if new else turns.of(patient)
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
    db.session.execute(delete(PlannedVisit).where(PlannedVisit.patient_id == patient.id))
    if rows:
        # Without render_nulls, visits held and not held would go in a statement each.
        db.session.execute(insert(PlannedVisit).execution_options(render_nulls=True), rows)
    return len(rows)
