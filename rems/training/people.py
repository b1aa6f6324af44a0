"""Which person of a site's staff somebody is who is signed in, or who holds a link."""

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


def mine(actor: Actor, site_id: UUID, on: date) -> StaffMember | None:
    """The person of the staff of that day who has the actor's e-mail address; None: there is none, or not one alone."""
    account = accounts.account_by_id(actor.id) if actor.id else None
    if account is None:
        return None
    query = select(StaffMember).where(
        StaffMember.scope_id == site_id,
        ~StaffMember.mistaken,
        func.lower(StaffMember.email) == folded(account.email),
    )
    there = [p for p in db.session.scalars(query) if was_there(p.from_on, p.until_on, on)]
    return there[0] if len(there) == 1 else None


def myself(actor: Actor, entry: Entry, on: date) -> StaffMember:
    """The same. Raises IllegalMove with what to do."""
    found = mine(actor, entry.site_id, on)
    if found is None:
        raise IllegalMove(NOBODY.format("this site"))
    return found


def link_holder(scope_id: UUID, site_id: UUID, name: str, timezone: str) -> Actor:
    """Who acts through a one-time link: a person without an account, in one site under one program."""
    return onetime.holder(name, {scope_id, site_id}, timezone, may={Permission.TRAINING_SIGN})
