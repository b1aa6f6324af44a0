"""The page of one visit: what was recorded of it, and the form that records or corrects it."""

from datetime import date
from uuid import UUID

from flask import g, render_template

from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.followup import queries
from rems.followup.forms import VisitForm, asking
from rems.followup.queries import Course, Line
from rems.followup.questionnaires import desk
from rems.followup.rules import SURVIVAL_QUESTION, Answer, by_phone
from rems.patients import queries as patients
from rems.web.lens import current_lens


def form_of(course: Course, line: Line, *, correcting: bool) -> type[VisitForm]:
    """The form with the questions that this visit asks."""
    return asking([q for q in course.schedule.questions if q.code in line.visit.asks], correcting=correcting)


def visit_page(actor: Actor, patient_id: UUID, code: str, form: VisitForm | None = None) -> str:
    """The visit as of the day asked about; a form only today, and only for those who may record."""
    patient = patients.patient(actor, patient_id)
    place = patients.place(actor, patient.scope_id)
    lens = current_lens(zone=place.site.timezone)
    course = queries.course(patient, lens)
    line = course.line(code)
    may = can(actor, Permission.VISIT_RECORD, scope_id=patient.scope_id, program_id=patient.program_id)
    if may and course.infusion and not g.rems_lens_bar:
        form = form or form_of(course, line, correcting=line.fact is not None)(data=recorded(line))
    return render_template(
        "followup/visit.html",
        form=form,
        patient=patient,
        place=place,
        course=course,
        line=line,
        died_on=queries.death([line.fact] if line.fact else []),
        states=queries.states_of(patient, code) if line.fact else [],
        questions=[(q.code, q.title) for q in course.schedule.questions if q.code != SURVIVAL_QUESTION],
        words={a.value: a.words for a in Answer},
        may=may,
        by_phone=by_phone(line.visit),
        asked=desk.of_visit(desk.here(actor, patient_id, code), utcnow()),
    )


def recorded(line: Line) -> dict[str, object]:
    """What the form of a correction begins with."""
    fact = line.fact
    if fact is None:
        return {}
    death = fact.answers.get(SURVIVAL_QUESTION, {})
    values: dict[str, object] = {
        "seen": str(fact.id),
        "holds_on": fact.holds_on,
        "contact": fact.contact,
        "survival": fact.survival,
        "died_on": date.fromisoformat(death["died_on"]) if death.get("died_on") else None,
        "cause": death.get("note", ""),
        "late_reason": fact.late_reason,
        "note": fact.note,
    }
    for code, told in fact.answers.items():
        values[f"ask_{code}"], values[f"note_{code}"] = told.get("answer"), told.get("note", "")
    return values
