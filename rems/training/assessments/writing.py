"""Write the question sets of a program: drafts, their questions, publishing, withdrawing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput, IllegalMove, Incomplete, NotFound, StaleRecord
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.core.states import CHANGED, next_state, take_turn
from rems.programs import queries as programs
from rems.programs.rules import Program
from rems.training.assessments import queries
from rems.training.assessments.models import QuestionSet
from rems.training.assessments.rules import (
    MOST_ITEMS,
    AnswerKind,
    Choice,
    Content,
    Item,
    SetState,
    check_item,
    gaps,
    terms,
)


@dataclass(frozen=True)
class Asked:
    """A question as it is written: `choices` are words and whether they are right."""

    text: str
    kind: AnswerKind
    choices: Sequence[tuple[str, bool]]
    message: str = ""
    explanation: str = ""


def begin(code: str, *, title: str, edition: str, messages: Sequence[str], by: Actor, now: datetime) -> UUID:
    """Begin a question set of a program as a draft. Raises NotFound, NotAllowed, BadInput with the field."""
    with transaction(by, "assessments.begin", at=now) as session:
        program_id = programs.key(code)
        require(by, Permission.TRAINING_PUBLISH, program_id=program_id)
        key = uuid7()
        _check_name(program_id, key, title, edition)
        row = QuestionSet(
            id=key,
            root_id=key,
            series_id=key,
            program_id=program_id,
            holds_on=day_in(by.timezone, now),
            title=title.strip(),
            edition=edition.strip(),
            content=Content(_messages(messages)).kept(),
        )
        session.add(row)
    return key


def begin_edition(root_id: UUID, *, edition: str, by: Actor, now: datetime) -> UUID:
    """Begin the next edition of a set as a draft, with the questions of this one. Raises as `begin`."""
    with transaction(by, "assessments.begin_edition", at=now) as session:
        old = queries.question_set(root_id)
        require(by, Permission.TRAINING_PUBLISH, program_id=old.program_id)
        _check_name(old.program_id, old.series_id, old.title, edition)
        key = uuid7()
        row = QuestionSet(
            id=key,
            root_id=key,
            series_id=old.series_id,
            program_id=old.program_id,
            holds_on=day_in(by.timezone, now),
            title=old.title,
            edition=edition.strip(),
            content=old.content,
        )
        session.add(row)
    return key


def rename(seen: UUID, *, title: str, edition: str, messages: Sequence[str], by: Actor, now: datetime) -> UUID:
    """Change the name of a draft and its key risk messages. Raises as `begin`, IllegalMove, StaleRecord."""
    with transaction(by, "assessments.rename", at=now):
        row = _draft(seen, by, now)
        _check_name(row.program_id, row.series_id, title, edition, but=row.root_id)
        content = replace(Content.of(row.content), messages=_messages(messages))
        return next_state(row, title=title.strip(), edition=edition.strip(), content=content.kept()).root_id


def put(seen: UUID, key: str, asked: Asked, *, by: Actor, now: datetime) -> UUID:
    """Add a question to a draft, or write the one of that key anew. Raises as `rename`."""
    with transaction(by, "assessments.put_question", at=now):
        row = _draft(seen, by, now)
        content = Content.of(row.content)
        if key and content.item(key) is None:
            raise NotFound("This question is no more in the set.")
        if asked.message and asked.message not in content.messages:
            raise BadInput(f'"{asked.message}" is no key risk message of this set.', "message")
        item = _written(key or uuid4().hex[:12], asked)
        items = tuple(item if one.key == key else one for one in content.items)
        items = items if key else (*items, item)
        if len(items) > MOST_ITEMS:
            raise BadInput(f"A set has {MOST_ITEMS} questions at most.")
        return next_state(row, content=replace(content, items=items).kept()).root_id


def remove(seen: UUID, key: str, *, by: Actor, now: datetime) -> UUID:
    """Take a question out of a draft. Raises as `rename`."""
    with transaction(by, "assessments.remove_question", at=now):
        row = _draft(seen, by, now)
        content = Content.of(row.content)
        items = tuple(one for one in content.items if one.key != key)
        return next_state(row, content=replace(content, items=items).kept()).root_id


def publish(seen: UUID, *, from_on: date, by: Actor, now: datetime) -> UUID:
    """An edition is taken from that day on, in the place of those before it; nothing of it changes any more.

    Raises as `rename`, and Incomplete with each gap.
    """
    with transaction(by, "assessments.publish", at=now):
        row = _draft(seen, by, now)
        today = day_in(by.timezone, now)
        if from_on < today:
            raise BadInput(
                "An edition cannot be in use before it is published; choose today or a later day.", "from_on"
            )
        program = programs.by_key(row.program_id)
        open_ = _gaps(program, Content.of(row.content), from_on)
        if open_:
            raise Incomplete("This edition cannot be used yet.", open_)
        db.session.expire_all()
        for other in queries.sets(row.program_id):
            same = other.series_id == row.series_id and other.root_id != row.root_id
            if same and other.published_on and (other.withdrawn_on is None or other.withdrawn_on > from_on):
                next_state(other, withdrawn_on=max(from_on, other.published_on))
        return next_state(row, published_on=from_on).root_id


def withdraw(seen: UUID, *, on: date, by: Actor, now: datetime) -> UUID:
    """An edition is taken no more from that day on. Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord."""
    with transaction(by, "assessments.withdraw", at=now):
        row = _newest(seen, by)
        if row.published_on is None:
            raise IllegalMove("A draft is not in use, so there is nothing to withdraw.")
        if row.withdrawn_on is not None:
            raise IllegalMove(f"It was withdrawn already, from {row.withdrawn_on.isoformat()} on.")
        if on < max(row.published_on, day_in(by.timezone, now)):
            raise BadInput("It cannot be withdrawn for a day that is over, or before its first day.", "on")
        return next_state(row, withdrawn_on=on).root_id


def _newest(seen: UUID, by: Actor) -> QuestionSet:
    """The set whose state the page showed, locked until the transaction ends. Raises StaleRecord if it has changed."""
    shown = db.session.get(QuestionSet, seen)
    if shown is None:
        raise NotFound("There is no such question set, or it is not yours to see.")
    require(by, Permission.TRAINING_PUBLISH, program_id=shown.program_id)
    take_turn("question set", shown.series_id)
    row = db.session.scalars(facts(QuestionSet).where(QuestionSet.root_id == shown.root_id)).one()
    if row.id != seen:
        raise StaleRecord(CHANGED)
    return row


def _draft(seen: UUID, by: Actor, now: datetime) -> QuestionSet:
    row = _newest(seen, by)
    if queries.state(row, day_in(by.timezone, now)) is not SetState.DRAFT:
        raise IllegalMove("A published edition does not change; begin the next edition of this set.")
    return row


def _check_name(program_id: UUID, series_id: UUID, title: str, edition: str, *, but: UUID | None = None) -> None:
    if not title.strip():
        raise BadInput("Title is missing: name the assessment.", "title")
    if not edition.strip():
        raise BadInput("Edition is missing: for example 1.0, or its month.", "edition")
    for row in queries.sets(program_id):
        if row.root_id != but and row.series_id == series_id and row.edition == edition.strip():
            raise BadInput(f"There is an edition {row.edition} of {row.title} already.", "edition")
        if row.series_id != series_id and row.title.casefold() == title.strip().casefold():
            raise BadInput(f'The program has a set "{row.title}" already; begin its next edition instead.', "title")


def _messages(lines: Sequence[str]) -> tuple[str, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip()))


def _written(key: str, asked: Asked) -> Item:
    said = check_item(asked.text, asked.kind, asked.choices)
    choices = tuple(Choice(f"{number}", words, right) for number, (words, right) in enumerate(said, 1))
    return Item(key, asked.text.strip(), asked.kind, choices, asked.message, asked.explanation.strip())


def _gaps(program: Program, content: Content, on: date) -> tuple[str, ...]:
    return gaps(content, question_count=terms(program, program.version_on(on)).question_count)
