"""Keep what is known of a site up to date: its details, numbers, contacts, places, and the people's names and roles."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput, NotFound, StaleRecord
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.sites import details, queries, steps, tree
from rems.sites.models import Location, Site, SiteContact, StaffMember, StaffRoleChange
from rems.sites.places import check_country, check_zone
from rems.sites.rules import (
    ROLE_WORDS,
    ContactRole,
    IdentifierKind,
    Reach,
    StaffRole,
    check_not_ahead,
    folded,
    name_of,
    said,
    was_there,
)


def edit_site(
    site_id: UUID,
    *,
    name: str,
    city: str,
    region: str,
    country: str,
    timezone: str,
    phone: str,
    email: str,
    version: int,
    by: Actor,
    now: datetime,
) -> None:
    """Change the details of a site. Raises NotFound, NotAllowed, BadInput with the field, StaleRecord."""
    with transaction(by, "sites.edit_site", at=now):
        site = queries.site(by, site_id)
        require(by, Permission.STAFF_MANAGE, scope_id=site_id)
        _newest(site, version, site.name)
        site.name = name_of(name, words="Name of the site")
        site.folded = folded(name)
        site.city, site.region = city.strip(), region.strip()
        site.country, site.timezone = check_country(country), check_zone(timezone)
        site.phone, site.email = phone.strip(), email.strip()


def add_identifier(
    site_id: UUID,
    kind: IdentifierKind,
    value: str,
    *,
    code: str = "",
    holds_on: date,
    by: Actor,
    now: datetime,
) -> UUID:
    """Note a number that others know the site by, from a day on; a sponsor's number belongs to the program `code`.

    Raises NotFound, NotAllowed, BadInput: also for a number that this or another site has already.
    """
    with transaction(by, "sites.add_identifier", at=now):
        site = queries.site(by, site_id)
        require(by, Permission.STAFF_MANAGE, scope_id=site_id)
        check_not_ahead(holds_on, today=day_in(site.timezone, now), words="From")
        if (kind is IdentifierKind.SPONSOR) != bool(code):
            raise BadInput("Program: name it for the sponsor's site number, and for no other number.", "code")
        program_id = queries.entry(by, site_id, code).program_id if code else None
        return steps.keep_identifier(site_id, kind, value, program_id=program_id, holds_on=holds_on).id


def end_identifier(site_id: UUID, key: UUID, *, reason: str, by: Actor, now: datetime) -> None:
    """Take a number back, with the reason. Raises NotFound, NotAllowed, BadInput."""
    said_why = _reason(reason)
    with transaction(by, "sites.end_identifier", said_why, at=now) as session:
        site = queries.site(by, site_id)
        require(by, Permission.STAFF_MANAGE, scope_id=site_id)
        lens = Lens(day_in(site.timezone, now))
        row = next((i for i in details.identifiers(site_id, lens) if i.id == key), None)
        if row is None:
            raise NotFound("This site has no such number, or it was taken back already.")
        session.add(steps.voided(row))


def save_contact(
    site_id: UUID,
    *,
    role: ContactRole,
    name: str,
    phone: str,
    email: str,
    preferred: Reach,
    holds_on: date,
    replaces: UUID | None = None,
    by: Actor,
    now: datetime,
) -> UUID:
    """Note whom to reach about something from a day on, in place of another note if `replaces` names one.

    Raises NotFound, NotAllowed, BadInput, StaleRecord when that note was changed since.
    """
    with transaction(by, "sites.save_contact", at=now) as session:
        site = queries.site(by, site_id)
        require(by, Permission.STAFF_MANAGE, scope_id=site_id)
        check_not_ahead(holds_on, today=day_in(site.timezone, now), words="From")
        if replaces is not None:
            _contact(site, replaces, now)
        name, phone, email = name_of(name, words="Name"), phone.strip(), email.strip()
        if not phone and not email:
            raise BadInput("Phone or e-mail: write at least one of them.", "phone")
        if not (email if preferred is Reach.EMAIL else phone):
            raise BadInput(f"Best reached by {preferred.value}: that one is empty.", "preferred")
        row = SiteContact(
            id=uuid7(),
            scope_id=site_id,
            holds_on=holds_on,
            role=role,
            name=name,
            phone=phone,
            email=email,
            preferred=preferred,
            supersedes_id=replaces,
        )
        session.add(row)
    return row.id


def end_contact(site_id: UUID, key: UUID, *, reason: str, by: Actor, now: datetime) -> None:
    """Take a contact off the list, with the reason. Raises NotFound, NotAllowed, BadInput, StaleRecord."""
    said_why = _reason(reason)
    with transaction(by, "sites.end_contact", said_why, at=now) as session:
        site = queries.site(by, site_id)
        require(by, Permission.STAFF_MANAGE, scope_id=site_id)
        session.add(steps.voided(_contact(site, key, now)))


def edit_person(staff_id: UUID, *, name: str, email: str, version: int, by: Actor, now: datetime) -> None:
    """Change how a person is written. What was signed under the old name says so. Raises as `edit_site` does."""
    with transaction(by, "sites.edit_person", at=now):
        person = _person(by, staff_id)
        _newest(person, version, person.name)
        person.name, person.email = name_of(name, words="Name"), email.strip().lower()


def change_role(staff_id: UUID, role: StaffRole, *, holds_on: date, by: Actor, now: datetime) -> UUID:
    """Give a person of the staff another role from a day on. Raises NotFound, NotAllowed, BadInput."""
    with transaction(by, "sites.change_role", at=now) as session:
        person = _person(by, staff_id)
        site = queries.site(by, person.scope_id)
        check_not_ahead(holds_on, today=day_in(site.timezone, now), words="From")
        if not was_there(person.from_on, person.until_on, holds_on):
            raise BadInput(f"From: {person.name} was not on the staff on {said(holds_on)}.", "holds_on")
        now_has = next(p.role for p in details.people(site.id, Lens(holds_on)) if p.id == staff_id)
        if now_has is role:
            raise BadInput(f"Role: {person.name} is {ROLE_WORDS[role].lower()} on {said(holds_on)} already.", "role")
        row = StaffRoleChange(id=uuid7(), scope_id=site.id, holds_on=holds_on, staff_member_id=staff_id, role=role)
        session.add(row)
    return row.id


def take_back_person(staff_id: UUID, *, reason: str, version: int, by: Actor, now: datetime) -> None:
    """Say that a person was entered by mistake and never worked here. Raises as `edit_site` does.

    Refused for whom a representative's designation names: another one is designated first.
    """
    said_why = _reason(reason)
    with transaction(by, "sites.take_back_person", said_why, at=now):
        person = _person(by, staff_id)
        _newest(person, version, person.name)
        if steps.was_designated(staff_id):
            raise BadInput(
                f"{person.name} was designated as an authorized representative, so was here. Record the last day.",
                "reason",
            )
        person.mistaken = True


def move_location(location_id: UUID, *, parent_id: UUID, version: int, by: Actor, now: datetime) -> None:
    """Put a location under another one of the same site. Raises NotFound, NotAllowed, BadInput, StaleRecord."""
    with transaction(by, "sites.move_location", at=now):
        place, known = _location(by, location_id, version)
        if place.parent_id is None:
            raise BadInput(f"{place.name} is the hospital itself; everything else is part of it.", "parent_id")
        above: UUID | None = tree.parent(list(known.values()), parent_id).id
        while above is not None:
            if above == location_id:
                raise BadInput(f"Part of: {place.name} cannot be part of itself or of what lies below it.", "parent_id")
            above = known[above].parent_id
        place.parent_id = parent_id


def close_location(location_id: UUID, *, until_on: date, version: int, by: Actor, now: datetime) -> None:
    """Record the last day of a location, once nothing is left there. Raises as `move_location` does."""
    with transaction(by, "sites.close_location", at=now):
        place, known = _location(by, location_id, version)
        site = queries.site(by, place.scope_id)
        today = day_in(site.timezone, now)
        check_not_ahead(until_on, today=today, words="Last day", field="until_on")
        if place.parent_id is None:
            raise BadInput(f"{place.name} is the hospital itself and stays.", "until_on")
        if below := [p.name for p in known.values() if p.parent_id == location_id and p.until_on is None]:
            raise BadInput(
                f"Last day: {' and '.join(sorted(below))} still belong to it; move or close them first.", "until_on"
            )
        tree.check_empty(by, place, until_on, today=today, now=now)
        place.until_on = until_on


def _location(by: Actor, location_id: UUID, version: int) -> tuple[Location, dict[UUID, Location]]:
    """The location and all of its site. Others who rearrange the same tree wait."""
    place = db.session.get(Location, location_id)
    if place is None:
        raise NotFound("There is no such location, or the site is not yours to see.")
    require(by, Permission.STAFF_MANAGE, scope_id=queries.site(by, place.scope_id).id)
    tree.alone(place.scope_id)
    _newest(place, version, place.name)
    return place, {p.id: p for p in queries.locations(place.scope_id)}


def _person(by: Actor, staff_id: UUID) -> StaffMember:
    person = queries.staff_member(by, staff_id)
    require(by, Permission.STAFF_MANAGE, scope_id=person.scope_id)
    return person


def _newest(row: Any, version: int, name: str) -> None:
    """Others wait; who comes second with an old page is told. Raises StaleRecord."""
    db.session.refresh(row, with_for_update=True)
    if row.version != version:
        raise StaleRecord(f"{name}'s record was changed by somebody else since you opened it.")


def _contact(site: Site, key: UUID, now: datetime) -> SiteContact:
    db.session.execute(steps.TURN, {"key": f"contacts {site.id}"})
    found = next((c for c in details.contacts(site.id, Lens(day_in(site.timezone, now))) if c.id == key), None)
    if found is None:
        if db.session.get(SiteContact, key) is None:
            raise NotFound("This site has no such contact.")
        raise StaleRecord("This contact was changed by somebody else since you opened it.")
    return found


def _reason(text_: str) -> str:
    if not (found := " ".join(text_.split())):
        raise BadInput("Reason is missing: say why, for whoever reads the record later.", "reason")
    return found
