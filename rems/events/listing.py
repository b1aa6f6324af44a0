"""The list of cases, by the clock that runs out first, of today or of any day. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from rems.core.actor import Actor
from rems.core.db import db
from rems.core.lens import Lens
from rems.events.clocks import SHOWN_LATE_DAYS, Deadline, first_open
from rems.events.models import AdverseEvent, DeadlineRow
from rems.events.queries import clocks_at, visible
from rems.patients import queries as patients
from rems.patients.queries import Place

MOST_COUNTED = 1001
LONGEST_CLOCK_DAYS = 366


@dataclass(frozen=True)
class Asked:
    """What the list is asked for. `text` is the beginning of a case number, or its last digits. `lens` None: now.

    `scopes`: of these entries of sites alone; None of all.
    """

    on: date
    lens: Lens | None = None
    text: str = ""
    kind: str = ""
    scopes: frozenset[UUID] | None = None


@dataclass(frozen=True)
class Listed:
    """A case in the list: where it happened, whose it is, and its clocks, the one that ends first on top."""

    event: AdverseEvent
    place: Place
    patient_number: str
    clocks: tuple[Deadline, ...]


def open_cases(actor: Actor, asked: Asked, *, number: int, size: int) -> tuple[list[Listed], int]:
    """One page of the cases with an open clock, what runs out first on top; and how many there are."""
    if asked.lens is not None:
        return _open_on(actor, asked, number=number, size=size)
    first = (
        select(DeadlineRow.event_id, func.min(DeadlineRow.due_on).label("due_on"))
        .where(DeadlineRow.due_on >= asked.on - timedelta(days=SHOWN_LATE_DAYS))
        .group_by(DeadlineRow.event_id)
        .subquery()
    )
    query = _fitting(actor, asked).join(first, first.c.event_id == AdverseEvent.id)
    return _page(query, (first.c.due_on, AdverseEvent.id), number=number, size=size)


def all_cases(actor: Actor, asked: Asked, *, number: int, size: int) -> tuple[list[Listed], int]:
    """One page of all cases, the newest day zero first; and how many there are."""
    newest = (AdverseEvent.day_zero.desc(), AdverseEvent.id.desc())
    return _page(_fitting(actor, asked), newest, number=number, size=size)


def _fitting(actor: Actor, asked: Asked) -> Select[AdverseEvent]:
    query = visible(actor, asked.lens)
    if asked.lens is not None:  # before day zero the company had no case
        query = query.where(AdverseEvent.day_zero <= asked.lens.as_of)
    if asked.kind:
        query = query.where(AdverseEvent.group == asked.kind)
    if asked.scopes is not None:
        query = query.where(AdverseEvent.scope_id.in_(asked.scopes))
    text = asked.text.strip().upper()
    if text.isdigit():
        query = query.where(AdverseEvent.case_number.endswith(text, autoescape=True))
    elif text:
        query = query.where(AdverseEvent.case_number.op("^@")(text))
    return query


def _page(query: Select[AdverseEvent], order: Sequence[Any], *, number: int, size: int) -> tuple[list[Listed], int]:
    total = db.session.scalar(select(func.count()).select_from(query.limit(MOST_COUNTED).subquery())) or 0
    rows = db.session.scalars(query.order_by(*order).limit(size).offset((number - 1) * size))
    return _listed(list(rows)), total


def _open_on(actor: Actor, asked: Asked, *, number: int, size: int) -> tuple[list[Listed], int]:
    """The cache knows today alone: for another day the clocks are worked out from the cases that may still have one."""
    since = asked.on - timedelta(days=LONGEST_CLOCK_DAYS + SHOWN_LATE_DAYS)
    rows = db.session.scalars(_fitting(actor, asked).where(AdverseEvent.day_zero >= since))
    found = [(clock.due_on, one) for one in _listed(list(rows)) if (clock := first_open(one.clocks, asked.on))]
    found.sort(key=lambda pair: (pair[0] or date.max, pair[1].event.id))
    begin = (number - 1) * size
    return [one for _, one in found[begin : begin + size]], len(found)


def _listed(rows: Sequence[AdverseEvent]) -> list[Listed]:
    """The rows with what the list shows beside them, in three statements however many there are."""
    where = patients.places_of({r.scope_id for r in rows})
    numbers = patients.numbers([r.patient_id for r in rows])
    return [
        Listed(r, place, numbers[r.patient_id], clocks_at(r, place.site, place.program))
        for r in rows
        if (place := where.get(r.scope_id))
    ]
