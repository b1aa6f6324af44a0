"""Answer the questionnaires of a visit, and see the laboratory series of a patient."""

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.followup.questionnaires import answering, kit_views, link_views, patient_views, queries
from rems.followup.questionnaires.answering import NOT_INFUSED, Answered
from rems.followup.questionnaires.answers import lines, plain
from rems.followup.questionnaires.desk import Here, bp, here, sheet_state
from rems.followup.questionnaires.forms import AnswersForm, Block, asking, given
from rems.followup.questionnaires.models import VisitAnswers
from rems.followup.questionnaires.queries import Sheet
from rems.followup.questionnaires.rules import STAGE_WORDS, AnswersState
from rems.web.sending import seen_or_none

__all__ = ["bp", "kit_views", "link_views", "patient_views"]


@bp.get("/patients/<uuid:patient_id>/visits/<visit>/questionnaires/<code>")
def sheet(patient_id: UUID, visit: str, code: str) -> ResponseReturnValue:
    place = here(current_actor(), patient_id, visit)
    found = queries.sheet(place.patient, place.when, code, place.lens)
    return _page(place, found, _form(place, found) if place.may else None)


@bp.post("/patients/<uuid:patient_id>/visits/<visit>/questionnaires/<code>")
def answer(patient_id: UUID, visit: str, code: str) -> ResponseReturnValue:
    """The button "Finish" finishes it or keeps a correction; the other one keeps it half-done."""
    actor, now = current_actor(), utcnow()
    place = here(actor, patient_id, visit)
    found = queries.sheet(place.patient, place.when, code, place.lens)
    block, whole = _block(found), "finish" in request.form
    form = asking([block], dated=True, correcting=found.finished).sent()
    today = day_in(place.zone, now)
    infused_on = place.course.from_on
    if form.is_sound(whole=whole, infused_on=infused_on, on=form.answered_on.data or today):
        with form.answering():
            answered = Answered(form.values(block), form.answered_on.data, seen_or_none(form))
            if whole:
                reason = form.reason.data if found.finished else ""
                answering.finish(patient_id, visit, code, answered, reason=reason, by=actor, now=now)
                flash(f"{found.asked.title} is {'corrected' if found.finished else 'finished'}.")
                return redirect(place.above[-1][1])
            answering.save(patient_id, visit, code, answered, by=actor, now=now)
            flash(f"{found.asked.title} is kept half-done; anybody of the site can go on with it.")
            return redirect(url_for("questionnaires.sheet", patient_id=patient_id, visit=visit, code=code))
    return _page(place, found, form), 422


@bp.get("/patients/<uuid:patient_id>/laboratory")
def series(patient_id: UUID) -> str:
    """The days of the laboratory series with their results, and what results ask for."""
    place = here(current_actor(), patient_id)
    laboratory = queries.library().of_laboratory(place.lens.as_of)
    days = []
    for one in queries.series(place.course):
        rows = queries.answered(place.patient, one.code, place.lens)
        row = rows.get(laboratory.code) if laboratory else None
        days.append((one, row, *_day_state(row, due=one.due_on <= place.lens.as_of and bool(place.course.infusion))))
    return render_template(
        "questionnaires/laboratory.html",
        here=place,
        laboratory=laboratory,
        days=days,
        tests=place.course.schedule.laboratory,
        asked=queries.follow_ups(place.patient, place.lens),
        trigger=queries.trigger(),
        stage_words=STAGE_WORDS,
        kits=kit_views.listed(place.patient, place.lens),
    )


def _day_state(row: VisitAnswers | None, *, due: bool) -> tuple[str, str]:
    if row is not None:
        return ("Done", "met") if row.state is AnswersState.FINISHED else ("Half-done", "wait")
    return ("Due", "soon") if due else ("To come", "open")


def _block(found: Sheet) -> Block:
    return Block("", found.asked.title, found.asked.questions)


def _form(place: Here, found: Sheet) -> AnswersForm:
    values = plain(found.row.answers) if found.row else {}
    block = _block(found)
    begins: dict[str, object] = {
        **given(block, values),
        "seen": str(found.row.id) if found.row else "",
        "answered_on": place.lens.as_of,
    }
    return asking([block], dated=True, correcting=found.finished)(data=begins)


def _page(place: Here, found: Sheet, form: AnswersForm | None) -> str:
    states = queries.states(found.row) if found.row else []
    told = lines(found.asked, found.row.answers) if found.row else []
    words, mark = sheet_state(found)
    return render_template(
        "questionnaires/sheet.html",
        here=place,
        sheet=found,
        form=form if not g.rems_lens_bar else None,
        block=_block(found),
        answers=[one for one in told if one[2] <= place.lens.as_of],
        states=[(row, lines(found.asked, row.answers)) for row in states],
        words=words,
        mark=mark,
        not_infused="" if place.course.infusion else NOT_INFUSED.format(place.patient.number),
    )
