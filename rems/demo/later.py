"""Invented answers to the questionnaires of visits, and how far each sample kit has come."""

from collections.abc import Sequence
from datetime import date, timedelta

from rems.core.db import db, reading
from rems.core.lens import Lens
from rems.demo.calendar import Calendar
from rems.demo.hospital import Hospital
from rems.demo.patients import Treated
from rems.followup import queries as followup
from rems.followup.questionnaires import answering, kits, queries
from rems.followup.questionnaires.answering import Answered
from rems.followup.questionnaires.branching import Value, gaps
from rems.followup.questionnaires.rules import REFERENCED, STAGES, KitStage
from rems.followup.questionnaires.terms import Question
from rems.patients import queries as patients

ANSWERED = 6  # patients whose newest visit has its questionnaires answered
QUIET = ("no", "alive")  # what is answered where nothing happened
WHO = {
    KitStage.ORDERED: "Cell therapy office",
    KitStage.SENT: "Kit center of the manufacturer",
    KitStage.AT_SITE: "Cell therapy office",
    KitStage.SAMPLED: "Pathology of the site",
    KitStage.SHIPPED: "Cell therapy office",
    KitStage.AT_LABORATORY: "Central laboratory",
    KitStage.RESULT: "Central laboratory",
}


def enter_answers(treated: Sequence[Treated], calendar: Calendar) -> int:
    """The questionnaires of the newest visit of a few patients; of the last patient one stays half-done."""
    found = [newest for one in sorted(treated, key=lambda t: t.infused_on) if (newest := _visit(one, calendar.today))]
    chosen = found[-ANSWERED:]
    for number, (one, code, day, asked) in enumerate(chosen, 1):
        for place, (sheet, questions) in enumerate(asked, 1):
            last = (number, place) == (len(chosen), len(asked))
            _answer(one, (code, sheet), questions, day, calendar, finished=not last)
    return len(chosen)


Asked = list[tuple[str, Sequence[Question]]]


def _visit(one: Treated, today: date) -> tuple[Treated, str, date, Asked] | None:
    """The newest visit that was held, and each questionnaire of it that is not begun; none of somebody who died."""
    if one.died_on is not None:
        return None
    by = one.hospital.coordinator
    with reading(by):
        patient = patients.patient(by, one.patient_id)
        course = followup.course(patient, Lens(today))
        held = [line for line in course.lines if line.held_on]
        if not held:
            return None
        code, day = held[-1].visit.code, held[-1].held_on
        assert day is not None  # those that were held
        sheets = queries.sheets(patient, queries.when(course, code), Lens(day))
        return one, code, day, [(s.asked.code, s.asked.questions) for s in sheets if s.row is None]


def _answer(
    one: Treated,
    where: tuple[str, str],
    questions: Sequence[Question],
    day: date,
    calendar: Calendar,
    *,
    finished: bool,
) -> None:
    values: dict[str, Value] = {}
    while finished and (open_ := gaps(questions, values)):
        values[open_[0].code] = _quiet(open_[0])
    act = answering.finish if finished else answering.save
    now = calendar.at(day, one.hospital.town.timezone, 17)
    act(one.patient_id, *where, Answered(values, day), by=one.hospital.coordinator, now=now)


def _quiet(question: Question) -> Value:
    if question.choices is None:
        return "Not asked for at this visit"
    return next((choice for choice in QUIET if choice in question.choices), list(question.choices)[-1])


def enter_kits(hospitals: Sequence[Hospital], calendar: Calendar) -> int:
    """Each kit goes its way: those of months ago to the result, the newest as far as the days since allow."""
    return sum(_send(hospital, calendar) for hospital in hospitals if hospital.certified_on)


def _send(hospital: Hospital, calendar: Calendar) -> int:
    by, days = hospital.coordinator, queries.kit_days()
    with reading(by):
        asked = {row.id: row.holds_on for row in queries.kits(by, Lens(calendar.today))}
        db.session.expunge_all()
    for kit_id, day in asked.items():
        for stage in STAGES:
            day += timedelta(days=calendar.dice.randint(1, max(1, days[stage])))
            if day > calendar.today:
                break
            reference = f"{stage[:2].upper()}-{calendar.dice.randint(10000, 99999)}" if stage in REFERENCED else ""
            kits.record_step(
                kit_id,
                stage,
                holds_on=day,
                who=WHO[stage],
                reference=reference,
                by=by,
                now=calendar.at(day, hospital.town.timezone),
            )
    return len(asked)
