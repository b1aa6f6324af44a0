"""The people of a live session as its page and its table show them, and the sites that register people for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import select

from rems.access.models import Scope
from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.lens import Lens
from rems.sites import details
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.sites.rules import ROLE_WORDS, folded
from rems.training.courses import queries
from rems.training.courses.models import LiveSession, SessionPlace

NOBODY = "Not on the staff list"


@dataclass(frozen=True)
class Line:
    """A person of a session. `role` is that of its day; `own`: the actor registers people of that site."""

    place: SessionPlace
    name: str
    role: str
    site: str
    own: bool


def roll(row: LiveSession, actor: Actor) -> list[Line]:
    """Each person of a session whom the actor may see, by site and name; in four statements, however many they are."""
    places = queries.places(row.root_id)
    site_ids = {place.site_id for place in places}
    named = {one.id: one.name for one in db.session.scalars(sites.visible(actor).where(Site.id.in_(site_ids)))}
    staff = {p.id: p for several in details.people_of(site_ids, Lens(row.holds_on)).values() for p in several}
    found = []
    for place in places:
        who = staff.get(place.staff_member_id)
        name, role = (who.name, ROLE_WORDS[who.role]) if who else (NOBODY, "")
        own = can(actor, Permission.TRAINING_RECORD, scope_id=place.scope_id)
        found.append(Line(place, name, role, named.get(place.site_id, ""), own))
    return sorted(
        found, key=lambda line: (folded(line.site), line.place.site_id, folded(line.name), line.place.root_id)
    )


def by_site(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """The lines under the name of their site, in their order."""
    return [
        (several[0].site, several) for _, one in groupby(lines, lambda li: li.place.site_id) if (several := list(one))
    ]


def registering(row: LiveSession, actor: Actor) -> list[tuple[UUID, str]]:
    """The sites for which the actor registers people, by name: each with its key and name."""
    may = {s for h in actor.holdings if Permission.TRAINING_RECORD in h.permissions for s in h.scopes}
    entered = select(Scope.site_id).where(Scope.program_id == row.program_id, Scope.id.in_(may))
    if row.scope_id is not None:
        entered = entered.where(Scope.id == row.scope_id)
    found = db.session.scalars(sites.visible(actor).where(Site.id.in_(entered)).order_by(Site.folded, Site.id))
    return [(one.id, one.name) for one in found]
