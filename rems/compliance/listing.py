"""Deviations of many sites, the open and late ones first. Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, case, cast, collate, func, literal_column, or_

from rems.access.models import Scope
from rems.compliance import queries, standing
from rems.compliance.models import CorrectiveAction, Deviation
from rems.compliance.rules import DeviationSeverity, cause_on, is_open
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.sites import details
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.sites.rules import folded

ORDER = {severity: place for place, severity in enumerate(DeviationSeverity)}
STATES = {"open": "Open", "late": "With a late action", "closed": "Closed"}


@dataclass(frozen=True)
class Line:
    """A deviation with its site and program, how many actions stand against it, and how many of them are late.

    `cause` is the root cause as far as it was stated by the day asked about.
    """

    row: Deviation
    site: Site
    name: str
    entry: Entry
    open: bool
    actions: int
    late: int
    cause: str


@dataclass(frozen=True)
class Asked:
    """The filters of the list; empty: all."""

    state: str = ""
    severity: str = ""
    program: str = ""
    site: str = ""
    text: str = ""


@dataclass(frozen=True)
class _Parts:
    """The statement of the list before any state is asked for, and what it says of each row."""

    query: Select[Any]
    actions: ColumnElement[int]
    late: ColumnElement[int]
    states: Mapping[str, ColumnElement[bool]]


def lines(actor: Actor, asked: Asked, lens: Lens, *, number: int = 1, size: int | None = None) -> list[Line]:
    """The deviations that fit, under the lens: open before closed, late actions first, then the worst and newest.

    All of them in one statement; with a size only those of that page.
    """
    parts = _parts(actor, asked, lens)
    query = parts.query.with_only_columns(Deviation, Site, parts.actions, parts.late, standing.stated_at())
    if asked.state:
        query = query.where(parts.states[asked.state])
    query = query.order_by(
        parts.states["open"].desc(),
        (parts.late > 0).desc(),
        case(ORDER, value=Deviation.severity),
        Deviation.holds_on.desc(),
        Deviation.id.desc(),
    )
    if size is not None:
        query = query.limit(size).offset((number - 1) * size)
    rows = db.session.execute(query).all()
    names = details.names([row[1] for row in rows], lens)
    return [_line(*found, names, lens) for found in rows]


def counts(actor: Actor, asked: Asked, lens: Lens) -> dict[str, int]:
    """How many deviations fit in each state, and in all (under the empty one), whichever state is asked for."""
    parts = _parts(actor, asked, lens)
    numbers = [func.count().filter(parts.states[state]) for state in STATES]
    every, *several = db.session.execute(parts.query.with_only_columns(func.count(), *numbers)).one()
    return {"": every, **dict(zip(STATES, several, strict=True))}


def _parts(actor: Actor, asked: Asked, lens: Lens) -> _Parts:
    key, late = CorrectiveAction.deviation_id, func.count().filter(standing.is_late(lens.as_of))
    steps = queries.visible(actor, CorrectiveAction, lens)
    against = steps.with_only_columns(key, func.count().label("n"), late.label("late")).group_by(key).subquery()
    query = (
        queries.visible(actor, Deviation, lens)
        .join(Scope, Scope.id == Deviation.scope_id)
        .join(Site, Site.id == Scope.site_id)
        .outerjoin(against, against.c.deviation_id == Deviation.root_id)
        .where(Scope.program_id.is_not(None), *_filters(asked))
    )
    opened, is_late = standing.is_open(lens.as_of), func.coalesce(against.c.late, 0)
    states = {"open": opened, "late": opened & (is_late > 0), "closed": ~opened}
    return _Parts(query, func.coalesce(against.c.n, 0), is_late, states)


def _filters(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.severity:
        found.append(Deviation.severity == asked.severity)
    if asked.program:
        found.append(Scope.program_id == programs.keys().get(asked.program))
    if asked.site:
        found.append(cast(Site.id, Text) == asked.site)
    if words := folded(asked.text):
        said = _folded(Deviation.summary + " " + Deviation.requirement_code)
        found.append(or_(said.contains(words, autoescape=True), Site.folded.contains(words, autoescape=True)))
    return found


def _folded(text: ColumnElement[str]) -> ColumnElement[str]:
    """A text as it is searched by, like `sites.rules.folded`: no accents, no case, single spaces."""
    bare = func.regexp_replace(func.normalize(text, literal_column("NFKD")), "[\u0300-\u036f]", "", "g")
    return func.regexp_replace(func.casefold(collate(bare, "pg_unicode_fast")), r"\s+", " ", "g")


def _line(
    row: Deviation, site: Site, actions: int, late: int, stated_at: Any, names: Mapping[UUID, str], lens: Lens
) -> Line:
    assert row.program_id is not None
    entry = Entry(row.scope_id, site.id, row.program_id, programs.by_key(row.program_id))
    stated_on = day_in(site.timezone, stated_at) if stated_at else None
    cause = cause_on(row.root_cause, stated_on, lens.as_of)
    return Line(row, site, names[site.id], entry, is_open(row.closed_on, lens.as_of), actions, late, cause)
