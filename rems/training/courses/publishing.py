"""Publish the courses of a program in editions, and withdraw them."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput, IllegalMove, NotFound, StaleRecord
from rems.core.ids import uuid7
from rems.core.states import CHANGED, next_state, take_turn
from rems.programs import queries as programs
from rems.sites.rules import said as said_day
from rems.training.courses import queries
from rems.training.courses.models import CourseEdition, CourseFile
from rems.training.courses.rules import MaterialForm
from rems.training.rules import TrainingKind


@dataclass(frozen=True)
class Said:
    """What an edition is: its name, its material (a page in Markdown, or a PDF), its first day.

    `renews`: training of its kind that was taken before does not count any more from that day on.
    """

    title: str
    edition: str
    kind: TrainingKind
    from_on: date
    page: str = ""
    file: tuple[str, bytes] | None = None
    renews: bool = False


def publish(code: str, said: Said, *, after: UUID | None = None, by: Actor, now: datetime) -> UUID:
    """Publish an edition of a course; `after` (a `root_id`) is the edition before it, None: the course is new.

    Raises NotFound, NotAllowed, BadInput with the field.
    """
    with transaction(by, "courses.publish", at=now) as session:
        program_id = programs.key(code)
        require(by, Permission.TRAINING_PUBLISH, program_id=program_id)
        key = uuid7()
        take_turn("courses of", program_id)
        series = _series(program_id, after) if after else key
        _check(program_id, series, said, today=day_in(by.timezone, now))
        kept = _file(program_id, said)
        row = CourseEdition(
            id=key,
            root_id=key,
            series_id=series,
            program_id=program_id,
            holds_on=said.from_on,
            kind=said.kind,
            title=said.title.strip(),
            edition=said.edition.strip(),
            form=MaterialForm.FILE if kept else MaterialForm.PAGE,
            page="" if kept else said.page.strip(),
            file_id=kept,
            renews=said.renews,
        )
        session.add(row)
    return key


def withdraw(seen: UUID, *, on: date, by: Actor, now: datetime) -> UUID:
    """An edition is not used from that day on. Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord."""
    with transaction(by, "courses.withdraw", at=now):
        shown = db.session.get(CourseEdition, seen)
        if shown is None:
            raise NotFound("There is no such course, or it is not yours to see.")
        require(by, Permission.TRAINING_PUBLISH, program_id=shown.program_id)
        take_turn("courses of", shown.program_id)
        row = queries.edition(shown.root_id)
        if row.id != seen:
            raise StaleRecord(CHANGED)
        check_not_withdrawn(row)
        if on < day_in(by.timezone, now):
            raise BadInput("It cannot be withdrawn for a day that is over.", "on")
        return next_state(row, withdrawn_on=on).root_id


def check_not_withdrawn(row: CourseEdition) -> None:
    """Raises IllegalMove."""
    if row.withdrawn_on is not None:
        raise IllegalMove(f"{row.label}, was withdrawn already, from {said_day(row.withdrawn_on)} on.")


def _series(program_id: UUID, after: UUID) -> UUID:
    """The course of an edition. Raises NotFound for one of another program."""
    before = queries.edition(after)
    if before.program_id != program_id:
        raise NotFound("There is no such course, or it is not yours to see.")
    return before.series_id


def _check(program_id: UUID, series: UUID, said: Said, *, today: date) -> None:
    if not said.title.strip():
        raise BadInput("Title is missing: name the course.", "title")
    if not said.edition.strip():
        raise BadInput("Edition is missing: for example 1.0, or its month.", "edition")
    if not said.file and not said.page.strip():
        raise BadInput("Material is missing: write the page, or choose a PDF.", "page")
    if said.file and said.page.strip():
        raise BadInput("A course is a page or a PDF, not both; take one away.", "page")
    if said.renews and said.from_on < today:
        raise BadInput("What must be taken anew begins today or later: nobody could have known it before.", "from_on")
    several = queries.editions(program_id)
    same = [row for row in several if row.series_id == series]
    named = [
        row for row in several if row.series_id != series and row.title.casefold() == said.title.strip().casefold()
    ]
    if named:
        raise BadInput(f'The program has a course "{named[0].title}" already; publish its next edition.', "title")
    if any(row.edition == said.edition.strip() for row in same):
        raise BadInput(f"There is an edition {said.edition.strip()} of {same[0].title} already.", "edition")
    newest = max((row for row in same if row.was_used), key=lambda row: row.holds_on, default=None)
    if newest and newest.holds_on > said.from_on:
        begins = said_day(newest.holds_on)
        raise BadInput(f"Edition {newest.edition} begins on {begins}; the next one begins then or later.", "from_on")


def _file(program_id: UUID, said: Said) -> UUID | None:
    if said.file is None:
        return None
    name, content = said.file
    digest = hashlib.sha256(content).hexdigest()
    kept = CourseFile(
        id=uuid7(),
        program_id=program_id,
        holds_on=said.from_on,
        name=name,
        size=len(content),
        sha256=digest,
        content=content,
    )
    db.session.add(kept)
    db.session.flush()  # the edition names it by a key
    return kept.id
