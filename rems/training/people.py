"""Which person of a site's staff somebody is who is signed in, or who holds a link."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from rems.access import queries as accounts
from rems.access.rules import Permission, folded
from rems.core import onetime
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import IllegalMove
from rems.sites.models import StaffMember
from rems.sites.queries import Entry
from rems.sites.rules import was_there

NOBODY = (
    "The staff list of {} names nobody with your e-mail address today. "
    "The site coordinator adds you, or writes your address beside your name."
)


def by_key(keys: Collection[UUID]) -> dict[UUID, StaffMember]:
    """Several people of any site's staff, but for those who were entered by mistake."""
    query = select(StaffMember).where(StaffMember.id.in_(keys), ~StaffMember.mistaken)
    return {who.id: who for who in db.session.scalars(query)}


def mine(actor: Actor, site_id: UUID, on: date) -> StaffMember | None:
    """The person of the staff of that day who has the actor's e-mail address; None: there is none, or not one alone."""
    return the_one(_by_address(actor, {site_id}), on)


def mine_everywhere(actor: Actor) -> dict[UUID, list[StaffMember]]:
    """By site, where the actor may take training, the people of any day who have the actor's e-mail address."""
    where = {s for h in actor.holdings if Permission.TRAINING_SIGN in h.permissions for s in h.scopes}
    found: dict[UUID, list[StaffMember]] = {}
    for who in _by_address(actor, where):
        found.setdefault(who.scope_id, []).append(who)
    return found


def the_one(several: Iterable[StaffMember], on: date) -> StaffMember | None:
    """Who of them was there on that day; None: nobody, or not one alone."""
    there = [who for who in several if was_there(who.from_on, who.until_on, on)]
    return there[0] if len(there) == 1 else None


def _by_address(actor: Actor, site_ids: Collection[UUID]) -> list[StaffMember]:
    account = accounts.account_by_id(actor.id) if actor.id else None
    if account is None:
        return []
    query = select(StaffMember).where(
        StaffMember.scope_id.in_(site_ids),
        ~StaffMember.mistaken,
        func.lower(StaffMember.email) == folded(account.email),
    )
    return list(db.session.scalars(query))


def myself(actor: Actor, entry: Entry, on: date) -> StaffMember:
    """The same. Raises IllegalMove with what to do."""
    found = mine(actor, entry.site_id, on)
    if found is None:
        raise IllegalMove(NOBODY.format("this site"))
    return found


def link_holder(scope_id: UUID, site_id: UUID, name: str, timezone: str) -> Actor:
    """Who acts through a one-time link: a person without an account, in one site under one program."""
    return onetime.holder(name, {scope_id, site_id}, timezone, may={Permission.TRAINING_SIGN})
