"""Ask a patient by a one-time link; keep what comes in, and take it over into the visit or set it aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core import onetime
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, IllegalMove, Incomplete
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.core.states import next_state, take_turn
from rems.followup import queries as followup
from rems.followup.questionnaires import queries, steps
from rems.followup.questionnaires.answering import about_of
from rems.followup.questionnaires.answers import check_all, merged, plain
from rems.followup.questionnaires.branching import Values, gaps, met, settled
from rems.followup.questionnaires.models import AnswerLink
from rems.followup.questionnaires.rules import LONGEST_LINK_DAYS, AnswersState, GivenBy, LinkOutcome
from rems.followup.questionnaires.steps import About, Given
from rems.followup.questionnaires.terms import Questionnaire
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.patients.rules import FactKind, said

SAID = onetime.Sentences(
    over="This link is too old. Call your treatment center; they can send you a new one.",
    used="Your answers have reached your treatment center. This link works only once; there is nothing more to do.",
    canceled="This link does not work any more. Call your treatment center if you expected to answer here.",
)
NO_LINK = "This link is not known. Open it just as it was given to you, or call your treatment center."
HOLDER = "The patient"


@dataclass(frozen=True)
class TakenOver:
    """What became of the answers of a patient: questionnaires finished, still half-done, and left as they were."""

    finished: tuple[str, ...]
    half_done: tuple[str, ...]
    left: tuple[str, ...]


def make(patient_id: UUID, visit: str, *, days: int, by: Actor, now: datetime) -> tuple[str, UUID]:
    """Make a link for one visit that holds for so many days; returns its word, which is not kept, and its key.

    A link that is still out for the visit is canceled. Raises NotFound, NotAllowed, BadInput with the field,
    IllegalMove: no consent to contact, a death, or nothing to ask the patient.
    """
    with transaction(by, "questionnaires.make_link", at=now) as session:
        patient = patients.patient(by, patient_id)
        about = about_of(patient, visit, by=by, now=now)
        lasts = onetime.check_days(days, longest=LONGEST_LINK_DAYS)
        today = day_in(about.place.site.timezone, now)
        if why := why_not(patient, Lens(today)):
            raise IllegalMove(why)
        asked = [one.asked for one in queries.sheets(patient, about.when, Lens(today)) if not one.finished]
        mine = [one for one in asked if one.for_patient]
        if not mine:
            raise IllegalMove(f"{about.when.title} has nothing left to ask that a patient can answer.")
        for old in queries.links(patient, visit):
            if queries.opens(old, now):
                next_state(old, canceled=True)
        token, key = onetime.new_token(), uuid7()
        row = AnswerLink(
            id=key,
            root_id=key,
            scope_id=patient.scope_id,
            program_id=patient.program_id,
            holds_on=today,
            patient_id=patient_id,
            visit_code=visit,
            asked=[str(steps.as_asked(patient, one)) for one in mine],
            token_digest=onetime.digest_of(token),
            expires_at=now + lasts,
            used=False,
            canceled=False,
            answered_on=None,
            answers={},
            outcome=LinkOutcome.WAITING,
            note="",
        )
        session.add(row)
    return token, key


def why_not(patient: Patient, lens: Lens) -> str:
    """Why a patient is not to be asked by a link on that day; empty: the patient may be."""
    if died_on := followup.course(patient, lens).died_on:
        return f"{patient.number} died on {said(died_on)}; nobody is to be contacted."
    if FactKind.CONSENT_CONTACT not in patients.facts_of(patient.id, lens):
        return (
            f"{patient.number} has given no consent to be contacted, or has withdrawn it. Record the consent first, or "
            "ask at the visit."
        )
    return ""


def cancel(root_id: UUID, *, by: Actor, now: datetime) -> None:
    """A link opens nothing any more. Raises NotFound, NotAllowed, IllegalMove."""
    with transaction(by, "questionnaires.cancel_link", at=now):
        row = _turn(root_id)
        require(by, Permission.VISIT_RECORD, scope_id=row.scope_id, program_id=row.program_id)
        if not queries.opens(row, now):
            raise IllegalMove("This link opens nothing any more, so there is nothing to cancel.")
        next_state(row, canceled=True)


def check_opens(row: AnswerLink, patient: Patient, now: datetime, *, zone: str) -> None:
    """Raises IllegalMove with what became of a link that opens nothing; one without consent counts as canceled."""
    onetime.check_opens(row, now, SAID)
    if why_not(patient, Lens(day_in(zone, now))):
        raise IllegalMove(SAID.canceled)


def asked(row: AnswerLink) -> list[Questionnaire]:
    """The questionnaires of a link, word for word as they were when it was made."""
    return [queries.content(UUID(key)) for key in row.asked]


def says_event(one: Questionnaire, row: AnswerLink) -> bool:
    """Whether what came in opens an event when it is taken over."""
    return one.opens is not None and met(one.opens.when, plain(row.answers.get(one.code, {})))


def send(root_id: UUID, given: Mapping[str, Values], *, by: Actor, now: datetime) -> None:
    """The patient's answers come in, by the code of the questionnaire; the link is used from then on.

    `by` is who holds the link. Raises BadInput with the field, Incomplete, IllegalMove for a link that opens nothing.
    """
    with transaction(by, "questionnaires.send", at=now):
        row = _turn(root_id)
        patient = patients.of_scope(row.patient_id, row.scope_id)
        zone = patients.place(by, row.scope_id).site.timezone
        check_opens(row, patient, now, zone=zone)
        today = day_in(zone, now)
        infusion = patients.infusion(patient.id, Lens(today))
        assert infusion is not None  # make
        came: dict[str, dict[str, object]] = {}
        for one in asked(row):
            values = given.get(one.code, {})
            check_all(one.for_patient, values, infused_on=infusion.holds_on, on=today)
            if open_ := gaps(one.for_patient, values):
                raise Incomplete("Not sent yet: a question has no answer.", [q.plain for q in open_])
            came[one.code] = merged({}, settled(one.for_patient, values), on=today)
        next_state(row, used=True, answered_on=today, answers=came)


def take_over(root_id: UUID, *, by: Actor, now: datetime) -> TakenOver:
    """What the patient answered becomes part of the visit, marked as given by the patient.

    What the site answered itself stays; a questionnaire that is whole is finished, another one half-done.
    Raises NotFound, NotAllowed, IllegalMove.
    """
    with transaction(by, "questionnaires.take_over", at=now):
        row, about = _to_look_at(root_id, by=by, now=now)
        today = day_in(about.place.site.timezone, now)
        became: dict[str, list[str]] = {"finished": [], "half_done": [], "left": []}
        for one in asked(row):
            found = queries.answered(about.patient, about.when.code, Lens(today)).get(one.code)
            sheet = queries.Sheet(queries.content(found.asked_id), found) if found else queries.Sheet(one, None)
            if sheet.finished:
                became["left"].append(one.title)
                continue
            state = _take(row, one, about, sheet, by=by, now=now)
            became[state.value].append(one.title)
        next_state(row, outcome=LinkOutcome.TAKEN_OVER)
    return TakenOver(**{name: tuple(titles) for name, titles in became.items()})


def _take(
    row: AnswerLink, one: Questionnaire, about: About, sheet: queries.Sheet, *, by: Actor, now: datetime
) -> AnswersState:
    """Put the patient's answers to one questionnaire beneath those of the site. Returns the state they make.

    Where the site began in another version, only what both ask in the same words is taken.
    """
    assert row.answered_on is not None  # used
    same = {q.code for q in sheet.asked.questions if q == one.question(q.code)}
    came = {code: told for code, told in row.answers[one.code].items() if code in same}
    both = {**came, **(sheet.row.answers if sheet.row else {})}
    apply = settled(sheet.asked.questions, plain(both))
    state = AnswersState.HALF_DONE if gaps(sheet.asked.questions, apply) else AnswersState.FINISHED
    given = Given({code: both[code] for code in apply}, row.answered_on, state, by=GivenBy.PATIENT)
    steps.keep(sheet, about, given, by=by, now=now)
    return state


def set_aside(root_id: UUID, *, note: str, by: Actor, now: datetime) -> None:
    """The site does not take the answers over, and says why, such as that it asks by phone.

    Raises NotFound, NotAllowed, BadInput, IllegalMove.
    """
    with transaction(by, "questionnaires.set_aside", note.strip(), at=now):
        row, _ = _to_look_at(root_id, by=by, now=now)
        if not note.strip():
            raise BadInput("Reason is missing: say why the answers are not taken over.", "note")
        next_state(row, outcome=LinkOutcome.SET_ASIDE, note=note.strip())


def _turn(root_id: UUID) -> AnswerLink:
    take_turn("answer link", root_id)
    return queries.link(root_id)


def _to_look_at(root_id: UUID, *, by: Actor, now: datetime) -> tuple[AnswerLink, About]:
    row = _turn(root_id)
    about = about_of(patients.patient(by, row.patient_id), row.visit_code, by=by, now=now)
    if not row.used:
        raise IllegalMove("Nothing has come in through this link.")
    if row.outcome is not LinkOutcome.WAITING:
        raise IllegalMove("Somebody of the site has dealt with these answers already.")
    return row, about
