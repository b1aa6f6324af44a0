"""Note attempts to reach a patient; another track, lost, found again, completed. Each turn plans the visits anew."""

from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput, IllegalMove, NotFound
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.core.states import next_state
from rems.followup import queries as followup
from rems.followup.queries import Course
from rems.followup.steps import plan_visits
from rems.followup.turns import queries, rules
from rems.followup.turns.models import ContactAttempt, FollowupTurn
from rems.followup.turns.rules import Outcome, TurnKind, Way
from rems.patients import queries as patients
from rems.patients import steps as patient_steps
from rems.patients.models import Patient
from rems.patients.rules import check_day, said


def note_attempt(
    patient_id: UUID, *, holds_on: date, way: Way, outcome: Outcome, note: str, by: Actor, now: datetime
) -> UUID:
    """Note that somebody tried on a day to reach a patient. Raises NotFound, NotAllowed, BadInput with the field."""
    with transaction(by, "followup.note_attempt", at=now) as session:
        patient, course, today = _to_change(patient_id, by, now)
        check_day(holds_on, today=today, field="holds_on", what="Day of the attempt")
        if holds_on < course.from_on and not course.provisional:
            raise BadInput(
                f"Day of the attempt: {said(holds_on)} is before the infusion on {said(course.from_on)}.", "holds_on"
            )
        rules.check_attempt(way, holds_on, died_on=course.died_on)
        if outcome is Outcome.NO_RECORD and way is not Way.VITAL_STATUS:
            raise BadInput("Only a vital-status source can have no word of the patient.", "outcome")
        row = ContactAttempt(
            id=uuid7(),
            scope_id=patient.scope_id,
            program_id=patient.program_id,
            holds_on=holds_on,
            patient_id=patient.id,
            way=way,
            outcome=outcome,
            note=note.strip(),
        )
        session.add(row)
    return row.id


def take_attempt_back(attempt_id: UUID, *, reason: str, by: Actor, now: datetime) -> None:
    """An attempt was never made. Raises NotFound, NotAllowed, BadInput without a reason."""
    with transaction(by, "followup.take_attempt_back", reason.strip(), at=now):
        row = db.session.scalars(facts(ContactAttempt).where(ContactAttempt.id == attempt_id)).one_or_none()
        if row is None:
            raise NotFound("There is no such attempt, or it was taken back already.")
        require(by, Permission.VISIT_RECORD, scope_id=row.scope_id, program_id=row.program_id)
        _check_reason(reason)
        next_state(row, void=True)


def change_track(patient_id: UUID, *, track: str, on: date, reason: str, by: Actor, now: datetime) -> UUID:
    """From a day on another schedule holds: what lies ahead is planned anew, what lies behind stays.

    Raises NotFound, NotAllowed, BadInput with the field, IllegalMove where follow-up stands still.
    """
    with transaction(by, "followup.change_track", reason.strip(), at=now):
        patient, course, today = _to_change(patient_id, by, now)
        check_day(on, today=today, field="on", what="From")
        _check_goes_on(course)
        place = patients.place(by, patient.scope_id)
        if track not in place.program.tracks:
            raise BadInput(f'{place.program.title} offers no follow-up schedule "{track}".', "track")
        if track == course.schedule.code:
            raise BadInput(f"{course.schedule.title} is the schedule of this patient already.", "track")
        if on < course.from_on:
            raise BadInput(f"From: {said(on)} is before the infusion on {said(course.from_on)}.", "on")
        if course.turns and on < max(turn.on for turn in course.turns):
            raise BadInput("From: follow-up took another turn after that day; choose a later one.", "on")
        row = _turn(patient, TurnKind.TRACK, on, reason, track=track)
        _plan(patient, course)
    return row.id


def lose(patient_id: UUID, *, on: date, reason: str, by: Actor, now: datetime) -> UUID:
    """A patient counts as lost from a day on, after the attempts that the installation asks for; nothing is due then.

    Raises NotFound, NotAllowed, BadInput with the field, IllegalMove.
    """
    with transaction(by, "followup.lose", reason.strip(), at=now):
        patient, course, today = _to_change(patient_id, by, now)
        check_day(on, today=today, field="on", what="Lost since")
        _check_infused(course)
        _check_goes_on(course)
        since = last_seen(course)
        if on <= since:
            raise BadInput(f"Lost since: the patient was seen on {said(since)}.", "on")
        tried = [(a.holds_on, a.outcome) for a in queries.attempts(patient.id, patient.scope_id) if a.holds_on > since]
        place = patients.place(by, patient.scope_id)
        rules.check_lost(course.turns, tried, on, needed=place.program.local.contact_attempts or 0)
        row = _turn(patient, TurnKind.LOST, on, reason)
        _plan(patient, course)
    return row.id


def find(patient_id: UUID, *, on: date, reason: str, by: Actor, now: datetime) -> UUID:
    """A lost patient was found again; what lies ahead is due. Raises NotFound, NotAllowed, BadInput, IllegalMove."""
    with transaction(by, "followup.find", reason.strip(), at=now):
        patient, course, today = _to_change(patient_id, by, now)
        check_day(on, today=today, field="on", what="Found again on")
        rules.check_found(course.turns, on)
        row = _turn(patient, TurnKind.FOUND, on, reason)
        _plan(patient, course)
    return row.id


def complete(patient_id: UUID, *, on: date, reason: str, by: Actor, now: datetime) -> UUID:
    """The last day of follow-up has come, and it is closed. Raises NotFound, NotAllowed, BadInput, IllegalMove."""
    with transaction(by, "followup.complete", reason.strip(), at=now):
        patient, course, today = _to_change(patient_id, by, now)
        check_day(on, today=today, field="on", what="Completed on")
        _check_infused(course)
        _check_goes_on(course)
        open_ = [line.visit.title for line in course.lines if line.state in followup.STILL_OPEN]
        rules.check_completed(course.turns, on, ends_on=course.ends_on, open_visits=open_)
        row = _turn(patient, TurnKind.COMPLETED, on, reason)
        _plan(patient, course)
    return row.id


def take_back(turn_id: UUID, *, reason: str, by: Actor, now: datetime) -> None:
    """The newest turn was a mistake: follow-up goes on as if it had not been.

    Raises NotFound, NotAllowed, BadInput without a reason, IllegalMove for an older one, or one that handed on.
    """
    with transaction(by, "followup.take_turn_back", reason.strip(), at=now):
        row = db.session.scalars(facts(FollowupTurn).where(FollowupTurn.id == turn_id)).one_or_none()
        if row is None:
            raise NotFound("There is no such turn of a follow-up, or it was taken back already.")
        patient, course, _ = _to_change(row.patient_id, by, now)
        _check_reason(reason)
        if queries.rows(patient)[-1].id != row.id:
            raise IllegalMove("Only the newest turn is taken back; what came after it rests on it.")
        if row.kind is TurnKind.HANDED_ON:
            raise IllegalMove("The other site follows this patient now; it hands the patient back.")
        next_state(row, void=True)
        _plan(patient, course)


def last_seen(course: Course) -> date:
    """The day on which somebody last knew how the patient is: a visit, the infusion, or being found again."""
    held = [line.held_on for line in course.lines if line.held_on]
    found = [turn.on for turn in course.turns if turn.kind is TurnKind.FOUND]
    return max([course.from_on, *held, *found])


def _to_change(patient_id: UUID, by: Actor, now: datetime) -> tuple[Patient, Course, date]:
    """The patient whose follow-up the actor may record, alone until the transaction ends, and how it stands today."""
    patient = patients.patient(by, patient_id)
    require(by, Permission.VISIT_RECORD, scope_id=patient.scope_id, program_id=patient.program_id)
    patient_steps.alone(patient_id)
    today = day_in(patients.place(by, patient.scope_id).site.timezone, now)
    return patient, followup.course(patient, Lens(today)), today


def _check_infused(course: Course) -> None:
    if course.provisional:
        raise IllegalMove("This patient is not infused yet, so there is no follow-up to end.")


def _check_goes_on(course: Course) -> None:
    if course.died_on is not None:
        raise IllegalMove(f"The patient died on {said(course.died_on)}; follow-up ended with that.")
    if course.stopped_on is not None:
        raise IllegalMove(f"{course.standing.words} since {said(course.stopped_on)}; find or take that back first.")


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput("Reason is missing: say why.", "reason")


def _turn(patient: Patient, kind: TurnKind, on: date, reason: str, *, track: str = "") -> FollowupTurn:
    _check_reason(reason)
    row = FollowupTurn(
        id=uuid7(),
        scope_id=patient.scope_id,
        program_id=patient.program_id,
        holds_on=on,
        patient_id=patient.id,
        kind=kind,
        track=track,
        reason=reason.strip(),
    )
    db.session.add(row)
    return row


def _plan(patient: Patient, course: Course) -> None:
    db.session.flush()
    plan_visits(patient, from_on=course.from_on, provisional=course.provisional)
