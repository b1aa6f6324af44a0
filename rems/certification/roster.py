"""Who worked at a site on a day, as known at a moment, and which of them signs for it. Nothing here writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rems.certification.rules import Handover, Member, Representative
from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.sites import details
from rems.sites.models import AuthorizedRepresentative
from rems.sites.rules import was_there


@dataclass(frozen=True)
class Listed:
    """A line of the roster as it was known; `until_on` is the last day, None while the person works there."""

    member: Member
    until_on: date | None


Designation = tuple[date, UUID]
"""From when on which person of the staff is the authorized representative."""


def roster(site_id: UUID, lens: Lens) -> tuple[Listed, ...]:
    """Everybody who was ever on the staff, as known under the lens and in the role of that day, by name."""
    return rosters([site_id], lens)[site_id]


def rosters(site_ids: Collection[UUID], lens: Lens) -> Mapping[UUID, tuple[Listed, ...]]:
    """The same for several sites."""
    return {
        site_id: tuple(Listed(Member(p.id, p.name, p.role, p.from_on), p.until_on) for p in people)
        for site_id, people in details.people_of(site_ids, lens).items()
    }


def at_work(listed: tuple[Listed, ...], on: date) -> tuple[Member, ...]:
    """Those who work there on that day."""
    return tuple(one.member for one in listed if was_there(one.member.from_on, one.until_on, on))


def clinics(site_id: UUID, lens: Lens) -> int:
    """How many associated clinics and units the site had on that day, as known under the lens."""
    return sum(place.parent_id is not None and place.open_on(lens.as_of) for place in details.places(site_id, lens))


def designations(scope_ids: Collection[UUID], lens: Lens) -> Mapping[UUID, Sequence[Designation]]:
    """Whom each entry has designated up to that day, oldest first."""
    named = AuthorizedRepresentative
    rows = facts(named, lens).where(named.scope_id.in_(scope_ids)).order_by(named.holds_on, named.id)
    found: dict[UUID, list[Designation]] = {scope_id: [] for scope_id in scope_ids}
    for scope_id, on, person in db.session.execute(
        rows.with_only_columns(named.scope_id, named.holds_on, named.staff_member_id)
    ):
        found[scope_id].append((on, person))
    return found


def representative(scope_id: UUID, listed: tuple[Listed, ...], lens: Lens) -> tuple[Representative | None, str]:
    """Who signs on that day; and, when the last one designated has left, the name of that person."""
    return who_signs(designations([scope_id], lens)[scope_id], listed, lens.as_of)


def who_signs(named: Sequence[Designation], listed: tuple[Listed, ...], on: date) -> tuple[Representative | None, str]:
    """The same from what was read. Pure."""
    people = {one.member.id: one for one in listed}
    known = [(since, people[key]) for since, key in named if key in people]
    if not known:
        return None, ""
    since, person = known[-1]
    if not was_there(person.member.from_on, person.until_on, on):
        return None, person.member.name
    former = ""
    for before, one in reversed(known[:-1]):
        if one.member.id != person.member.id:
            former = one.member.name
            break
        since = before
    return Representative(person.member.id, person.member.name, since, former), ""


def handovers(
    named: Sequence[Designation], listed: tuple[Listed, ...], forms: Sequence[tuple[UUID, date]]
) -> tuple[Handover, ...]:
    """Each change from one person to another; `forms`: who signed an enrollment form on which day. Pure."""
    people = {one.member.id: one.member.name for one in listed}
    known = [(since, key) for since, key in named if key in people]
    found = []
    for (_, before), (since, key) in zip(known, known[1:], strict=False):
        if key != before:
            enrolled = next((on for who, on in forms if who == key and on >= since), None)
            found.append(Handover(since, people[key], people[before], enrolled))
    return tuple(found)
