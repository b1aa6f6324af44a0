"""Hand a patient on, and take one over."""

from uuid import UUID

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.followup.desk import bp
from rems.followup.handover import actions, queries
from rems.followup.handover.forms import OfferForm, TakeOverForm
from rems.patients import queries as patients
from rems.web.forms import ActForm
from rems.web.sending import filled, holds, short_form

BOTH = ["GET", "POST"]
MADE = "rems_handover_made"
"""Where a session keeps the code that was just made, until its page was shown once."""


@bp.route("/patients/<uuid:patient_id>/hand-on", methods=BOTH)
def hand_on(patient_id: UUID) -> ResponseReturnValue:
    patient = patients.patient(current_actor(), patient_id)
    require(current_actor(), Permission.PATIENT_ENROLL, scope_id=patient.scope_id)
    form = filled(OfferForm)
    if holds(form):
        with form.answering():
            code, key = actions.offer(
                patient_id, reason=form.reason.data, days=form.days.data, by=current_actor(), now=utcnow()
            )
            session[MADE] = [str(key), code]
            return redirect(url_for("followup.offer_made", offer_id=key))
    above = [
        (patient.number, url_for("followup.patient", patient_id=patient_id)),
        ("Follow-up", url_for("followup.turns", patient_id=patient_id)),
    ]
    sentence = (
        f"{patient.number}. You get a code for the other site. With it that site takes the record over; this one stays "
        "yours as it is, and sees nothing of what comes."
    )
    return short_form(form, "Hand the patient on", "Make the code", sentence, above)


@bp.get("/patients/offers/<uuid:offer_id>")
def offer_made(offer_id: UUID) -> ResponseReturnValue:
    """The code that was just made: shown once, to the browser that made it."""
    row = queries.offer(offer_id)
    patient = patients.patient(current_actor(), row.patient_id)
    require(current_actor(), Permission.PATIENT_ENROLL, scope_id=row.scope_id)
    key, code = session.pop(MADE, ["", ""])
    if key != str(offer_id):
        raise NotFound("A code is shown once, when it was made. Make a new one; the old one is then withdrawn.")
    place = patients.place(current_actor(), row.scope_id)
    return render_template("followup/offered.html", row=row, patient=patient, place=place, code=code)


@bp.post("/patients/offers/<uuid:offer_id>/withdraw")
def withdraw_offer(offer_id: UUID) -> ResponseReturnValue:
    ActForm.check()
    patient_id = actions.withdraw(offer_id, by=current_actor(), now=utcnow())
    flash("The offer is withdrawn; its code opens nothing any more.")
    return redirect(url_for("followup.turns", patient_id=patient_id))


@bp.route("/patients/take-over", methods=BOTH)
def take_over() -> ResponseReturnValue:
    actor = current_actor()
    require(actor, Permission.PATIENT_ENROLL)
    places = patients.places(actor, Permission.PATIENT_ENROLL)
    only = str(places[0].scope_id) if len(places) == 1 else None
    form = filled(TakeOverForm, scope=only, on=day_in(actor.timezone, utcnow()))
    form.scope.choices = [(str(p.scope_id), f"{p.site.name}, {p.program.title}") for p in places]
    if holds(form):
        with form.answering():
            key = actions.take_over(
                UUID(form.scope.data),
                form.code.data,
                on=form.on.data,
                number=form.number.data or "",
                by=actor,
                now=utcnow(),
            )
            flash("The patient is taken over, with the visits that lie ahead.")
            return redirect(url_for("followup.patient", patient_id=key))
    sentence = "Another site of the same program hands a patient on to yours. What it recorded comes with the patient."
    return short_form(form, "Take a patient over", "Take over", sentence, [("Patients", url_for("patients.index"))])
