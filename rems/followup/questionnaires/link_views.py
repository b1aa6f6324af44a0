"""Make and cancel a link for a patient, look at what came in, take it over or set it aside."""

from uuid import UUID

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.core.errors import NotFound
from rems.followup.questionnaires import queries, remote
from rems.followup.questionnaires.answers import patient_lines
from rems.followup.questionnaires.desk import Here, bp, here, link_state
from rems.followup.questionnaires.forms import LinkForm, SetAsideForm
from rems.followup.questionnaires.models import AnswerLink
from rems.web.forms import ActForm
from rems.web.sending import filled, holds, short_form

MADE = "rems_answer_link_made"
"""Where a session keeps the link that was just made, until its page was shown once."""
ONCE = "A link is shown once, when it was made. Make a new one; the old one is then canceled."


@bp.route("/patients/<uuid:patient_id>/visits/<visit>/link", methods=["GET", "POST"])
def make_link(patient_id: UUID, visit: str) -> ResponseReturnValue:
    place = _to_change(patient_id, visit)
    form = filled(LinkForm, days=LinkForm().days.default)
    if holds(form):
        with form.answering():
            token, key = remote.make(patient_id, visit, days=form.days.data, by=current_actor(), now=utcnow())
            session[MADE] = [str(key), token]
            return redirect(url_for("questionnaires.made", link_id=key))
    sentence = (
        f"{place.patient.number} answers the questions of {place.when.title} on a phone or a computer. The address and "
        "the page hold neither a name nor this number. What comes in is looked at before it becomes part of the visit."
    )
    return short_form(form, "Ask the patient by a link", "Make the link", sentence, place.above)


@bp.get("/answer-links/<uuid:link_id>/made")
def made(link_id: UUID) -> str:
    """The link that was just made: shown once, to the browser that made it."""
    row, place = _link(link_id)
    key, token = session.pop(MADE, ["", ""])
    if key != str(link_id):
        raise NotFound(ONCE)
    address = url_for("questionnaires.by_patient", token=token, _external=True)
    return render_template(
        "questionnaires/made.html", here=place, row=row, address=address, asked=[one.title for one in remote.asked(row)]
    )


@bp.post("/answer-links/<uuid:link_id>/cancel")
def cancel_link(link_id: UUID) -> ResponseReturnValue:
    ActForm.check()
    _, place = _link(link_id)
    remote.cancel(link_id, by=current_actor(), now=utcnow())
    flash("The link is canceled; it opens nothing any more.")
    return redirect(place.above[-1][1])


@bp.get("/answer-links/<uuid:link_id>")
def came_in(link_id: UUID) -> str:
    """What a patient answered, to be looked at."""
    row, place = _link(link_id)
    if not row.used:
        raise NotFound("Nothing has come in through this link.")
    words, mark = link_state(row, utcnow())
    told = [(one, patient_lines(one, row.answers.get(one.code, {}))) for one in remote.asked(row)]
    return render_template(
        "questionnaires/came_in.html", here=place, row=row, told=told, words=words, mark=mark, opens=_opening(row)
    )


@bp.post("/answer-links/<uuid:link_id>/take-over")
def take_over(link_id: UUID) -> ResponseReturnValue:
    ActForm.check()
    _, place = _link(link_id)
    became = remote.take_over(link_id, by=current_actor(), now=utcnow())
    flash("Taken over." + _what_became(became))
    return redirect(place.above[-1][1])


@bp.route("/answer-links/<uuid:link_id>/set-aside", methods=["GET", "POST"])
def set_aside(link_id: UUID) -> ResponseReturnValue:
    _, place = _link(link_id)
    form = filled(SetAsideForm)
    if holds(form):
        with form.answering():
            remote.set_aside(link_id, note=form.note.data, by=current_actor(), now=utcnow())
            flash("The answers are set aside; they stay readable.")
            return redirect(place.above[-1][1])
    sentence = "They stay readable here, and do not become part of the visit. Ask by phone, or at the visit."
    above = [*place.above, ("From the patient", url_for("questionnaires.came_in", link_id=link_id))]
    return short_form(form, "Set the answers aside", "Set aside", sentence, above)


def _what_became(became: remote.TakenOver) -> str:
    parts = (
        ("Finished", became.finished),
        ("Half-done, to be completed by the site", became.half_done),
        ("Finished by the site before, and left so", became.left),
    )
    return "".join(f" {words}: {', '.join(titles)}." for words, titles in parts if titles)


def _opening(row: AnswerLink) -> list[str]:
    """The questionnaires whose answers open an event when they are taken over."""
    return [one.title for one in remote.asked(row) if remote.says_event(one, row)]


def _link(link_id: UUID) -> tuple[AnswerLink, Here]:
    row = queries.link(link_id)
    return row, _to_change(row.patient_id, row.visit_code)


def _to_change(patient_id: UUID, visit: str) -> Here:
    """The occasion, for who records visits there. Raises NotFound, NotAllowed."""
    actor = current_actor()
    place = here(actor, patient_id, visit)
    require(actor, Permission.VISIT_RECORD, scope_id=place.patient.scope_id, program_id=place.patient.program_id)
    return place
