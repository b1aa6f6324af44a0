"""The pages of a follow-up that takes a turn: who was tried to be reached, another track, lost, found, completed."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.followup import queries as followup
from rems.followup.desk import bp
from rems.followup.handover import queries as offers
from rems.followup.turns import actions, papers, queries
from rems.followup.turns.forms import AttemptForm, BackForm, TrackForm, TurnForm
from rems.followup.turns.rules import Outcome, Standing, TurnKind, Way
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.patients.queries import Place
from rems.programs import queries as programs
from rems.web.downloads import file_answer
from rems.web.forms import BaseForm
from rems.web.lens import current_lens
from rems.web.sending import filled, holds, short_form

BOTH = ["GET", "POST"]
TURN_WORDS = {
    TurnKind.TRACK: "Another schedule",
    TurnKind.LOST: "Lost to follow-up",
    TurnKind.FOUND: "Found again",
    TurnKind.HANDED_ON: "Handed on to another site",
    TurnKind.COMPLETED: "Completed",
}
STANDING_MARKS = {
    Standing.WAITING: "wait",
    Standing.FOLLOWED: "met",
    Standing.LOST: "late",
    Standing.HANDED_ON: "off",
    Standing.DIED: "off",
    Standing.COMPLETED: "met",
}


@bp.get("/patients/<uuid:patient_id>/followup")
def turns(patient_id: UUID) -> ResponseReturnValue:
    """How the follow-up of a patient stands, the turns it took, and each attempt to reach the patient."""
    actor = current_actor()
    patient = patients.patient(actor, patient_id)
    place = patients.place(actor, patient.scope_id)
    lens = current_lens(zone=place.site.timezone)
    schedules = programs.catalogue().schedules
    return render_template(
        "followup/turns.html",
        patient=patient,
        place=place,
        lens=lens,
        course=followup.course(patient, lens),
        turns=queries.rows(patient, lens),
        attempts=queries.attempts(patient.id, patient.scope_id, lens),
        words=TURN_WORDS,
        marks=STANDING_MARKS,
        titles={code: one.title for code, one in schedules.items()},
        asked=place.program.local.contact_attempts,
        may=can(actor, Permission.VISIT_RECORD, scope_id=patient.scope_id, program_id=patient.program_id),
        offers=[(row, offers.state(row, utcnow())) for row in offers.offers(patient, lens)],
        hands_on=can(actor, Permission.PATIENT_ENROLL, scope_id=patient.scope_id),
    )


@bp.route("/patients/<uuid:patient_id>/attempts/new", methods=BOTH)
def attempt(patient_id: UUID) -> ResponseReturnValue:
    patient, place = _to_change(patient_id)
    form = filled(AttemptForm, holds_on=day_in(place.site.timezone, utcnow()))
    if holds(form):
        with form.answering():
            actions.note_attempt(
                patient_id,
                holds_on=form.holds_on.data,
                way=Way(form.way.data),
                outcome=Outcome(form.outcome.data),
                note=form.note.data or "",
                by=current_actor(),
                now=utcnow(),
            )
            return _to(patient_id, "The attempt is noted.")
    sentence = f"{patient.number}, {place.site.name}. Each attempt is one line of the log."
    return _step(form, patient, "Note an attempt to reach the patient", "Note", sentence)


@bp.route("/patients/<uuid:patient_id>/attempts/<uuid:fact_id>/take-back", methods=BOTH)
def attempt_back(patient_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    patient, _ = _to_change(patient_id)
    form = filled(BackForm)
    if holds(form):
        with form.answering():
            actions.take_attempt_back(fact_id, reason=form.reason.data, by=current_actor(), now=utcnow())
            return _to(patient_id, "The attempt is taken back.")
    return _step(form, patient, "Take an attempt back", "Take back", "It was never made.")


@bp.route("/patients/<uuid:patient_id>/track", methods=BOTH)
def track(patient_id: UUID) -> ResponseReturnValue:
    patient, place = _to_change(patient_id)
    today = day_in(place.site.timezone, utcnow())
    course = followup.course(patient, Lens(today))
    schedules = programs.catalogue().schedules
    form = filled(TrackForm, on=today)
    form.track.choices = [
        (code, schedules[code].title) for code in place.program.tracks if code != course.schedule.code
    ]
    if holds(form):
        with form.answering():
            said = {"track": form.track.data, "on": form.on.data, "reason": form.reason.data}
            actions.change_track(patient_id, **said, by=current_actor(), now=utcnow())
            return _to(patient_id, "The schedule is changed, and what lies ahead is planned anew.")
    sentence = (
        f"{patient.number} follows: {course.schedule.title}. What lies before the day stays as it is; what lies on or "
        "after it is planned by the new schedule."
    )
    return _step(form, patient, "Change the schedule", "Change", sentence)


@bp.route("/patients/<uuid:patient_id>/lost", methods=BOTH)
def lost(patient_id: UUID) -> ResponseReturnValue:
    patient, place = _to_change(patient_id)
    asked = place.program.local.contact_attempts
    sentence = f"{patient.number}. From that day on nothing is due, until the patient is found again. "
    sentence += f"It must have been tried {asked} times since the last visit." if asked else ""
    return _turn(patient, place, actions.lose, "Lost to follow-up", "Mark as lost", sentence, "Marked as lost.")


@bp.route("/patients/<uuid:patient_id>/found", methods=BOTH)
def found(patient_id: UUID) -> ResponseReturnValue:
    patient, place = _to_change(patient_id)
    sentence = f"{patient.number}. What lies ahead of that day is due again."
    return _turn(patient, place, actions.find, "Found again", "Found again", sentence, "The patient is followed again.")


@bp.route("/patients/<uuid:patient_id>/completed", methods=BOTH)
def completed(patient_id: UUID) -> ResponseReturnValue:
    patient, place = _to_change(patient_id)
    sentence = f"{patient.number}. Follow-up ends; a summary can be printed."
    return _turn(patient, place, actions.complete, "Complete the follow-up", "Complete", sentence, "Completed.")


@bp.route("/patients/<uuid:patient_id>/turns/<uuid:turn_id>/take-back", methods=BOTH)
def turn_back(patient_id: UUID, turn_id: UUID) -> ResponseReturnValue:
    patient, _ = _to_change(patient_id)
    form = filled(BackForm)
    if holds(form):
        with form.answering():
            actions.take_back(turn_id, reason=form.reason.data, by=current_actor(), now=utcnow())
            return _to(patient_id, "It is taken back, and the visits are planned as before.")
    return _step(form, patient, "Take this turn back", "Take back", "Follow-up goes on as if it had not been.")


@bp.get("/patients/<uuid:patient_id>/summary.pdf")
def summary_pdf(patient_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    patient = patients.patient(actor, patient_id)
    require(actor, Permission.PATIENT_READ, scope_id=patient.scope_id, program_id=patient.program_id)
    place = patients.place(actor, patient.scope_id)
    lens = current_lens(zone=place.site.timezone)
    course = followup.course(patient, lens)
    if course.provisional:
        raise NotFound("There is no follow-up to sum up before the infusion.")
    pdf = papers.summary_pdf(actor, patient, place, course, lens, now=utcnow())
    return file_answer(pdf, f"followup-{patient.number.lower()}-{lens.as_of.isoformat()}.pdf")


def _turn(
    patient: Patient,
    place: Place,
    action: Callable[..., UUID],
    heading: str,
    act: str,
    sentence: str,
    done: str,
) -> ResponseReturnValue:
    form = filled(TurnForm, on=day_in(place.site.timezone, utcnow()))
    if holds(form):
        with form.answering():
            action(patient.id, on=form.on.data, reason=form.reason.data, by=current_actor(), now=utcnow())
            return _to(patient.id, done)
    return _step(form, patient, heading, act, sentence)


def _to_change(patient_id: UUID) -> tuple[Patient, Place]:
    actor = current_actor()
    patient = patients.patient(actor, patient_id)
    require(actor, Permission.VISIT_RECORD, scope_id=patient.scope_id, program_id=patient.program_id)
    return patient, patients.place(actor, patient.scope_id)


def _step(form: BaseForm, patient: Patient, heading: str, act: str, sentence: str) -> ResponseReturnValue:
    above = [
        ("Patients", url_for("patients.index")),
        (patient.number, url_for("followup.patient", patient_id=patient.id)),
        ("Follow-up", url_for("followup.turns", patient_id=patient.id)),
    ]
    return short_form(form, heading, act, sentence, above)


def _to(patient_id: UUID, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("followup.turns", patient_id=patient_id))
