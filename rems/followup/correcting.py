"""Correct an infusion: first what would move is shown, then the visits that lie ahead are planned anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, IllegalMove, StaleRecord
from rems.core.lens import Lens
from rems.core.states import CHANGED
from rems.followup import queries
from rems.followup.queries import Course
from rems.followup.rules import outside
from rems.followup.schedule import Visit, plan_over
from rems.followup.steps import plan_visits
from rems.patients import correcting as patient_steps
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.patients.rules import said
from rems.patients.steps import alone


@dataclass(frozen=True)
class Moved:
    """One visit before and after a correction; `held_on` and whether that day then lies outside the window."""

    before: Visit
    after: Visit
    held_on: date | None
    falls_outside: bool

    @property
    def moves(self) -> bool:
        return (self.before.target_on, self.before.window) != (self.after.target_on, self.after.window)


def moves(patient: Patient, course: Course, infused_on: date) -> list[Moved]:
    """What a corrected day of the infusion does to each visit of the schedule; nothing is written."""
    told = queries.tracks_of(patient, course.turns)
    after = {visit.code: visit for visit in plan_over(told, infused_on=infused_on)}
    found = []
    for line in course.lines:
        if (new := after.get(line.visit.code)) is not None:
            falls = line.held_on is not None and outside(new, line.held_on) and not outside(line.visit, line.held_on)
            found.append(Moved(line.visit, new, line.held_on, falls))
    return found


def correct_infusion(
    patient_id: UUID,
    *,
    seen: UUID,
    infused_at: datetime,
    location_id: UUID,
    lot: str,
    bags: int,
    reason: str,
    looked_at: date | None,
    by: Actor,
    now: datetime,
) -> UUID:
    """The infusion as it really was, with a reason; the visits count from its day. What was held keeps its day.

    `looked_at` is the day for which the caller showed what moves; a day that moves something must have been looked at.
    Raises NotFound, NotAllowed, BadInput with the field, IllegalMove, StaleRecord.
    """
    with transaction(by, "followup.correct_infusion", reason.strip(), at=now) as session:
        patient = patients.patient(by, patient_id)
        require(by, Permission.PATIENT_INFUSE, scope_id=patient.scope_id, program_id=patient.program_id)
        alone(patient_id)
        zone = patients.place(by, patient.scope_id).site.timezone
        course = queries.course(patient, Lens(day_in(zone, now)))
        old = course.infusion
        if old is None:
            raise IllegalMove(f"{patient.number} is not infused yet, so there is nothing to correct.")
        if old.id != seen:
            raise StaleRecord(CHANGED)
        if not reason.strip():
            raise BadInput("Reason is missing: say why the infusion is corrected.", "reason")
        on = day_in(zone, infused_at)
        check_course(course, on)
        if on != old.holds_on and looked_at != on:
            raise BadInput("Look first at what moves with the new day, then correct it.", "looked_at")
        new = patient_steps.correct_infusion(
            patient, old, infused_at=infused_at, location_id=location_id, lot=lot, bags=bags, by=by, now=now
        )
        session.flush()
        plan_visits(patient, from_on=new.holds_on, provisional=False)
    return new.id


def check_course(course: Course, on: date) -> None:
    """Nothing of the follow-up lies before the infusion. Raises BadInput that names what would."""
    held: Sequence[tuple[date, str]] = [(line.held_on, line.visit.title) for line in course.lines if line.held_on]
    early = [f"{title} was held on {said(day)}" for day, title in held if day < on]
    if course.died_on and course.died_on < on:
        early.append(f"the patient died on {said(course.died_on)}")
    early += [f"follow-up took a turn on {said(turn.on)}" for turn in course.turns if turn.on < on]
    if early:
        raise BadInput(
            f"Moment of the infusion: {said(on)} would lie after what came of it: {'; '.join(early[:3])}.", "infused_at"
        )
