"""What every page of the bedside needs: its blueprint, the course it writes into, and how a record is taken back."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.followup.bedside import actions, queries
from rems.followup.bedside.models import BedsideEntry, BedsideSample, BedsideTreatment
from rems.followup.bedside.queries import Course
from rems.patients import queries as patients

bp = Blueprint("bedside", __name__, url_prefix="/patients/<uuid:patient_id>/bedside")

Correctable = type[BedsideEntry] | type[BedsideTreatment] | type[BedsideSample]


def writing(patient_id: UUID) -> Course:
    """The course as it stands, for somebody who may write into it. Raises NotFound, NotAllowed."""
    actor = current_actor()
    found = patients.patient(actor, patient_id)
    require(actor, Permission.VISIT_RECORD, scope_id=found.scope_id, program_id=found.program_id)
    return queries.course_now(found, patients.place(actor, found.scope_id), utcnow())


def shown(template: str, course: Course, form: Any, **more: Any) -> str:
    return render_template(
        f"bedside/{template}.html", course=course, patient=course.patient, place=course.place, form=form, **more
    )


def back(patient_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("bedside.show", patient_id=patient_id))


def taken_back(kind: Correctable, patient_id: UUID, key: UUID, form: Any) -> bool:
    """Whether the form took the record back; what else stands in it is not asked then."""
    if not form.taken_back.data or not all([form.csrf_token.validate(form), form.reason.validate(form)]):
        return False
    with form.answering():
        actions.take_back(kind, patient_id, key, reason=form.reason.data, by=current_actor(), now=utcnow())
        flash("The record is taken back. It stays in the trail.")
        return True
    return False
