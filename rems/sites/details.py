"""A site on any day as known at any moment: its details, numbers, contacts, places and people. Nothing here writes.

What may be changed in place (site, location, staff) is read from the trail for an earlier moment of knowledge.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.sites.models import (
    AuthorizedRepresentative,
    Location,
    Site,
    SiteContact,
    SiteIdentifier,
    StaffMember,
    StaffRoleChange,
)
from rems.sites.rules import IdentifierKind, LocationKind, StaffRole, was_there
from rems.trail.rows import rows_known_at


@dataclass(frozen=True)
class Person:
    """Somebody of the staff on a day: the role of that day, and since when it is theirs."""

    id: UUID
    name: str
    role: StaffRole
    role_since: date
    email: str
    from_on: date
    until_on: date | None
    version: int

    def there(self, on: date) -> bool:
        return was_there(self.from_on, self.until_on, on)


@dataclass(frozen=True)
class Place:
    """A location of the site's tree; `until_on` is its last day, None while it is open."""

    id: UUID
    parent_id: UUID | None
    name: str
    kind: LocationKind
    until_on: date | None
    version: int

    def open_on(self, on: date) -> bool:
        return self.until_on is None or on <= self.until_on


def about(site: Site, lens: Lens) -> Mapping[str, Any]:
    """The plain details of a site by their column, as known under the lens."""
    kept: dict[str, Any] = {c.name: getattr(site, c.name) for c in Site.__table__.columns}
    if lens.known_at is None:
        return kept
    return {**kept, **rows_known_at("site", [site.id], lens.known_at).get(site.id, {})}


def names(several: Collection[Site], lens: Lens) -> dict[UUID, str]:
    """The name of each site as known under the lens, in one statement."""
    known = {site.id: site.name for site in several}
    if lens.known_at is None:
        return known
    then = rows_known_at("site", list(known), lens.known_at)
    return {key: then[key]["name"] if key in then else name for key, name in known.items()}


def identifiers(site_id: UUID, lens: Lens) -> list[SiteIdentifier]:
    """The numbers of a site on that day, by kind; a sponsor's own only for those who may see its program."""
    rows = db.session.scalars(facts(SiteIdentifier, lens, scope_id=site_id))
    order = list(IdentifierKind)
    return sorted(rows, key=lambda i: (order.index(i.kind), i.value))


def numbers(site_ids: Sequence[UUID], lens: Lens, kind: IdentifierKind | None = None) -> dict[UUID, list[str]]:
    """The numbers of several sites on that day, of one kind or of all, the sponsor's first."""
    query = facts(SiteIdentifier, lens).where(SiteIdentifier.scope_id.in_(site_ids))
    if kind is not None:
        query = query.where(SiteIdentifier.kind == kind)
    found: dict[UUID, list[str]] = {}
    for row in sorted(db.session.scalars(query), key=lambda i: (i.kind is not IdentifierKind.SPONSOR, i.value)):
        found.setdefault(row.scope_id, []).append(row.value)
    return found


def contacts(site_id: UUID, lens: Lens) -> list[SiteContact]:
    """Whom to reach on that day, by what they are asked about."""
    rows = db.session.scalars(facts(SiteContact, lens, scope_id=site_id))
    return sorted(rows, key=lambda c: (c.role, c.name))


def places(site_id: UUID, lens: Lens) -> list[Place]:
    """The tree of a site as known under the lens, the hospital first; closed locations too."""
    rows = {row.id: _columns(row) for row in db.session.scalars(select(Location).where(Location.scope_id == site_id))}
    if lens.known_at is not None:
        rows = dict(rows_known_at("location", list(rows), lens.known_at))
    found = [
        Place(
            key,
            _key(row["parent_id"]),
            row["name"],
            LocationKind(row["kind"]),
            _day(row.get("until_on")),
            int(row.get("version") or 1),
        )
        for key, row in rows.items()
    ]
    return sorted(found, key=lambda p: (p.parent_id is not None, p.name))


def people(site_id: UUID, lens: Lens) -> list[Person]:
    """Everybody who was ever on the staff, as known under the lens and in the role of that day, by name.

    Who was entered by mistake is left out from the moment on at which that was said.
    """
    return people_of([site_id], lens)[site_id]


def people_of(site_ids: Collection[UUID], lens: Lens) -> dict[UUID, list[Person]]:
    """The same for several sites, in two statements, or three for an earlier moment of knowledge."""
    staff = StaffMember.__table__
    kept = db.session.execute(select(staff).where(staff.c.scope_id.in_(site_ids))).mappings()
    rows: dict[UUID, Mapping[str, Any]] = {row["id"]: dict(row) for row in kept}
    if lens.known_at is not None:
        rows = dict(rows_known_at("staff_member", list(rows), lens.known_at))
    later = _roles(site_ids, lens)
    found: dict[UUID, list[Person]] = {site_id: [] for site_id in site_ids}
    for key, row in rows.items():
        if row.get("mistaken"):
            continue
        from_on = _day(row["from_on"])
        assert from_on is not None
        role, since = later.get(key) or (StaffRole(row["role"]), from_on)
        until, version, site_id = _day(row["until_on"]), int(row["version"]), _key(row["scope_id"])
        assert site_id is not None
        found[site_id].append(Person(key, row["name"], role, since, row["email"], from_on, until, version))
    return {site_id: sorted(those, key=lambda p: (p.name, p.id)) for site_id, those in found.items()}


def _roles(site_ids: Collection[UUID], lens: Lens) -> dict[UUID, tuple[StaffRole, date]]:
    """The role of each person whose role has changed by that day, and since when."""
    change = StaffRoleChange
    rows = facts(change, lens).where(change.scope_id.in_(site_ids)).order_by(change.holds_on, change.id)
    columns = (change.staff_member_id, change.role, change.holds_on)
    return {key: (role, since) for key, role, since in db.session.execute(rows.with_only_columns(*columns))}


def role_of(person: StaffMember, lens: Lens) -> StaffRole:
    """The role of one person of the staff on that day."""
    role, _ = _roles([person.scope_id], lens).get(person.id) or (person.role, person.from_on)
    return role


@dataclass(frozen=True)
class Designated:
    """An authorized representative of a program, the day before the next one as the last (None: still)."""

    person: Person
    from_on: date
    until_on: date | None
    recorded_by: str


def representatives(scope_id: UUID, site_id: UUID, lens: Lens) -> list[Designated]:
    """Everybody who was the authorized representative up to that day, newest first."""
    known = {p.id: p for p in people(site_id, lens)}
    query = facts(AuthorizedRepresentative, lens, scope_id=scope_id)
    rows = list(db.session.scalars(query.order_by(AuthorizedRepresentative.holds_on, AuthorizedRepresentative.id)))
    found = []
    for row, after in zip_longest(rows, rows[1:]):
        if (person := known.get(row.staff_member_id)) is None:
            continue
        ends = [day for day in (after.holds_on if after else None, person.until_on) if day and day <= lens.as_of]
        found.append(Designated(person, row.holds_on, min(ends, default=None), row.recorded_by))
    return found[::-1]


def _columns(row: StaffMember | Location) -> Mapping[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _key(value: UUID | str | None) -> UUID | None:
    return UUID(value) if isinstance(value, str) else value
