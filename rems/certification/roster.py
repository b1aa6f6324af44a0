"""Who worked at a site on a day, as known at a moment, and which of them signs for it. Nothing here writes."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from rems.certification.rules import Member, Representative
from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites.models import AuthorizedRepresentative, Location
from rems.sites.rules import StaffRole, was_there
from rems.trail.rows import rows_known_at


@dataclass(frozen=True)
class Listed:
    """A line of the roster as it was known; `until_on` is the last day, None while the person works there."""

    member: Member
    until_on: date | None


def roster(site_id: UUID, lens: Lens) -> tuple[Listed, ...]:
    """Everybody who was ever on the staff, as known under the lens, by name.

    The rows of a roster may be changed (a last day is added); what they said at a moment is read from the trail.
    """
    people = sites.staff(site_id)
    if lens.known_at is None:
        return tuple(Listed(Member(p.id, p.name, p.role, p.from_on), p.until_on) for p in people)
    known = rows_known_at("staff_member", [p.id for p in people], lens.known_at)
    found = [
        Listed(
            Member(key, row["name"], StaffRole(row["role"]), date.fromisoformat(row["from_on"])),
            date.fromisoformat(row["until_on"]) if row["until_on"] else None,
        )
        for key, row in known.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.member.name, one.member.id)))


def at_work(listed: tuple[Listed, ...], on: date) -> tuple[Member, ...]:
    """Those who work there on that day."""
    return tuple(one.member for one in listed if was_there(one.member.from_on, one.until_on, on))


def clinics(site_id: UUID, lens: Lens) -> int:
    """How many associated clinics and units the site had, as known under the lens."""
    keys = list(
        db.session.scalars(select(Location.id).where(Location.scope_id == site_id, Location.parent_id.is_not(None)))
    )
    return len(keys) if lens.known_at is None else len(rows_known_at("location", keys, lens.known_at))


def representative(scope_id: UUID, listed: tuple[Listed, ...], lens: Lens) -> tuple[Representative | None, str]:
    """Who signs on that day; and, when the last one designated has left, the name of that person."""
    query = facts(AuthorizedRepresentative, lens, scope_id=scope_id)
    named = list(db.session.scalars(query.order_by(AuthorizedRepresentative.holds_on, AuthorizedRepresentative.id)))
    people = {one.member.id: one for one in listed}
    known = [(row, people[row.staff_member_id]) for row in named if row.staff_member_id in people]
    if not known:
        return None, ""
    last, person = known[-1]
    if not was_there(person.member.from_on, person.until_on, lens.as_of):
        return None, person.member.name
    since, former = last.holds_on, ""
    for row, one in reversed(known[:-1]):
        if one.member.id != person.member.id:
            former = one.member.name
            break
        since = row.holds_on
    return Representative(person.member.id, person.member.name, since, former), ""
