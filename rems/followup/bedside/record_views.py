"""Treatments and blood values: recorded, and corrected with a reason."""

from typing import Any
from uuid import UUID

from flask import flash
from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.followup.bedside import actions, queries
from rems.followup.bedside.desk import back, bp, shown, taken_back, writing
from rems.followup.bedside.forms import (
    OneSampleForm,
    TreatmentForm,
    asking,
    correcting,
    sample_values,
    treatment_values,
    value,
)
from rems.followup.bedside.markers import markers
from rems.followup.bedside.models import BedsideSample, BedsideTreatment
from rems.followup.bedside.queries import Course
from rems.followup.bedside.stocked import lots_for


def with_lots(course: Course, form: Any) -> Any:
    """The same form with the lots that lie at the site, for those who may move them."""
    form.lot_id.choices = lots_for(current_actor(), course.place.site, utcnow())
    return form


@bp.get("/treatment")
def treatment(patient_id: UUID) -> str:
    course = writing(patient_id)
    form = TreatmentForm(zone=course.ground.zone, data={"given_at": utcnow()})
    return shown("treatment", course, with_lots(course, form))


@bp.post("/treatment")
def record_treatment(patient_id: UUID) -> ResponseReturnValue:
    course = writing(patient_id)
    form = with_lots(course, TreatmentForm.sent(zone=course.ground.zone))
    if form.validate():
        with form.answering():
            lot_id = UUID(form.lot_id.data) if form.lot_id.data else None
            actions.record_treatment(patient_id, form.treatment(), lot_id=lot_id, by=current_actor(), now=utcnow())
            flash("The treatment is kept.")
            return back(patient_id)
    return shown("treatment", course, form), 422


@bp.get("/treatment/<uuid:treatment_id>")
def old_treatment(patient_id: UUID, treatment_id: UUID) -> str:
    course = writing(patient_id)
    row = queries.record(BedsideTreatment, course.patient, treatment_id)
    form = correcting(TreatmentForm)(zone=course.ground.zone, data=treatment_values(row))
    return shown("treatment", course, form, row=row, states=queries.states(row))


@bp.post("/treatment/<uuid:treatment_id>")
def correct_treatment(patient_id: UUID, treatment_id: UUID) -> ResponseReturnValue:
    course = writing(patient_id)
    row = queries.record(BedsideTreatment, course.patient, treatment_id)
    form = correcting(TreatmentForm).sent(zone=course.ground.zone)
    if taken_back(BedsideTreatment, patient_id, treatment_id, form):
        return back(patient_id)
    if form.validate():
        with form.answering():
            said = {"corrects": treatment_id, "reason": form.reason.data}
            actions.record_treatment(patient_id, form.treatment(), **said, by=current_actor(), now=utcnow())
            flash("The treatment is corrected.")
            return back(patient_id)
    return shown("treatment", course, form, row=row, states=queries.states(row)), 422


@bp.get("/samples")
def samples(patient_id: UUID) -> str:
    course = writing(patient_id)
    form = asking()(zone=course.ground.zone, data={"taken_at": utcnow()})
    return shown("samples", course, form, markers=markers())


@bp.post("/samples")
def record_samples(patient_id: UUID) -> ResponseReturnValue:
    course = writing(patient_id)
    form = asking().sent(zone=course.ground.zone)
    if form.validate():
        with form.answering():
            kept = actions.record_samples(
                patient_id, form.values(), taken_at=form.taken_at.data, by=current_actor(), now=utcnow()
            )
            flash("The value is kept." if len(kept) == 1 else f"{len(kept)} values are kept.")
            return back(patient_id)
    return shown("samples", course, form, markers=markers()), 422


@bp.get("/samples/<uuid:sample_id>")
def old_sample(patient_id: UUID, sample_id: UUID) -> str:
    course = writing(patient_id)
    row = queries.record(BedsideSample, course.patient, sample_id)
    form = with_units(row, correcting(OneSampleForm)(zone=course.ground.zone, data=sample_values(row)))
    return shown("sample", course, form, row=row, states=queries.states(row), markers=markers())


@bp.post("/samples/<uuid:sample_id>")
def correct_sample(patient_id: UUID, sample_id: UUID) -> ResponseReturnValue:
    course = writing(patient_id)
    row = queries.record(BedsideSample, course.patient, sample_id)
    form = with_units(row, correcting(OneSampleForm).sent(zone=course.ground.zone))
    if taken_back(BedsideSample, patient_id, sample_id, form):
        return back(patient_id)
    if form.validate():
        with form.answering():
            said = {"taken_at": form.taken_at.data, "reason": form.reason.data}
            new = value(markers()[row.marker], form.value.data, form.unit.data)
            actions.correct_sample(patient_id, sample_id, new, **said, by=current_actor(), now=utcnow())
            flash("The value is corrected.")
            return back(patient_id)
    return shown("sample", course, form, row=row, states=queries.states(row), markers=markers()), 422


def with_units(row: BedsideSample, form: Any) -> Any:
    """The same form with the units of the marker."""
    form.unit.choices = [(unit, unit) for unit in markers()[row.marker].units]
    return form
