"""What is kept between imports, for a site under a program: what a sponsor's courses count as, how its lists read."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput, NotFound
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.core.states import take_turn
from rems.sites import queries as sites
from rems.sites.queries import Entry
from rems.training.formats import DayFormat, Format
from rems.training.import_models import CourseMapping, ListFormat
from rems.training.results import COUNTS_WORDS, CountsAs, Course


def entry_to_fill(site_id: UUID, code: str, by: Actor) -> Entry:
    """The site in the program, whose training the actor may record. Raises NotFound, NotAllowed."""
    entry = sites.entry(by, site_id, code)
    require(by, Permission.TRAINING_RECORD, scope_id=entry.scope_id)
    return entry


def one_at_a_time(entry: Entry) -> None:
    """Whoever imports training there, or says how it is read, goes one after the other until the transaction ends."""
    take_turn("training import", entry.scope_id)


def courses(entry: Entry, lens: Lens | None = None) -> list[CourseMapping]:
    """Every course that somebody said something of, by what it is called."""
    found = facts(CourseMapping, lens, scope_id=entry.scope_id)
    return list(db.session.scalars(found.order_by(CourseMapping.title, CourseMapping.called)))


def ways(entry: Entry) -> dict[str, CountsAs]:
    """What each known course counts as now."""
    return {row.called: row.counts_as for row in courses(entry)}


def course(entry: Entry, course_id: UUID) -> list[CourseMapping]:
    """The states of one course, the newest first. Raises NotFound."""
    of_one = select(CourseMapping).where(CourseMapping.scope_id == entry.scope_id, CourseMapping.root_id == course_id)
    found = list(db.session.scalars(of_one.order_by(CourseMapping.recorded_at.desc(), CourseMapping.id.desc())))
    if not found:
        raise NotFound("There is no such course here, or it is not yours to see.")
    return found


def formats(entry: Entry, lens: Lens | None = None) -> list[ListFormat]:
    """Every format of a list, by name."""
    found = facts(ListFormat, lens, scope_id=entry.scope_id)
    return list(db.session.scalars(found.order_by(ListFormat.name)))


def format_named(entry: Entry, name: str) -> Format:
    """Raises BadInput when nothing is kept under that name."""
    kept = {row.name: row for row in formats(entry)}
    if (row := kept.get(name)) is None:
        names = ", ".join(kept) or "none yet"
        raise BadInput(f'No columns of a list are kept as "{name[:80]}"; those kept are: {names}.', "read_as")
    return Format(row.name, row.columns, DayFormat(row.day_format))


def keep_courses(
    site_id: UUID, code: str, said: Sequence[tuple[Course, CountsAs]], *, by: Actor, now: datetime
) -> None:
    """Keep what courses count as from now on; one that is known already stays as it is.

    Raises NotFound, NotAllowed.
    """
    with transaction(by, "training.keep_courses", at=now):
        entry = entry_to_fill(site_id, code, by)
        one_at_a_time(entry)
        known, today = ways(entry), _today(entry, by, now)
        for one, way in said:
            if one.called not in known:
                key = uuid7()
                db.session.add(_state(entry, key, key, today, called=one.called, title=one.title, way=way))


def change_course(site_id: UUID, code: str, course_id: UUID, way: CountsAs, *, by: Actor, now: datetime) -> None:
    """Let a course count as something else in later imports. Raises NotFound, NotAllowed, BadInput with field."""
    with transaction(by, "training.change_course", at=now):
        entry = entry_to_fill(site_id, code, by)
        one_at_a_time(entry)
        newest = course(entry, course_id)[0]
        if newest.counts_as is way:
            raise BadInput(f"It counts as this already: {COUNTS_WORDS[way]}.", "counts_as")
        row = _state(
            entry, uuid7(), course_id, _today(entry, by, now), called=newest.called, title=newest.title, way=way
        )
        row.supersedes_id = newest.id
        db.session.add(row)


def keep_format(site_id: UUID, code: str, form: Format, *, by: Actor, now: datetime) -> None:
    """Keep how a list reads under its name, in place of what was kept under it. Raises NotFound, NotAllowed."""
    with transaction(by, "training.keep_format", at=now):
        entry = entry_to_fill(site_id, code, by)
        one_at_a_time(entry)
        before: Mapping[str, ListFormat] = {row.name: row for row in formats(entry)}
        newest = before.get(form.name)
        if newest is not None and (newest.columns, newest.day_format) == (form.columns, form.days):
            return
        row = ListFormat(
            id=uuid7(),
            scope_id=entry.scope_id,
            program_id=entry.program_id,
            holds_on=_today(entry, by, now),
            name=form.name,
            columns=dict(form.columns),
            day_format=form.days,
            supersedes_id=newest.id if newest else None,
        )
        db.session.add(row)


def _state(
    entry: Entry, key: UUID, root_id: UUID, today: date, *, called: str, title: str, way: CountsAs
) -> CourseMapping:
    return CourseMapping(
        id=key,
        root_id=root_id,
        scope_id=entry.scope_id,
        program_id=entry.program_id,
        holds_on=today,
        called=called,
        title=title,
        counts_as=way,
    )


def _today(entry: Entry, by: Actor, now: datetime) -> date:
    """The day it is at the site."""
    return day_in(sites.site(by, entry.site_id).timezone, now)
