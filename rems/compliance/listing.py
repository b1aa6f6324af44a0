"""Deviations of many sites, the open and late ones first. Nothing here writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from rems.access.models import Scope
from rems.compliance import queries
from rems.compliance.models import CorrectiveAction, Deviation
from rems.compliance.rules import LATE, DeviationSeverity, is_open, state_of
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.sites.rules import folded

ORDER = list(DeviationSeverity)


@dataclass(frozen=True)
class Line:
    """A deviation with its site and program, how many actions stand against it, and how many of them are late."""

    row: Deviation
    site: Site
    entry: Entry
    open: bool
    actions: int
    late: int


@dataclass(frozen=True)
class Asked:
    """The filters of the list; empty: all."""

    state: str = ""
    severity: str = ""
    program: str = ""
    site: str = ""
    text: str = ""


STATES = {"open": "Open", "late": "With a late action", "closed": "Closed"}


def lines(actor: Actor, asked: Asked, lens: Lens) -> list[Line]:
    """The deviations that fit, under the lens: open before closed, late actions first, then the worst and newest."""
    rows = db.session.scalars(queries.visible(actor, Deviation, lens)).all()
    places = _places({row.scope_id for row in rows})
    against = _actions(actor, lens)
    found = []
    for row in rows:
        if row.scope_id not in places:
            continue
        site, entry = places[row.scope_id]
        steps = against.get(row.root_id, ())
        late = sum(state_of(queries.step_of(one), lens.as_of) in LATE for one in steps)
        found.append(Line(row, site, entry, is_open(row.closed_on, lens.as_of), len(steps), late))
    fitting = [line for line in found if _fits(line, asked)]
    return sorted(
        fitting,
        key=lambda one: (not one.open, not one.late, ORDER.index(one.row.severity), -one.row.holds_on.toordinal()),
    )


def _fits(line: Line, asked: Asked) -> bool:
    state = {"open": line.open, "late": line.open and line.late > 0, "closed": not line.open}
    words = folded(f"{line.row.summary} {line.site.name} {line.row.requirement_code}")
    return (
        state.get(asked.state, True)
        and asked.severity in ("", line.row.severity)
        and asked.program in ("", line.entry.program.code)
        and asked.site in ("", str(line.entry.site_id))
        and folded(asked.text) in words
    )


def _places(scope_ids: Collection[UUID]) -> Mapping[UUID, tuple[Site, Entry]]:
    query = select(Scope.id, Scope.program_id, Site).join(Site, Site.id == Scope.site_id).where(Scope.id.in_(scope_ids))
    return {
        scope_id: (site, Entry(scope_id, site.id, program_id, programs.by_key(program_id)))
        for scope_id, program_id, site in db.session.execute(query)
        if program_id
    }


def _actions(actor: Actor, lens: Lens) -> Mapping[UUID, Sequence[CorrectiveAction]]:
    found: dict[UUID, list[CorrectiveAction]] = {}
    for row in db.session.scalars(queries.visible(actor, CorrectiveAction, lens)):
        found.setdefault(row.deviation_id, []).append(row)
    return found
