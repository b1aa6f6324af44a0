"""Take a list of sites under a program: first what each line would do, then all of it at once, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text

from rems.access.models import Scope
from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import Base, db, transaction
from rems.core.errors import BadInput
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.programs import queries as programs
from rems.sites import queries, sheets, steps
from rems.sites.models import Location, Site, SiteIdentifier
from rems.sites.numbers import check_identifier, folded_number
from rems.sites.places import check_country, check_zone
from rems.sites.rules import IdentifierKind, LocationKind, folded
from rems.sites.sheets import Line, Outcome, Told

PLAIN = ("name", "city", "region", "country", "timezone", "phone", "email")
SPONSOR = IdentifierKind.SPONSOR
TAKEN = text(
    "select f from unnest(cast(:numbers as text[])) f where site_identifier_taken(:nobody, 'sponsor', f, :program)"
)


@dataclass
class Plan:
    """What a list would do: each line, and the site that a line was found to be about by its number in the file."""

    told: list[Told]
    about: dict[int, Site] = field(default_factory=dict)


def tell(content: bytes, code: str, *, by: Actor) -> list[Told]:
    """What a list of sites would do; nothing is changed. Raises BadInput for the file, NotAllowed, NotFound."""
    return _plan(sheets.read(content, sheets.SITES), code, by).told


def take(content: bytes, code: str, *, by: Actor, now: datetime) -> list[Told]:
    """Register the new sites of a list and change the others. Raises as `tell`, and Incomplete with refused lines."""
    lines, program_id = sheets.read(content, sheets.SITES), programs.key(code)
    keys = [(uuid7(), uuid7()) for _ in lines]
    with transaction(by, "sites.import_sites", at=now, opening=[key for pair in keys for key in pair]) as session:
        session.execute(steps.TURN, {"key": steps.turn_of_numbers(SPONSOR, program_id)})
        plan = _plan(lines, code, by)
        sheets.check_whole(plan.told)
        new: dict[type[Base], list[dict[str, Any]]] = {Scope: [], Site: [], Location: [], SiteIdentifier: []}
        for told, (site_id, scope_id) in zip(plan.told, keys, strict=True):
            if told.outcome is Outcome.NEW:
                _new(new, _checked(told.line), site_id, scope_id, program_id, now)
            elif told.outcome is Outcome.CHANGED:
                _changed(new, told, plan.about[told.line.number], program_id, now)
        session.flush()
        for kind, rows in new.items():
            for part in batched(rows):
                session.execute(insert(kind).values(part))
    return plan.told


def batched(rows: list[dict[str, Any]], size: int = 250) -> Iterator[list[dict[str, Any]]]:
    """In statements of many rows each: the policies read the list of opened scopes once per statement."""
    for begin in range(0, len(rows), size):
        yield rows[begin : begin + size]


def _plan(lines: Sequence[Line], code: str, by: Actor) -> Plan:
    program_id = programs.key(code)
    require(by, Permission.SITE_REGISTER, program_id=program_id)
    entered = select(Scope.site_id).where(Scope.program_id == program_id)
    sites = {site.id: site for site in db.session.scalars(queries.visible(by).where(Site.id.in_(entered)))}
    numbered = facts(SiteIdentifier).where(SiteIdentifier.program_id == program_id, SiteIdentifier.kind == SPONSOR)
    numbers = {row.scope_id: row.value for row in db.session.scalars(numbered) if row.scope_id in sites}
    by_number = {folded_number(value): sites[key] for key, value in numbers.items()}
    by_name = {(site.folded, site.country): site for site in sites.values()}
    taken = _taken(lines, program_id)
    plan = Plan([])

    def judge(line: Line) -> Told:
        now = _checked(line)
        number = now["site_number"]
        found = by_number.get(folded_number(number)) or by_name.get((folded(now["name"]), now["country"]))
        if found is None:
            if folded_number(number) in taken:
                raise BadInput(f"site_number: {number} is the number of another site already.")
            return Told(line, Outcome.NEW, line["name"], f"{now['city']}, {now['country']}")
        has = numbers.get(found.id, "")
        if has and number and folded_number(has) != folded_number(number):
            raise BadInput(f"site_number: this site has {has} already; take that one back on its page first.")
        plan.about[line.number] = found
        was = {name: getattr(found, name) for name in PLAIN}
        return sheets.compared(line, {**was, "site_number": has}, {**now, "site_number": "" if has else number})

    plan.told = sheets.tell(lines, sheets.SITES, _key, judge)
    return plan


def _key(line: Line) -> list[tuple[str, str]]:
    name = folded(line["name"])
    return [
        ("number", folded_number(line["site_number"])),
        ("name", f"{name}|{line['country'].upper()}" if name else ""),
    ]


def _checked(line: Line) -> Mapping[str, str]:
    """The values of a line as they are kept. Raises BadInput."""
    number = check_identifier(SPONSOR, line["site_number"]) if line["site_number"] else ""
    country, zone = check_country(line["country"]), check_zone(line["timezone"])
    return {**{name: line[name] for name in PLAIN}, "country": country, "timezone": zone, "site_number": number}


def _taken(lines: Sequence[Line], program_id: UUID) -> set[str]:
    numbers = sorted({folded_number(line["site_number"]) for line in lines} - {""})
    if not numbers:
        return set()
    return set(db.session.scalars(TAKEN, {"numbers": numbers, "nobody": uuid7(), "program": program_id}))


New = Mapping[type[Base], list[dict[str, Any]]]


def _new(new: New, values: Mapping[str, str], site_id: UUID, scope_id: UUID, program_id: UUID, now: datetime) -> None:
    plain = {name: values[name] for name in PLAIN}
    new[Scope].append({"id": site_id, "site_id": site_id, "program_id": None})
    new[Scope].append({"id": scope_id, "site_id": site_id, "program_id": program_id})
    new[Site].append({"id": site_id, "folded": folded(values["name"]), "version": 1, **plain})
    root = {"id": uuid7(), "scope_id": site_id, "name": values["name"], "kind": LocationKind.HOSPITAL}
    new[Location].append(root)
    _number(new, values["site_number"], site_id, values["timezone"], program_id, now)


def _changed(new: New, told: Told, site: Site, program_id: UUID, now: datetime) -> None:
    for name, (_, value) in told.changes.items():
        if name != "site_number":
            setattr(site, name, value)
    site.folded = folded(site.name)
    _number(new, told.changes.get("site_number", ("", ""))[1], site.id, site.timezone, program_id, now)


def _number(new: New, value: str, site_id: UUID, zone: str, program_id: UUID, now: datetime) -> None:
    if value:
        row = {"id": uuid7(), "scope_id": site_id, "program_id": program_id, "holds_on": day_in(zone, now)}
        new[SiteIdentifier].append({**row, "kind": SPONSOR, "value": value, "folded": folded_number(value)})
