"""The page of the course after an infusion, its paper, and one look at the patient in few taps."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.core.lens import Lens
from rems.followup.bedside import actions, page, papers, queries
from rems.followup.bedside import event_views as event_views  # its pages stand on the same blueprint
from rems.followup.bedside import record_views as record_views  # and these too
from rems.followup.bedside.course import Graded
from rems.followup.bedside.desk import back, bp, shown, taken_back, writing
from rems.followup.bedside.forms import EntryForm, correcting, entry_values
from rems.followup.bedside.models import BedsideEntry
from rems.followup.bedside.queries import Course
from rems.followup.bedside.rules import OXYGEN_ASKED, PRESSURE_WORDS
from rems.patients import queries as patients
from rems.trail.knowing import settled
from rems.web.downloads import file_answer
from rems.web.forms import ActForm
from rems.web.lens import current_lens

WORDS: dict[str, Any] = {
    "pressure_told": PRESSURE_WORDS.get,
    "pressure_words": papers.pressure_words,
    "oxygen_told": OXYGEN_ASKED.get,
    "ice_words": papers.ice_words,
    "treatment_called": lambda row: queries.treatment(row).called,
}
"""How the page tells of what was kept."""


@bp.get("")
def show(patient_id: UUID) -> str:
    actor = current_actor()
    found = patients.patient(actor, patient_id)
    place = patients.place(actor, found.scope_id)
    lens = current_lens(zone=place.site.timezone)
    seen = page.of(actor, found, place, lens, now=utcnow())
    return render_template("bedside/show.html", page=seen, patient=found, place=place, lens=lens, **WORDS)


@bp.get("/course.pdf")
def paper(patient_id: UUID) -> ResponseReturnValue:
    actor, now = current_actor(), utcnow()
    found = patients.patient(actor, patient_id)
    require(actor, Permission.PATIENT_READ, scope_id=found.scope_id, program_id=found.program_id)
    place = patients.place(actor, found.scope_id)
    asked = current_lens(zone=place.site.timezone)
    moment, done = (asked.known_at, True) if asked.known_at else settled()
    lens = Lens(asked.as_of, moment)
    seen = page.of(actor, found, place, lens, now=now)
    pdf = papers.course_pdf(actor, seen, now=now, settled=done)
    return file_answer(pdf, f"course-{found.number.lower().replace('/', '-')}-{lens.as_of}.pdf")


@bp.get("/entry")
def entry(patient_id: UUID) -> str:
    course = writing(patient_id)
    return shown("entry", course, EntryForm(zone=course.ground.zone, data={"seen_at": utcnow()}))


@bp.post("/entry")
def record_entry(patient_id: UUID) -> ResponseReturnValue:
    course = writing(patient_id)
    form = EntryForm.sent(zone=course.ground.zone)
    if "work_out" in request.form:  # only the grades are asked; nothing is kept
        return shown("entry", course, form, graded=graded_by(course, form), asked=True)
    if form.validate():
        with form.answering():
            kept = actions.record_entry(patient_id, form.observation(), by=current_actor(), now=utcnow())
            flash(f"Kept: {kept.crs.title}, {kept.icans.title}.")
            return back(patient_id)
    return shown("entry", course, form), 422


@bp.post("/grades")
def grades(patient_id: UUID) -> str:
    """The grades of what is filled in so far, for the page to show them at once."""
    ActForm.check()
    course = writing(patient_id)
    form = EntryForm.sent(zone=course.ground.zone)
    return render_template("bedside/_grades.html", graded=graded_by(course, form), asked=True)


def graded_by(course: Course, form: Any, *, instead_of: UUID | None = None) -> Graded | None:
    """The grades of a form that says enough; None where it does not. Its errors are those of what was filled in."""
    if not form.gradable():
        return None
    with form.answering():
        return course.grade_with(form.observation(form.seen_at.data or utcnow()), instead_of=instead_of)
    return None


@bp.get("/entry/<uuid:entry_id>")
def old_entry(patient_id: UUID, entry_id: UUID) -> str:
    course = writing(patient_id)
    row = queries.record(BedsideEntry, course.patient, entry_id)
    form = correcting(EntryForm)(zone=course.ground.zone, data=entry_values(row))
    graded = next((one for one in course.entries if one.key == row.id), None)
    return shown("entry", course, form, row=row, graded=graded, states=queries.states(row))


@bp.post("/entry/<uuid:entry_id>")
def correct_entry(patient_id: UUID, entry_id: UUID) -> ResponseReturnValue:
    course = writing(patient_id)
    row = queries.record(BedsideEntry, course.patient, entry_id)
    form = correcting(EntryForm).sent(zone=course.ground.zone)
    told: dict[str, Any] = {"row": row, "states": queries.states(row)}
    if "work_out" in request.form:
        return shown("entry", course, form, graded=graded_by(course, form, instead_of=row.id), asked=True, **told)
    if taken_back(BedsideEntry, patient_id, entry_id, form):
        return back(patient_id)
    if form.validate():
        with form.answering():
            said = {"corrects": entry_id, "reason": form.reason.data}
            kept = actions.record_entry(patient_id, form.observation(), **said, by=current_actor(), now=utcnow())
            flash(f"Corrected: {kept.crs.title}, {kept.icans.title}.")
            return back(patient_id)
    return shown("entry", course, form, **told), 422
