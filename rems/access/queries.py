"""Look up accounts, what they hold, and how often an attempt failed. Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text

from rems.access.models import Account, RoleGrant
from rems.access.rules import GRANTS, ROLES, Permission, Role, folded
from rems.access.waiting import Failures
from rems.core.actor import Actor, ActorKind, Holding
from rems.core.db import db
from rems.core.errors import NotFound

WINDOW = timedelta(minutes=15)
NAMES = text("""
select name, min(moment) from (
  select after ->> 'name' as name, moment, sum(changed) over (order by id) as turn from (
    select id, moment, after, case when before ->> 'name' is distinct from after ->> 'name' then 1 else 0 end as changed
    from trail.entry where table_name = 'account' and row_key = :key and after is not null
  ) as each_change
) as each_name group by turn, name order by min(moment)
""")


@dataclass(frozen=True)
class Known:
    """What sign-in and signing need to know of an account; the hash goes no further than the check.

    `password_own`: its owner set the password, so that nobody else knows it.
    """

    id: UUID
    email: str
    name: str
    password_hash: str
    active: bool
    session_stamp: int
    password_own: bool
    password_set_at: datetime


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


def holders(role: Role, *, on: date) -> list[Account]:
    """The open accounts that hold a role on a day, by name; only for those who may see accounts."""
    query = select(Account).where(
        Account.active,
        Account.id.in_(
            select(RoleGrant.account_id).where(
                RoleGrant.role == role,
                RoleGrant.from_on <= on,
                RoleGrant.until_on.is_(None) | (RoleGrant.until_on >= on),
            )
        ),
    )
    return list(db.session.scalars(query.order_by(Account.name, Account.id)))


@dataclass(frozen=True)
class Named:
    """A name that an account has had, and since when (UTC)."""

    name: str
    since: datetime


def names(account_id: UUID) -> list[Named]:
    """Every name of an account, the oldest first; the trail keeps them."""
    rows = db.session.execute(NAMES, {"key": str(account_id)})
    return [Named(*row) for row in rows]


@dataclass(frozen=True)
class NamedSite:
    """What an administrator knows of a site: enough to give a role for it."""

    id: UUID
    name: str
    city: str
    country: str


def sites_to_name() -> list[NamedSite]:
    """Every site by name, for an administrator alone; anybody else gets none."""
    return [NamedSite(*row) for row in db.session.execute(text("select * from access_sites()"))]


def accounts(*, text_: str = "", number: int = 1, size: int = 50) -> tuple[list[Account], int]:
    """One page of the accounts whose name or address holds the text, by name, and how many there are."""
    query = select(Account)
    if words := text_.strip().lower():
        query = query.where(func.lower(Account.name).contains(words) | Account.email.contains(words))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.scalars(query.order_by(Account.name, Account.id).limit(size).offset((number - 1) * size))
    return list(rows), total


def account(account_id: UUID) -> Account:
    """One account, for those who manage them. Raises NotFound."""
    found = db.session.get(Account, account_id)
    if found is None:
        raise NotFound("There is no such account.")
    return found


def grants(account_ids: Collection[UUID]) -> dict[UUID, list[RoleGrant]]:
    """The grants of each account, in the order in which they began."""
    query = select(RoleGrant).where(RoleGrant.account_id.in_(account_ids)).order_by(RoleGrant.from_on, RoleGrant.id)
    found: dict[UUID, list[RoleGrant]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.account_id, []).append(row)
    return found


def scopes_with(actor: Actor, permission: Permission) -> frozenset[UUID]:
    """The scopes in which the actor holds the permission."""
    return frozenset(s for h in actor.holdings if permission in h.permissions for s in h.scopes)
