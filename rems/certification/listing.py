"""The certifications of many sites: what waits for a decision first, by step and program. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select

from rems.access.models import Scope
from rems.access.rules import Permission
from rems.certification import moves
from rems.certification.acts import acts_of
from rems.certification.states import Act, ActKind
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.sites.rules import folded
from rems.trail.rows import rows_known_at


class Step(StrEnum):
    """How far a certification has come by what was decided; what the facts of the day make of it is its state."""

    REVIEW = "review"
    RETURNED = "returned"
    PREPARING = "preparing"
    CERTIFIED = "certified"
    SUSPENDED = "suspended"
    DECERTIFIED = "decertified"


STEP_WORDS: dict[Step, str] = {
    Step.REVIEW: "To review",
    Step.RETURNED: "Returned",
    Step.PREPARING: "In preparation",
    Step.CERTIFIED: "Certified",
    Step.SUSPENDED: "Suspended",
    Step.DECERTIFIED: "De-certified",
}
TOLD = frozenset({Step.RETURNED, Step.SUSPENDED, Step.DECERTIFIED})
"""What a site is told of on the home page of its people."""
OF_THE_LAST = {
    ActKind.CERTIFIED: Step.CERTIFIED,
    ActKind.REINSTATED: Step.CERTIFIED,
    ActKind.SUSPENDED: Step.SUSPENDED,
    ActKind.DECERTIFIED: Step.DECERTIFIED,
}


def step_of(acts: Sequence[Act]) -> Step:
    """An application comes first, also that of a site which was certified before."""
    if moves.waiting(acts):
        return Step.REVIEW
    if moves.returned(acts):
        return Step.RETURNED
    last = moves.last_of(acts, moves.HOLDING)
    return OF_THE_LAST[last.kind] if last else Step.PREPARING


@dataclass(frozen=True)
class Listed:
    """One site under one program: its name, its step, and the last act."""

    entry: Entry
    name: str
    place: str
    step: Step
    last: Act | None


def listed(actor: Actor, lens: Lens | None, *, step: str = "", program: str = "", text: str = "") -> list[Listed]:
    """The certifications an actor may see: applications first, the oldest on top; then by the name of the site.

    Under an earlier knowledge: the entries and the names that were known then.
    """
    columns = (Scope.id, Scope.site_id, Scope.program_id, Site.name, Site.folded, Site.city, Site.country)
    query = select(*columns).join(Site, Site.id == Scope.site_id)
    query = query.where(Scope.program_id.is_not(None))
    if not actor.everywhere:
        query = query.where(or_(Scope.id.in_(actor.scopes), Scope.program_id.in_(actor.programs)))
    if program:
        query = query.where(Scope.program_id == programs.key(program))
    rows = [_Row._make(row) for row in db.session.execute(query.order_by(Site.folded, Site.id))]
    if lens is not None and lens.known_at is not None:
        rows = _as_known(rows, lens.known_at)
    rows = [r for r in rows if folded(text) in r.folded]
    acts = acts_of([r.id for r in rows], lens)
    found = [
        Listed(
            Entry(r.id, r.site_id, r.program_id, programs.by_key(r.program_id)),
            r.name,
            f"{r.city}, {r.country}",
            step_of(acts[r.id]),
            acts[r.id][-1] if acts[r.id] else None,
        )
        for r in rows
    ]
    if step:
        found = [one for one in found if one.step == step]
    return sorted(found, key=lambda one: _first(one))


class _Row(NamedTuple):
    id: UUID
    site_id: UUID
    program_id: UUID
    name: str
    folded: str
    city: str
    country: str


def _as_known(rows: Sequence[_Row], known_at: datetime) -> list[_Row]:
    """The entries that were known then, under the details of then and in their order, in two statements."""
    entered = rows_known_at("scope", [r.id for r in rows], known_at)
    sites = rows_known_at("site", list({r.site_id for r in rows}), known_at)
    found = [
        r._replace(**{name: sites[r.site_id][name] for name in ("name", "folded", "city", "country")})
        for r in rows
        if r.id in entered and r.site_id in sites
    ]
    return sorted(found, key=lambda r: (r.folded, r.site_id))


def _first(one: Listed) -> tuple[bool, str]:
    waits = one.step is Step.REVIEW and one.last is not None
    return (not waits, one.last.on.isoformat() if waits and one.last else "")


def counts(actor: Actor, lens: Lens | None) -> dict[Step, int]:
    """How many certifications stand at each step."""
    found = dict.fromkeys(Step, 0)
    for one in listed(actor, lens):
        found[one.step] += 1
    return found


def program_codes(actor: Actor) -> list[tuple[str, str]]:
    """The programs an actor sees sites of: code and title."""
    query = select(Scope.program_id).where(Scope.program_id.is_not(None)).distinct()
    if not actor.everywhere:
        query = query.where(or_(Scope.id.in_(actor.scopes), Scope.program_id.in_(actor.programs)))
    keys: Sequence[UUID | None] = db.session.scalars(query).all()
    found = [programs.by_key(key) for key in keys if key]
    return sorted(((p.code, p.title) for p in found), key=lambda pair: pair[1])


def news(actor: Actor) -> list[Listed]:
    """What waits for this person: applications a manager decides about, and what was decided about one's own sites."""
    decides = {p for h in actor.holdings if Permission.SITE_CERTIFY in h.permissions for p in h.programs}
    return [
        one
        for one in listed(actor, None)
        if (one.step is Step.REVIEW and one.entry.program_id in decides)
        or (one.step in TOLD and one.entry.scope_id in actor.scopes)
    ]
