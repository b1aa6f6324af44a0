"""Take a list of the people of sites: first what each line would do, then all of it in one transaction, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from rems.access.rules import Permission, can, check_email, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.sites import queries, sheets, steps
from rems.sites.models import Site, SiteIdentifier, StaffMember, StaffRoleChange
from rems.sites.numbers import folded_number
from rems.sites.rules import IdentifierKind, StaffRole, check_ends, check_not_ahead, folded
from rems.sites.sheets import Line, Outcome, Told, read_iso_day


@dataclass(frozen=True)
class Known:
    """A person of the staff, and the role of today."""

    row: StaffMember
    role: StaffRole


@dataclass
class Plan:
    """What a list would do: each line, the site it names and the person it was found to be about, by its number."""

    told: list[Told]
    sites: dict[int, Site] = field(default_factory=dict)
    about: dict[int, Known] = field(default_factory=dict)


def tell(content: bytes, *, by: Actor, now: datetime) -> list[Told]:
    """What a list of staff would do; nothing is changed. Raises BadInput for the file, NotAllowed."""
    return _plan(sheets.read(content, sheets.STAFF), by, now).told


def take(content: bytes, *, by: Actor, now: datetime) -> list[Told]:
    """Put the new people of a list on the staff and change the others. Raises as `tell`; Incomplete."""
    lines = sheets.read(content, sheets.STAFF)
    with transaction(by, "sites.import_staff", at=now) as session:
        session.execute(steps.TURN, {"key": f"import of staff by {by.label}"})
        plan = _plan(lines, by, now)
        sheets.check_whole(plan.told)
        for told in plan.told:
            site = plan.sites.get(told.line.number)
            if told.outcome is Outcome.NEW and site:
                session.add(_new(told.line, site.id))
            elif told.outcome is Outcome.CHANGED and site:
                _change(told, plan.about[told.line.number], site, now)
    return plan.told


def _plan(lines: Sequence[Line], by: Actor, now: datetime) -> Plan:
    require(by, Permission.STAFF_MANAGE)
    sites = [s for s in db.session.scalars(queries.visible(by)) if can(by, Permission.STAFF_MANAGE, scope_id=s.id)]
    named = _named(sites)
    people = _people(sites)
    plan = Plan([])

    def judge(line: Line) -> Told:
        site = _site(line["site"], named)
        plan.sites[line.number] = site
        role, first, last = _checked(line, today=day_in(site.timezone, now))
        found = _found(people[site.id], line)
        if found is None:
            return Told(line, Outcome.NEW, line["name"], f"{site.name}, {role.value.replace('_', ' ')}")
        if first != found.row.from_on:
            raise BadInput(f"from: the first day on record is {found.row.from_on}; a list does not change it.")
        plan.about[line.number] = found
        was = {"name": found.row.name, "role": found.role.value, "email": found.row.email, "until": _iso(found.row)}
        now_said = {"name": line["name"], "role": role.value, "email": line["email"].lower()}
        return sheets.compared(line, was, {**now_said, "until": last.isoformat() if last else ""})

    def key(line: Line) -> list[tuple[str, str]]:
        return [sheets.person_key(line["site"], line["email"], line["name"])] if line["name"] else []

    plan.told = sheets.tell(lines, sheets.STAFF, key, judge)
    return plan


def _named(sites: Sequence[Site]) -> Mapping[str, list[Site]]:
    """Sites by their name and by each sponsor's number of them."""
    known = {site.id: site for site in sites}
    found: dict[str, list[Site]] = {}
    for site in sites:
        found.setdefault(folded(site.name), []).append(site)
    numbers = facts(SiteIdentifier).where(SiteIdentifier.kind == IdentifierKind.SPONSOR)
    for row in db.session.scalars(numbers):
        if row.scope_id in known and known[row.scope_id] not in found.setdefault(row.folded, []):
            found[row.folded].append(known[row.scope_id])
    return found


def _site(words: str, named: Mapping[str, list[Site]]) -> Site:
    found = named.get(folded(words)) or named.get(folded_number(words)) or []
    if not found:
        raise BadInput(f'site: "{words}" is no site whose staff you keep; write its name or the sponsor\'s number.')
    if len(found) > 1:
        raise BadInput(f'site: "{words}" names {len(found)} sites; write the sponsor\'s number instead.')
    return found[0]


def _people(sites: Sequence[Site]) -> Mapping[UUID, Mapping[tuple[str, str], Known]]:
    """The staff of each site by e-mail address and by name, in the roles of today."""
    found: dict[UUID, dict[tuple[str, str], Known]] = {site.id: {} for site in sites}
    later: dict[UUID, StaffRole] = {}
    for change in db.session.scalars(facts(StaffRoleChange).order_by(StaffRoleChange.holds_on, StaffRoleChange.id)):
        later[change.staff_member_id] = change.role
    query = select(StaffMember).where(StaffMember.scope_id.in_(list(found)), ~StaffMember.mistaken)
    for row in db.session.scalars(query.order_by(StaffMember.from_on)):
        one = Known(row, later.get(row.id, row.role))
        found[row.scope_id][sheets.person_key("", row.email, row.name)] = one
        found[row.scope_id].setdefault(sheets.person_key("", "", row.name), one)
    return found


def _found(known: Mapping[tuple[str, str], Known], line: Line) -> Known | None:
    """By the e-mail address; without one in the list or on record, by the name."""
    if line["email"] and (one := known.get(sheets.person_key("", line["email"], ""))):
        return one
    named = known.get(sheets.person_key("", "", line["name"]))
    return named if named and not (line["email"] and named.row.email) else None


def _checked(line: Line, *, today: date) -> tuple[StaffRole, date, date | None]:
    """The role and the days of a line. Raises BadInput."""
    words = line["role"].strip().lower().replace(" ", "_")
    if words not in set(StaffRole):
        raise BadInput(f'role: "{line["role"]}" is none; write one of {", ".join(StaffRole)}.')
    if line["email"]:
        check_email(line["email"])
    first = read_iso_day(line["from"], "from")
    last = read_iso_day(line["until"], "until") if line["until"] else None
    check_not_ahead(first, today=today, words="from")
    if last:
        check_not_ahead(last, today=today, words="until")
    check_ends(first, last, words="until")
    return StaffRole(words), first, last


def _iso(row: StaffMember) -> str:
    return row.until_on.isoformat() if row.until_on else ""


def _new(line: Line, site_id: UUID) -> StaffMember:
    return StaffMember(
        id=uuid7(),
        scope_id=site_id,
        name=line["name"],
        role=StaffRole(line["role"].strip().lower().replace(" ", "_")),
        email=line["email"].lower(),
        from_on=date.fromisoformat(line["from"]),
        until_on=date.fromisoformat(line["until"]) if line["until"] else None,
    )


def _change(told: Told, known: Known, site: Site, now: datetime) -> None:
    """A name, an address or a last day in place; another role from today on."""
    after = {name: value for name, (_, value) in told.changes.items()}
    known.row.name = after.get("name", known.row.name)
    known.row.email = after.get("email", known.row.email)
    if "until" in after:
        known.row.until_on = date.fromisoformat(after["until"])
    if "role" in after:
        on = min(day_in(site.timezone, now), known.row.until_on or date.max)
        change = StaffRoleChange(
            id=uuid7(), scope_id=site.id, holds_on=on, staff_member_id=known.row.id, role=StaffRole(after["role"])
        )
        db.session.add(change)
