"""Parts of use cases that keep answers: the words that were asked, a state of answers, the event an answer opens."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, require_transaction
from rems.core.errors import IllegalMove
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.core.states import in_place_of, take_turn
from rems.events import queries as events
from rems.events.reporting import Happening, open_event
from rems.events.rules import Kind, Outcome, least_seriousness
from rems.followup.questionnaires import queries
from rems.followup.questionnaires.answers import first_day, merged, partial_words, plain, words
from rems.followup.questionnaires.branching import met
from rems.followup.questionnaires.models import QuestionnaireAsked, SampleKit, VisitAnswers
from rems.followup.questionnaires.queries import Sheet, When
from rems.followup.questionnaires.rules import AnswersState, GivenBy
from rems.followup.questionnaires.terms import Questionnaire, kept
from rems.patients.models import Patient
from rems.patients.queries import Place
from rems.patients.rules import said


@dataclass(frozen=True)
class Given:
    """Answers to be kept: `kept` are those of the whole questionnaire (`answers.merged`), `on` a day of the site."""

    kept: dict[str, Any]
    on: date
    state: AnswersState
    by: GivenBy = GivenBy.SITE
    reason: str = ""


@dataclass(frozen=True)
class About:
    """Whose answers, where, on which occasion, and when the patient was infused."""

    patient: Patient
    place: Place
    when: When
    infused_on: date


def as_asked(patient: Patient, one: Questionnaire) -> UUID:
    """The key of a version as this site asks it; its words are kept at the first time.

    Raises IllegalMove where they were changed since without a new version number.
    """
    require_transaction("keeping a questionnaire")
    content = kept(one)
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    table = QuestionnaireAsked
    row = {
        "id": uuid7(),
        "scope_id": patient.scope_id,
        "program_id": patient.program_id,
        "code": one.code,
        "version": one.version,
        "digest": digest,
        "content": content,
    }
    db.session.execute(insert(table).values(row).on_conflict_do_nothing())
    query = select(table.id, table.digest).where(
        table.scope_id == patient.scope_id, table.code == one.code, table.version == one.version
    )
    found = db.session.execute(query).one()
    if found.digest != digest:
        raise IllegalMove(
            f"{one.label}, was changed in config/questionnaires after it was answered here. What was asked never "
            "changes: an administrator puts its words back, or gives the new ones a new version number."
        )
    return UUID(str(found.id))


def keep(sheet: Sheet, about: About, given: Given, *, by: Actor, now: datetime) -> VisitAnswers:
    """The next state of the answers to a questionnaire; the first answer that says so opens an event.

    The caller checked the answers, that `by` may, and that nobody was faster. Raises NotAllowed, IllegalMove.
    """
    require_transaction("keeping answers")
    old, patient = sheet.row, about.patient
    changed: dict[str, Any] = {
        "holds_on": min(old.holds_on, given.on) if old else given.on,
        "state": given.state,
        "given_by": given.by,
        "answers": given.kept,
        "reason": given.reason.strip(),
        "event_id": (old.event_id if old else None) or _event(sheet.asked, about, given, by=by, now=now),
    }
    if old is not None:
        row = in_place_of(old, **changed)
    else:
        key = uuid7()
        row = VisitAnswers(
            id=key,
            root_id=key,
            scope_id=patient.scope_id,
            program_id=patient.program_id,
            patient_id=patient.id,
            visit_code=about.when.code,
            code=sheet.asked.code,
            asked_id=as_asked(patient, sheet.asked),
            **changed,
        )
    db.session.add(row)
    db.session.flush()
    return row


def begin(about: About, answers: Mapping[str, str], *, on: date, by: Actor, now: datetime) -> list[VisitAnswers]:
    """Begin the questionnaires whose event the yes or no of a visit tells of, so that a yes is never left at that.

    `answers` are those of the visit by the code of its question. What somebody answered already stays.
    """
    require_transaction("beginning a questionnaire")
    begun = []
    if told := {code for code, answer in answers.items() if answer == "yes"}:
        take_turn("answers of", about.patient.id)
        for sheet in queries.sheets(about.patient, about.when, Lens(on)):
            opens = sheet.asked.opens
            if opens is None or sheet.row is not None or told.isdisjoint(sheet.asked.answers_to):
                continue
            kept_ = merged({}, {opens.when.question: opens.when.any_of[0]}, on=on)
            begun.append(keep(sheet, about, Given(kept_, on, AnswersState.HALF_DONE), by=by, now=now))
    return begun


def _event(one: Questionnaire, about: About, given: Given, *, by: Actor, now: datetime) -> UUID | None:
    """The event that these answers open, with a sample kit for a new malignancy; None: they open none.

    A half-done state opens it as well: the legal clock runs from the day on which the site knows.
    """
    opens, values = one.opens, plain(given.kept)
    if opens is None or not met(opens.when, values):
        return None
    patient = about.patient
    require(by, Permission.EVENT_REPORT, scope_id=patient.scope_id, program_id=patient.program_id)
    kind = Kind(opens.kind)
    named, found_on = one.question(opens.term), values.get(opens.began, "")
    began_on = max(first_day(str(found_on)), about.infused_on) if found_on else given.on
    least = least_seriousness(kind, None)
    happened = Happening(
        kind=kind,
        term=words(named, values[named.code]) if named and named.code in values else "",
        began_on=min(began_on, given.on),
        site_aware_on=given.on,
        day_zero=day_in(events.day_zero_zone(about.place.site), now),
        seriousness=[least] if least else [],
        outcome=Outcome.UNKNOWN,
        narrative=f"Found, as was answered: {partial_words(str(found_on))}." if found_on else "",
    )
    teller = "patient" if given.by is GivenBy.PATIENT else "site"
    came_from = f"{about.when.title}, questionnaire {one.label}, answered by the {teller} on {said(given.on)}"
    event = open_event(patient, happened, came_from=came_from, by=by, now=now)
    if kind is Kind.NEW_MALIGNANCY:
        kit = SampleKit(
            id=uuid7(),
            scope_id=patient.scope_id,
            program_id=patient.program_id,
            holds_on=given.on,
            patient_id=patient.id,
            event_id=event.id,
            visit_code=about.when.code,
        )
        db.session.add(kit)
    return event.id
