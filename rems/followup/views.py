"""Show a patient, enroll one, record the infusion and each visit. What a page shows is gathered beside this file."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import BadInput
from rems.core.lens import Lens
from rems.followup import actions, overview, queries
from rems.followup import correct_views as correct_views  # its page stands on the same blueprint
from rems.followup.desk import bp
from rems.followup.enrolling import chosen, enroll_page, first_values, infusion_page, known_values, locate, offer
from rems.followup.forms import EnrollmentForm, InfusionForm
from rems.followup.handover import views as handover_views
from rems.followup.rules import ContactKind, Survival
from rems.followup.turns import views as turn_views  # its pages stand on the same blueprint
from rems.followup.visiting import form_of, visit_page
from rems.patients import queries as patients
from rems.patients.rules import Sex
from rems.web.lens import current_lens

__all__ = ["bp", "correct_views", "handover_views", "turn_views"]
SPANS = {"day": 0, "week": 7, "month": 30}
MOST_DUE = 100  # the worklists have all of them


@bp.get("/patients/<uuid:patient_id>")
def patient(patient_id: UUID) -> str:
    actor = current_actor()
    found = patients.patient(actor, patient_id)
    place = patients.place(actor, found.scope_id)
    lens = current_lens(zone=place.site.timezone)
    page = overview.of(actor, found, place, lens, now=utcnow(), whole=request.args.get("visits") == "all")
    return render_template("followup/patient.html", page=page, patient=found, lens=lens)


@bp.get("/visits")
def due() -> str:
    """Every visit that is overdue or closes soon, the longest overdue first."""
    actor, days = current_actor(), SPANS.get(request.args.get("span", "week"))
    require(actor, Permission.PATIENT_READ)
    if days is None:
        raise BadInput(f'span "{request.args["span"]}" is unknown; it is one of {", ".join(SPANS)}', "span")
    today = day_in(actor.timezone, utcnow())
    rows = queries.due(actor, today, days, limit=MOST_DUE)
    return render_template(
        "followup/due.html",
        rows=rows,
        today=today,
        days=days,
        most=MOST_DUE,
        may_record=can(actor, Permission.VISIT_RECORD),
    )


@bp.get("/patients/new")
def enroll() -> str:
    actor, now, asked = current_actor(), utcnow(), request.args.get("scope", "")
    require(actor, Permission.PATIENT_ENROLL)
    places = patients.places(actor, Permission.PATIENT_ENROLL)
    if not asked and len(places) != 1:
        days = {p.scope_id: day_in(p.site.timezone, now) for p in places}
        return render_template("followup/places.html", places=places, days=days)
    place = chosen(places, asked) if asked else places[0]
    return enroll_page(EnrollmentForm(data=first_values(place, now)), place)


@bp.post("/patients/new")
def enroll_now() -> ResponseReturnValue:
    actor, form = current_actor(), EnrollmentForm.sent()
    require(actor, Permission.PATIENT_ENROLL)
    place = chosen(patients.places(actor, Permission.PATIENT_ENROLL), form.scope.data)
    if offer(form, place).validate():
        with form.answering():
            key = actions.enroll(
                place.scope_id,
                number=form.number.data,
                sex=Sex(form.sex.data),
                birth_year=form.birth_year.data,
                indication=form.indication.data,
                prior_lines=form.prior_lines.data,
                product=form.product.data,
                track=form.track.data,
                enrolled_on=form.enrolled_on.data,
                planned_infusion_on=form.planned_infusion_on.data,
                by=actor,
                now=utcnow(),
            )
            flash("The patient is enrolled, and the visits are planned.")
            return redirect(url_for("followup.patient", patient_id=key))
    return enroll_page(form, place), 422


@bp.get("/patients/<uuid:patient_id>/infusion")
def infusion(patient_id: UUID) -> str:
    actor, now = current_actor(), utcnow()
    found = patients.patient(actor, patient_id)
    require(actor, Permission.PATIENT_INFUSE, scope_id=found.scope_id, program_id=found.program_id)
    place = patients.place(actor, found.scope_id)
    form = InfusionForm(zone=place.site.timezone, data=known_values(patient_id, place, now))
    return infusion_page(actor, patient_id, form, now=now)


@bp.post("/patients/<uuid:patient_id>/infusion")
def infuse(patient_id: UUID) -> ResponseReturnValue:
    actor, now = current_actor(), utcnow()
    place = patients.place(actor, patients.patient(actor, patient_id).scope_id)
    form = locate(InfusionForm.sent(zone=place.site.timezone), place)
    if form.validate():
        with form.answering():
            actions.infuse(
                patient_id,
                infused_at=form.infused_at.data,
                location_id=UUID(form.location_id.data),
                lot=form.lot.data,
                bags=form.bags.data,
                by=actor,
                now=now,
            )
            flash("The infusion is recorded. The visits of the years after it are planned.")
            return redirect(url_for("followup.patient", patient_id=patient_id))
    return infusion_page(actor, patient_id, form, now=now), 422


@bp.get("/patients/<uuid:patient_id>/visits/<code>")
def visit(patient_id: UUID, code: str) -> str:
    return visit_page(current_actor(), patient_id, code)


@bp.post("/patients/<uuid:patient_id>/visits/<code>")
def record_visit(patient_id: UUID, code: str) -> ResponseReturnValue:
    actor, now = current_actor(), utcnow()
    found = patients.patient(actor, patient_id)
    course = queries.course(found, Lens(day_in(patients.place(actor, found.scope_id).site.timezone, now)))
    line = course.line(code)
    form = form_of(course, line, correcting=bool(request.form.get("seen"))).sent()
    if form.validate():
        with form.answering():
            actions.record_visit(
                patient_id,
                code,
                holds_on=form.holds_on.data,
                contact=ContactKind(form.contact.data),
                survival=Survival(form.survival.data),
                answers=form.answers(),
                late_reason=form.late_reason.data,
                note=form.note.data,
                notes=form.notes(),
                died_on=form.died_on.data,
                reason=form.reason.data if "reason" in form else "",
                seen=UUID(form.seen.data) if form.seen.data else None,
                by=actor,
                now=now,
            )
            flash(f"{line.visit.title} is {'corrected' if line.fact else 'recorded'}.")
            return redirect(url_for("followup.patient", patient_id=patient_id))
    return visit_page(actor, patient_id, code, form), 422
