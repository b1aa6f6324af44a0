"""The list of sites as known at a moment: each with its plain details and its programs. Nothing here writes.

What may be changed in place is read from the trail for an earlier moment of knowledge; what was not registered by then
is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from rems.access.models import Scope
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.programs.rules import Program
from rems.sites import queries
from rems.sites.models import Site, SiteIdentifier
from rems.sites.numbers import folded_number
from rems.sites.rules import folded
from rems.trail.rows import rows_known_at


@dataclass(frozen=True)
class Listed:
    """A line of the list: the key of a site, and its details as known."""

    id: UUID
    name: str
    city: str
    region: str
    country: str
    timezone: str
    phone: str
    email: str


PLAIN = tuple(one.name for one in fields(Listed) if one.name != "id")


def page(actor: Actor, lens: Lens, *, text: str = "", number: int = 1, size: int = 25) -> tuple[Sequence[Listed], int]:
    """One page of the sites an actor may see by name, and how many there are in all.

    With `text`: those whose name holds it, or one of whose numbers it is.
    """
    if lens.known_at is None:
        rows, total = queries.page(actor, text=text, number=number, size=size)
        return [_line(site) for site in rows], total
    found = _known(actor, lens.known_at, text)
    return found[(number - 1) * size : number * size], len(found)


def every(actor: Actor, lens: Lens) -> Sequence[Listed]:
    """Every site an actor may see, by name."""
    if lens.known_at is None:
        return [_line(site) for site in queries.all_of(actor)]
    return _known(actor, lens.known_at, "")


def entered(site_ids: Sequence[UUID], lens: Lens) -> dict[UUID, list[Program]]:
    """The programs that each of these sites was known to have entered, as far as the actor may see, by title."""
    query = select(Scope).where(Scope.site_id.in_(site_ids), Scope.program_id.is_not(None))
    scopes = list(db.session.scalars(query))
    if lens.known_at is not None:
        known = rows_known_at("scope", [scope.id for scope in scopes], lens.known_at)
        scopes = [scope for scope in scopes if scope.id in known]
    found: dict[UUID, list[Program]] = {}
    for scope in scopes:
        if scope.program_id:
            found.setdefault(scope.site_id, []).append(programs.by_key(scope.program_id))
    return {site_id: sorted(several, key=lambda p: p.title) for site_id, several in found.items()}


def _line(site: Site) -> Listed:
    return Listed(site.id, **{name: getattr(site, name) for name in PLAIN})


def _known(actor: Actor, known_at: datetime, text: str) -> list[Listed]:
    """The list as it was known then: by the names of then, and searched by them. Three statements at most."""
    keys = list(db.session.scalars(queries.visible(actor).with_only_columns(Site.id)))
    rows = rows_known_at("site", keys, known_at)
    numbered: set[UUID] = set()
    if text:
        has = SiteIdentifier
        same = select(has.scope_id).where(has.folded == folded_number(text), has.recorded_at <= known_at)
        numbered = set(db.session.scalars(same))
    fits = [key for key, row in rows.items() if folded(text) in row["folded"] or key in numbered]
    return [
        Listed(key, **{name: rows[key][name] for name in PLAIN})
        for key in sorted(fits, key=lambda key: (rows[key]["folded"], key))
    ]
