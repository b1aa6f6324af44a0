"""Whether a person may sign now: identity, lock, password, and what was given in this session. Nothing here writes."""

from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, Select, func, literal_column, select

from rems.access.queries import Known
from rems.core.db import db
from rems.signatures.models import IdentityCheck, SigningAttempt, SigningLock
from rems.signatures.rules import Outcome, Signer, hindrance

NEVER: ColumnElement[datetime] = literal_column("timestamptz '-infinity'")


def setting(name: str) -> int:
    """A whole number of the settings on signing; 0 stands for none."""
    return int(current_app.extensions["rems_settings"].value("signing", name))


def hindered(account: Known, *, now: datetime) -> Outcome | None:
    """What keeps this person from signing at all, such as a lock; None: nothing."""
    max_days = setting("password_max_days") or None
    return hindrance(signer_of(account), max_days=max_days, now=now)


def signer_of(account: Known) -> Signer:
    """What decides whether this person may sign."""
    check = identity(account.id)
    return Signer(
        verified=check is not None and holds(check, account.name),
        locked=lock(account.id) is not None,
        password_own=account.password_own,
        password_set_at=account.password_set_at,
    )


def holds(check: IdentityCheck, name: str) -> bool:
    """Whether a check of identity stands, and was made for the name the account has now."""
    return not check.void and check.name == name


def identity(account_id: UUID) -> IdentityCheck | None:
    """The newest word on who a person is; it may be that an earlier one is taken back."""
    return db.session.scalars(_identities(account_id).limit(1)).one_or_none()


def identities(account_id: UUID) -> list[IdentityCheck]:
    """Every word on who a person is, the newest first."""
    return list(db.session.scalars(_identities(account_id)))


def _identities(account_id: UUID) -> Select[IdentityCheck]:
    order = IdentityCheck.recorded_at.desc(), IdentityCheck.id.desc()
    return select(IdentityCheck).where(IdentityCheck.account_id == account_id).order_by(*order)


def lock(account_id: UUID) -> SigningLock | None:
    """The lock that stands on an account's signing, if one does."""
    found = next(iter(locks(account_id, limit=1)), None)
    return found if found is not None and found.locked else None


def locks(account_id: UUID, *, limit: int = 50) -> list[SigningLock]:
    """How an account's signing was locked and unlocked, the newest first."""
    order = SigningLock.recorded_at.desc(), SigningLock.id.desc()
    query = select(SigningLock).where(SigningLock.account_id == account_id).order_by(*order)
    return list(db.session.scalars(query.limit(limit)))


def failures(account_id: UUID) -> int:
    """How often in a row password or address were wrong: since the last right ones, or since the last unlocking."""
    mine = SigningAttempt.account_id == account_id
    right = select(func.max(SigningAttempt.recorded_at)).where(mine, SigningAttempt.outcome == Outcome.RIGHT)
    unlocked = select(func.max(SigningLock.recorded_at)).where(
        SigningLock.account_id == account_id, SigningLock.locked.is_(False)
    )
    wrong = (
        select(func.count())
        .where(mine, SigningAttempt.outcome == Outcome.WRONG)
        .where(SigningAttempt.recorded_at > func.coalesce(right.scalar_subquery(), NEVER))
        .where(SigningAttempt.recorded_at > func.coalesce(unlocked.scalar_subquery(), NEVER))
    )
    return db.session.execute(wrong).scalar_one()


def goes_on(account_id: UUID, series: UUID | None) -> bool:
    """Whether this continuous session has a signing with all components already (21 CFR 11.200(a)(1)(i))."""
    if series is None:
        return False
    query = select(SigningAttempt.id).where(
        SigningAttempt.account_id == account_id,
        SigningAttempt.series == series,
        SigningAttempt.outcome == Outcome.RIGHT,
        SigningAttempt.whole.is_(True),
    )
    return db.session.scalars(query.limit(1)).one_or_none() is not None
