"""Answer the questionnaires of a visit: half-done, finished, corrected with a reason."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, IllegalMove, Incomplete, StaleRecord
from rems.core.lens import Lens
from rems.core.states import take_turn
from rems.followup import queries as followup
from rems.followup.questionnaires import queries, steps
from rems.followup.questionnaires.answers import check_all, merged
from rems.followup.questionnaires.branching import Values, gaps, settled
from rems.followup.questionnaires.models import VisitAnswers
from rems.followup.questionnaires.queries import Sheet
from rems.followup.questionnaires.rules import AnswersState, check_answered, check_reason
from rems.followup.questionnaires.steps import About, Given
from rems.patients import queries as patients
from rems.patients.models import Patient

NOT_INFUSED = "{} is not infused yet; questionnaires are answered after the infusion."


@dataclass(frozen=True)
class Answered:
    """What was answered, on which day of the site, and which state was corrected or gone on with (None: none was)."""

    values: Values
    on: date
    seen: UUID | None = None


def save(patient_id: UUID, visit: str, code: str, answered: Answered, *, by: Actor, now: datetime) -> UUID:
    """Keep a half-done questionnaire; anybody of the site who may record visits goes on with it.

    Raises NotFound, NotAllowed, BadInput with the field, IllegalMove once it is finished, StaleRecord.
    """
    with transaction(by, "questionnaires.save", at=now):
        about, sheet = opened(patient_id, visit, code, seen=answered.seen, by=by, now=now)
        if sheet.finished:
            raise IllegalMove(f"{sheet.asked.title} is finished; correct it with a reason.")
        row = _keep(about, sheet, answered, AnswersState.HALF_DONE, by=by, now=now)
    return row.id


def finish(
    patient_id: UUID, visit: str, code: str, answered: Answered, *, reason: str = "", by: Actor, now: datetime
) -> UUID:
    """Finish a questionnaire, or correct a finished one: then with a `reason`, and the new state supersedes the old.

    Raises NotFound, NotAllowed, BadInput with the field, Incomplete with the questions left open, StaleRecord.
    """
    with transaction(by, "questionnaires.finish", reason.strip(), at=now):
        about, sheet = opened(patient_id, visit, code, seen=answered.seen, by=by, now=now)
        if sheet.row is not None:
            check_reason(sheet.row.state, reason, title=sheet.asked.title)
        if open_ := gaps(sheet.asked.questions, settled(sheet.asked.questions, answered.values)):
            raise Incomplete("Not finished: a question has no answer yet.", [q.text for q in open_])
        row = _keep(about, sheet, answered, AnswersState.FINISHED, reason=reason, by=by, now=now)
    return row.id


def opened(
    patient_id: UUID, visit: str, code: str, *, seen: UUID | None, by: Actor, now: datetime
) -> tuple[About, Sheet]:
    """One questionnaire of an occasion, in this transaction. Raises NotFound, NotAllowed, BadInput, StaleRecord."""
    patient = patients.patient(by, patient_id)
    about = about_of(patient, visit, by=by, now=now)
    sheet = queries.sheet(patient, about.when, code, Lens(day_in(about.place.site.timezone, now)))
    if (sheet.row.id if sheet.row else None) != seen:
        raise StaleRecord(f"{sheet.asked.title} was answered by somebody else since you opened it.")
    return about, sheet


def about_of(patient: Patient, visit: str, *, by: Actor, now: datetime) -> About:
    """The occasion, while nobody else changes its answers. Raises NotFound, NotAllowed, BadInput: not infused yet."""
    require(by, Permission.VISIT_RECORD, scope_id=patient.scope_id, program_id=patient.program_id)
    take_turn("answers of", patient.id)
    place = patients.place(by, patient.scope_id)
    course = followup.course(patient, Lens(day_in(place.site.timezone, now)))
    where = queries.when(course, visit)
    if course.infusion is None:
        raise BadInput(NOT_INFUSED.format(patient.number))
    return About(patient, place, where, course.infusion.holds_on)


def _keep(
    about: About,
    sheet: Sheet,
    answered: Answered,
    state: AnswersState,
    *,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> VisitAnswers:
    """Check what was answered and keep it; answers to questions that do not apply fall away."""
    today = day_in(about.place.site.timezone, now)
    check_answered(answered.on, infused_on=about.infused_on, today=today)
    check_all(sheet.asked.questions, answered.values, infused_on=about.infused_on, on=answered.on)
    values = settled(sheet.asked.questions, answered.values)
    old = sheet.row.answers if sheet.row else {}
    given = Given(merged(old, values, on=answered.on), answered.on, state, reason=reason)
    return steps.keep(sheet, about, given, by=by, now=now)
