"""List patients, pass the gate before an infusion, and record what it asks for."""

from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.lens import Lens
from rems.patients import actions, overriding, queries
from rems.patients.forms import AuthorizeForm, OverrideForm, ReasonForm, ReportForm
from rems.patients.gate_page import gate_page, placed
from rems.patients.record_kinds import KINDS
from rems.patients.record_page import after, keep, kind_of, offer, record_page, take_back_page, told
from rems.web.lens import current_lens
from rems.web.paging import asked_after, asked_page, page_by_key, page_of

bp = Blueprint("patients", __name__)

STATES = [("", "All"), ("waiting", "Waiting"), ("infused", "Infused")]
SIZE = 50


@bp.app_template_global("overrides_to_report")
def overrides_to_report() -> int:
    """For the home page of whoever reports overridden stops."""
    actor = current_actor()
    return overriding.to_report(actor) if can(actor, Permission.SITE_CERTIFY) else 0


@bp.app_template_global("overrides_of_patient")
def overrides_of_patient(patient_id: UUID, lens: Lens | None) -> list[overriding.Override]:
    """For the patient page, which stands on a floor above. `lens` None: today, with what is planned from today on."""
    return overriding.of_patient(patient_id, lens)


@bp.get("/patients")
def index() -> ResponseReturnValue:
    actor, asked = current_actor(), {name: request.args.get(name, "") for name in ("q", "program", "state", "act")}
    found = queries.page(
        actor, text=asked["q"], program=asked["program"], state=asked["state"], after=asked_after(), size=SIZE
    )
    return render_template(
        "patients/index.html",
        page=page_by_key(found, key=queries.page_key, size=SIZE),
        asked=asked,
        reporting=asked["act"] == "report",
        programs=queries.programs_seen(actor),
        states=STATES,
        may_enroll=bool(queries.places(actor, Permission.PATIENT_ENROLL)),
    )


@bp.get("/patients/<uuid:patient_id>/gate")
def gate(patient_id: UUID) -> ResponseReturnValue:
    return gate_page(current_actor(), patient_id)


@bp.post("/patients/<uuid:patient_id>/gate")
def authorize(patient_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    place = queries.place(actor, queries.patient(actor, patient_id).scope_id)
    form = placed(AuthorizeForm.sent(zone=place.site.timezone), place)
    if form.validate():
        with form.answering():
            given = actions.authorize(
                patient_id,
                UUID(form.location_id.data),
                at=form.at.data,
                password=form.components,
                by=actor,
                now=utcnow(),
            )
            flash(f"Authorization {given.code} is signed.")
            words = {"at": form.at.text(), "location_id": form.location_id.data}
            return redirect(url_for("patients.gate", patient_id=patient_id, **words))
    return gate_page(actor, patient_id, signed=form)


@bp.post("/patients/<uuid:patient_id>/gate/override")
def override_stop(patient_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    place = queries.place(actor, queries.patient(actor, patient_id).scope_id)
    form = placed(OverrideForm.sent(zone=place.site.timezone), place)
    if form.validate():
        with form.answering():
            given = actions.override_stop(
                patient_id,
                UUID(form.location_id.data),
                at=form.at.data,
                reason=form.reason.data,
                password=form.components,
                by=actor,
                now=utcnow(),
            )
            flash(f"Authorization {given.code} is signed over an open stop. The override is to be reported.", "soon")
            words = {"at": form.at.text(), "location_id": form.location_id.data}
            return redirect(url_for("patients.gate", patient_id=patient_id, **words))
    return gate_page(actor, patient_id, signed=form)


@bp.get("/overrides")
def overrides() -> ResponseReturnValue:
    """Every override one may see, those to report first."""
    actor, number = current_actor(), asked_page()
    require(actor, Permission.PATIENT_READ)
    lens = current_lens(zone=actor.timezone)
    today = lens == Lens(day_in(actor.timezone, utcnow()))
    found = overriding.overrides(actor, None if today else lens)
    begin = (number - 1) * SIZE
    return render_template(
        "patients/overrides.html", page=page_of(found[begin : begin + SIZE], total=len(found), number=number, size=SIZE)
    )


@bp.route("/overrides/<uuid:override_id>", methods=["GET", "POST"])
def override(override_id: UUID) -> ResponseReturnValue:
    """One override, and the form that says it was reported; under another day the override of that day."""
    actor = current_actor()
    found = overriding.override(actor, override_id)
    lens = current_lens(zone=found.place.site.timezone)
    if g.rems_lens_bar:
        found = overriding.override(actor, override_id, lens)
    today = day_in(found.place.site.timezone, utcnow())
    form = ReportForm.sent() if request.method == "POST" else ReportForm(data={"holds_on": today})
    if request.method == "POST" and form.validate():
        with form.answering():
            actions.report_override(
                override_id,
                holds_on=form.holds_on.data,
                reported_to=form.reported_to.data,
                reference=form.reference.data,
                by=actor,
                now=utcnow(),
            )
            flash("The report of the override is recorded.")
            return redirect(url_for("patients.overrides"))
    held = {"scope_id": found.row.scope_id, "program_id": found.row.program_id}
    page = render_template(
        "patients/override.html",
        one=found,
        form=form,
        held=held,
        may_report=can(actor, Permission.SITE_CERTIFY, **held),
    )
    return page, 422 if form.problems() else 200


@bp.post("/patients/<uuid:patient_id>/gate/withdraw")
def withdraw(patient_id: UUID) -> ResponseReturnValue:
    form = ReasonForm.sent()
    if form.validate():
        with form.answering():
            actions.withdraw_authorization(patient_id, reason=form.reason.data, by=current_actor(), now=utcnow())
            flash("The authorization is withdrawn, and the doses of tocilizumab held for it are free.", "soon")
            return redirect(url_for("patients.gate", patient_id=patient_id))
    return gate_page(current_actor(), patient_id, reason=form)


@bp.get("/patients/<uuid:patient_id>/record/<kind>")
def record(patient_id: UUID, kind: str) -> ResponseReturnValue:
    return record_page(current_actor(), patient_id, kind_of(kind))


@bp.post("/patients/<uuid:patient_id>/record/<kind>")
def keep_record(patient_id: UUID, kind: str) -> ResponseReturnValue:
    actor, found = current_actor(), kind_of(kind)
    place = queries.place(actor, queries.patient(actor, patient_id).scope_id)
    form = offer(KINDS[found].form.sent(), place.program.products)
    if form.validate():
        with form.answering():
            keep(patient_id, found, form, by=actor, now=utcnow())
            flash(told(found, form))
            return redirect(after(patient_id, form))
    return record_page(actor, patient_id, found, form), 422


@bp.get("/patients/<uuid:patient_id>/record/<kind>/<uuid:fact_id>/take-back")
def take_back(patient_id: UUID, kind: str, fact_id: UUID) -> ResponseReturnValue:
    return take_back_page(current_actor(), patient_id, kind_of(kind), fact_id, ReasonForm())


@bp.post("/patients/<uuid:patient_id>/record/<kind>/<uuid:fact_id>/take-back")
def keep_take_back(patient_id: UUID, kind: str, fact_id: UUID) -> ResponseReturnValue:
    actor, form = current_actor(), ReasonForm.sent()
    if form.validate():
        with form.answering():
            actions.take_back(patient_id, fact_id, reason=form.reason.data, by=actor, now=utcnow())
            flash("The record is taken back. Its trail stays.", "soon")
            return redirect(url_for("patients.record", patient_id=patient_id, kind=kind))
    return take_back_page(actor, patient_id, kind_of(kind), fact_id, form), 422
