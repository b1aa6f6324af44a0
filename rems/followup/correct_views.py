"""Correct an infusion: the page asks how it really was, shows what would move, and then corrects."""

from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.followup import correcting, queries
from rems.followup.correcting import Moved
from rems.followup.desk import bp
from rems.followup.enrolling import locate
from rems.followup.forms import CorrectionForm
from rems.followup.queries import Course
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.patients.queries import Place
from rems.web.sending import seen


@bp.route("/patients/<uuid:patient_id>/infusion/correct", methods=["GET", "POST"])
def correct_infusion(patient_id: UUID) -> ResponseReturnValue:
    patient, place, course = _to_correct(patient_id)
    zone = place.site.timezone
    if request.method == "POST":
        form = locate(CorrectionForm.sent(zone=zone), place)
        if form.validate():
            with form.answering():
                on = day_in(zone, form.infused_at.data)
                correcting.check_course(course, on)
                if on != course.from_on and form.looked_at.data != on.isoformat():
                    return _page(patient, place, course, form, looked_at=on)
                correcting.correct_infusion(
                    patient_id,
                    seen=seen(form),
                    infused_at=form.infused_at.data,
                    location_id=UUID(form.location_id.data),
                    lot=form.lot.data,
                    bags=form.bags.data,
                    reason=form.reason.data,
                    looked_at=on if form.looked_at.data == on.isoformat() else None,
                    by=current_actor(),
                    now=utcnow(),
                )
                flash("The infusion is corrected, and what lies ahead is planned from its day.")
                return redirect(url_for("followup.patient", patient_id=patient_id))
        return _page(patient, place, course, form), 422
    given = course.infusion
    assert given is not None  # _to_correct
    told = {"infused_at": given.infused_at, "location_id": str(given.location_id), "lot": given.lot, "bags": given.bags}
    return _page(patient, place, course, locate(CorrectionForm(data={**told, "seen": str(given.id)}, zone=zone), place))


def _to_correct(patient_id: UUID) -> tuple[Patient, Place, Course]:
    actor = current_actor()
    patient = patients.patient(actor, patient_id)
    require(actor, Permission.PATIENT_INFUSE, scope_id=patient.scope_id, program_id=patient.program_id)
    place = patients.place(actor, patient.scope_id)
    course = queries.course(patient, Lens(day_in(place.site.timezone, utcnow())))
    if course.infusion is None:
        raise NotFound(f"{patient.number} is not infused yet, so there is nothing to correct.")
    return patient, place, course


def _page(
    patient: Patient, place: Place, course: Course, form: CorrectionForm, *, looked_at: date | None = None
) -> str:
    """The form; with a day that moves something, what moves, and the day is carried along as looked at."""
    moved: list[Moved] = []
    if looked_at is not None:
        moved = correcting.moves(patient, course, looked_at)
        form.looked_at.raw_data, form.looked_at.data = None, looked_at.isoformat()
    return render_template(
        "followup/correct_infusion.html",
        patient=patient,
        place=place,
        course=course,
        form=form,
        moved=moved,
        looked_at=looked_at,
    )
