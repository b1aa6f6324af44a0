"""Contact details and who opened them, the wallet card, and the public page that its code leads to."""

from uuid import UUID

from flask import Blueprint, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can
from rems.access.session import current_actor
from rems.access.steps import TooSoon
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.patients import queries as patients
from rems.patients.identity import actions, cards, queries
from rems.patients.identity.contact_page import contact_page, openings_page
from rems.patients.identity.forms import OpenForm, RevokeForm, WholeForm
from rems.patients.identity.models import CardState
from rems.patients.identity.papers import card_pdf
from rems.patients.identity.rules import Purpose
from rems.patients.identity.side import Side, side_of
from rems.web.downloads import file_answer
from rems.web.forms import ActForm
from rems.web.lens import current_lens
from rems.web.security import public

bp = Blueprint("identity", __name__)


@bp.app_template_global("identity_of_patient")
def identity_of_patient(patient_id: UUID, lens: Lens) -> Side:
    """For the patient page, which stands on a floor above: what it shows of milestones, contact details and cards."""
    return side_of(current_actor(), patient_id, lens)


@bp.get("/patients/<uuid:patient_id>/contact")
def contact(patient_id: UUID) -> ResponseReturnValue:
    return contact_page(current_actor(), patient_id)


@bp.post("/patients/<uuid:patient_id>/contact")
def open_contact(patient_id: UUID) -> ResponseReturnValue:
    """The one answer that holds the details; nothing keeps it, and a reload asks for the reason again."""
    actor, form = current_actor(), OpenForm.sent()
    if form.validate():
        with form.answering():
            found = actions.open_details(
                patient_id, Purpose(form.purpose.data), form.words.data, by=actor, now=utcnow()
            )
            return contact_page(actor, patient_id, opened=found)
    return contact_page(actor, patient_id, asking=form)


@bp.post("/patients/<uuid:patient_id>/contact/details")
def keep_contact(patient_id: UUID) -> ResponseReturnValue:
    actor, form = current_actor(), WholeForm.sent()
    if form.validate():
        with form.answering():
            seen = UUID(form.seen.data) if form.seen.data else None
            told = {"birth_on": form.birth_on.data, "seen": seen}
            actions.keep_details(patient_id, form.contact(), **told, by=actor, now=utcnow())
            flash("The contact details are kept, encrypted.")
            return redirect(url_for("followup.patient", patient_id=patient_id))
    return contact_page(actor, patient_id, editing=form)


@bp.get("/patients/<uuid:patient_id>/openings")
def openings(patient_id: UUID) -> str:
    return openings_page(current_actor(), patient_id)


@bp.get("/patients/<uuid:patient_id>/card")
def card(patient_id: UUID) -> ResponseReturnValue:
    return _card_page(patient_id, RevokeForm())


@bp.post("/patients/<uuid:patient_id>/card")
def make_card(patient_id: UUID) -> ResponseReturnValue:
    """The new card as PDF; its code is in this answer alone."""
    ActForm.check()
    actor, now = current_actor(), utcnow()
    code, content = cards.make_card(patient_id, by=actor, now=now)
    base_url: str = current_app.extensions["rems_settings"].base_url
    place = patients.place(actor, patients.patient(actor, patient_id).scope_id)
    pdf = card_pdf(content, code, base_url=base_url, lens=Lens(day_in(place.site.timezone, now)))
    return file_answer(pdf, "wallet-card.pdf")


@bp.post("/patients/<uuid:patient_id>/card/revoke")
def revoke_card(patient_id: UUID) -> ResponseReturnValue:
    form = RevokeForm.sent()
    if form.validate():
        with form.answering():
            cards.revoke_card(patient_id, reason=form.reason.data, by=current_actor(), now=utcnow())
            flash("The wallet card is void. Whoever tries its code is told so.", "soon")
            return redirect(url_for("identity.card", patient_id=patient_id))
    return _card_page(patient_id, form)


def _card_page(patient_id: UUID, form: RevokeForm) -> ResponseReturnValue:
    actor = current_actor()
    patient = patients.patient(actor, patient_id)
    place = patients.place(actor, patient.scope_id)
    lens = current_lens(zone=place.site.timezone)
    rows = queries.cards(patient_id, lens)
    page = render_template(
        "patients/card.html",
        patient=patient,
        place=place,
        rows=rows,
        valid=next((one for one in rows if one.state is CardState.VALID), None),
        number=queries.around_the_clock(place.site.id, lens),
        label=place.program.labeled_monitoring,
        form=form,
        may=not g.rems_lens_bar
        and can(actor, Permission.PATIENT_ENROLL, scope_id=patient.scope_id, program_id=patient.program_id),
        recorded=patients.facts_of(patient_id, lens),
    )
    return page, 422 if form.problems() else 200


@bp.get("/card/<code>")
@public
def public_card(code: str) -> ResponseReturnValue:
    """Where the code of a wallet card leads: the site and its number, for whoever holds the card."""
    try:
        shown = cards.look_up(code, address=request.remote_addr or "", now=utcnow())
    except TooSoon as early:
        answer = make_response(render_template("patients/no_card.html", sentence=early.sentence), 429)
        answer.headers["Retry-After"] = str(early.seconds)
        return answer
    except NotFound as none:  # shown on a page without the bars of those who are signed in
        return render_template("patients/no_card.html", sentence=none.sentence), 404
    return render_template("patients/public_card.html", shown=shown), 410 if shown.over else 200
