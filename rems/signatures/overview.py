"""What administrators look at about signing: locks, refused attempts, who is not verified. Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from rems.access.models import Account, RoleGrant
from rems.access.rules import SIGNING_ROLES
from rems.core.db import db
from rems.signatures.models import IdentityCheck, SigningAttempt, SigningLock
from rems.signatures.rules import ALARMING, Outcome

LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Refused:
    """One refused attempt, and whose it was."""

    attempt: SigningAttempt
    account_id: UUID
    name: str


@dataclass(frozen=True)
class Watch:
    """What waits for an administrator: locked accounts, how many attempts were refused lately, who cannot sign yet."""

    locked: Sequence[Account]
    refused: int
    unverified: Sequence[Account]

    @property
    def calm(self) -> bool:
        return not (self.locked or self.refused or self.unverified)


def watch(*, on: date, now: datetime) -> Watch:
    """All that an administrator should know of today."""
    lately = SigningAttempt.recorded_at > now - LOOK_BACK
    refused = db.session.scalar(select(func.count()).where(_alarming(), lately)) or 0
    return Watch(locked(), refused, unverified(on=on))


def locked() -> list[Account]:
    """The open accounts whose signing is locked, by name."""
    newest = _newest(SigningLock, SigningLock.account_id, SigningLock.locked).subquery()
    query = select(Account).join(newest, newest.c.account_id == Account.id).where(newest.c.locked, Account.active)
    return list(db.session.scalars(query.order_by(Account.name, Account.id)))


def unverified(*, on: date) -> list[Account]:
    """The open accounts that hold a role which signs on that day, and whose identity is not verified; by name."""
    signs = select(RoleGrant.account_id).where(
        RoleGrant.role.in_(SIGNING_ROLES),
        RoleGrant.from_on <= on,
        RoleGrant.until_on.is_(None) | (RoleGrant.until_on >= on),
    )
    query = select(Account).where(Account.active, Account.id.in_(signs), Account.id.not_in(_verified()))
    return list(db.session.scalars(query.order_by(Account.name, Account.id)))


def verified(accounts: Sequence[Account]) -> Mapping[UUID, bool]:
    """Of each account, whether its identity is verified for the name it has."""
    keys = [a.id for a in accounts]
    found = set(db.session.scalars(_verified().where(Account.id.in_(keys))))
    return {key: key in found for key in keys}


def _verified() -> Select[UUID]:
    """The keys of the accounts whose newest check of identity stands, for the name they have now."""
    check = IdentityCheck
    newest = _newest(check, check.account_id, check.name, check.void).subquery()
    here = select(Account.id).join(newest, newest.c.account_id == Account.id)
    return here.where(~newest.c.void, newest.c.name == Account.name)


def _newest(table: type[IdentityCheck] | type[SigningLock], *columns: Any) -> Select[Any]:
    """Of each account the newest row."""
    order = table.account_id, table.recorded_at.desc(), table.id.desc()
    return select(*columns).ext(distinct_on(table.account_id)).order_by(*order)


def refused(*, account_id: UUID | None = None, number: int = 1, size: int = 50) -> tuple[list[Refused], int]:
    """One page of the refused attempts, the newest first, and how many there are; of one account or of all."""
    query = select(SigningAttempt, Account.id, Account.name).join(Account, Account.id == SigningAttempt.account_id)
    query = query.where(SigningAttempt.outcome != Outcome.RIGHT)
    if account_id is not None:
        query = query.where(SigningAttempt.account_id == account_id)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(SigningAttempt.recorded_at.desc(), SigningAttempt.id.desc())
    rows = db.session.execute(ordered.limit(size).offset((number - 1) * size))
    return [Refused(*row) for row in rows], total


def _alarming() -> ColumnElement[bool]:
    return SigningAttempt.outcome.in_(ALARMING)
