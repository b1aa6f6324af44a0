"""Look up accounts, what they hold, and how often an attempt failed. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text

from rems.access.models import RoleGrant
from rems.access.rules import GRANTS, ROLES, Permission, Role, folded
from rems.access.waiting import Failures
from rems.core.actor import Actor, ActorKind, Holding
from rems.core.db import db

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Known:
    """What sign-in needs to know of an account; the hash goes no further than the check."""

    id: UUID
    email: str
    name: str
    password_hash: str
    active: bool
    session_stamp: int


def account_by_email(email: str) -> Known | None:
    """The account of that address, through the owner's look-up function: nobody is signed in yet."""
    row = db.session.execute(text("select * from access_account(:email, null)"), {"email": folded(email)}).one_or_none()
    return Known(*row) if row else None


def account_by_id(account_id: UUID) -> Known | None:
    """The account of that key, through the same function."""
    row = db.session.execute(text("select * from access_account(null, :id)"), {"id": account_id}).one_or_none()
    return Known(*row) if row else None


def actor_of(account: Known, *, at: datetime) -> Actor:
    """The account as an actor at that moment (UTC), with the scopes and programs of each role it holds then.

    A role held for a site counts from a day to a day of the site's own calendar.
    """
    rows = db.session.execute(text("select * from access_holdings(:id, :at)"), {"id": account.id, "at": at}).all()
    holdings = tuple(
        Holding(
            role=row.role,
            permissions=frozenset(GRANTS[Role(row.role)]),
            scopes=frozenset(row.scopes or ()),
            programs=frozenset([row.program_id] if row.program_id else ()),
            timezone=row.timezone,
        )
        for row in rows
    )
    titles = [ROLES[Role(h.role)].title.lower() for h in holdings]
    return Actor(ActorKind.PERSON, account.id, account.name, ", ".join(dict.fromkeys(titles)) or "no role", holdings)


def failures(email: str, address: str, *, now: datetime) -> tuple[Failures, Failures]:
    """Failed attempts: in a row for the account (of a day), and of a quarter of an hour from the address."""
    row = db.session.execute(
        text("select * from access_failures(:email, :address, :since)"),
        {"email": folded(email), "address": address, "since": now - WINDOW},
    ).one()
    return Failures(row.account_failures, row.account_failed_at), Failures(row.address_failures, row.address_failed_at)


def grants_of(account_id: UUID) -> list[RoleGrant]:
    """Every grant of the account, newest first, ended ones too."""
    return list(
        db.session.scalars(
            select(RoleGrant).where(RoleGrant.account_id == account_id).order_by(RoleGrant.from_on.desc())
        )
    )


def scopes_with(actor: Actor, permission: Permission) -> frozenset[UUID]:
    """The scopes in which the actor holds the permission."""
    return frozenset(s for h in actor.holdings if permission in h.permissions for s in h.scopes)
