"""Sign in, and manage accounts and what they hold."""

from datetime import date, datetime
from uuid import UUID

from rems.access import queries
from rems.access.models import Account, RoleGrant
from rems.access.passwords import UNSET, hashed
from rems.access.rules import (
    HELD_WORDS,
    ROLES,
    HeldFor,
    Permission,
    Role,
    check_email,
    folded,
    require,
)
from rems.access.steps import DOOR, TooSoon, attempt, keep_own_password
from rems.core.actor import Actor
from rems.core.db import transaction
from rems.core.errors import BadInput, NotAllowed, NotFound, StaleRecord
from rems.core.ids import uuid7


def sign_in(email: str, password: str, *, address: str, now: datetime) -> queries.Known:
    """Check a password and note the attempt, whether it succeeded or not.

    Raises TooSoon while the account or the address has to wait, NotAllowed when address and password do not fit.
    """
    with transaction(DOOR, "access.sign_in", at=now):
        account = attempt(email, password, address=address, now=now)
    if account is None:
        raise NotAllowed("This e-mail address and password do not fit together.")
    return account


def create_account(email: str, name: str, password: str | None, *, by: Actor, now: datetime) -> UUID:
    """Make an account that may do nothing yet; without a password nobody can sign in. Raises NotAllowed, BadInput."""
    require(by, Permission.ACCOUNT_MANAGE)
    email, name = folded(email), name.strip()
    check_email(email)
    if not name:
        raise BadInput("The name is missing: write it as it is printed under a signature.", "name")
    kept = UNSET if password is None else hashed(password)
    with transaction(by, "access.create_account", at=now) as session:
        if (taken := queries.account_by_email(email)) is not None:
            raise BadInput(_taken(taken), "email")
        account = Account(id=uuid7(), email=email, name=name, password_hash=kept)
        session.add(account)
    return account.id


def _taken(by: queries.Known) -> str:
    """An address names one person for ever (21 CFR 11.100(a)), also once the account is closed."""
    if by.active:
        return f"There is an account for {by.email} already."
    return f"{by.email} was {by.name}'s, whose account is closed. An address is never given to another person."


def rename(account_id: UUID, name: str, *, reason: str, version: int, by: Actor, now: datetime) -> None:
    """Change the name that is printed under signatures; what was signed keeps the name of its day.

    The identity is verified anew for the new name. Raises NotAllowed, NotFound, BadInput, StaleRecord.
    """
    require(by, Permission.ACCOUNT_MANAGE)
    name, reason = name.strip(), reason.strip()
    if not name:
        raise BadInput("The name is missing: write it as it is printed under a signature.", "name")
    if not reason:
        raise BadInput("The reason is missing: say why the name changes, such as a marriage.", "reason")
    with transaction(by, "access.rename", reason, at=now) as session:
        account = _account(session.get(Account, account_id, with_for_update=True))
        if account.version != version:
            raise StaleRecord(f"{account.name}'s account was changed by somebody else since you opened it.")
        if account.name == name:
            raise BadInput(f"{name} is the name already.", "name")
        account.name = name


def close_account(account_id: UUID, *, by: Actor, now: datetime) -> None:
    """Let an account sign in no more, and end its sessions. What it signed stays. Raises NotAllowed, NotFound."""
    require(by, Permission.ACCOUNT_MANAGE)
    with transaction(by, "access.close_account", at=now) as session:
        account = _account(session.get(Account, account_id))
        account.active = False
        account.session_stamp += 1


def end_sessions(account_id: UUID, *, by: Actor, now: datetime) -> None:
    """Sign an account out everywhere, such as after a lost device. Raises NotAllowed, NotFound."""
    require(by, Permission.ACCOUNT_MANAGE)
    with transaction(by, "access.end_sessions", at=now) as session:
        _account(session.get(Account, account_id)).session_stamp += 1


def grant(
    account_id: UUID,
    role: Role,
    *,
    site_id: UUID | None = None,
    program_id: UUID | None = None,
    from_on: date,
    until_on: date | None = None,
    by: Actor,
    now: datetime,
) -> UUID:
    """Let an account hold a role from a day to a day, both included. Raises NotAllowed, NotFound, BadInput."""
    require(by, Permission.ACCOUNT_MANAGE)
    fits = {
        HeldFor.SITE: site_id is not None and program_id is None,
        HeldFor.PROGRAM: program_id is not None and site_id is None,
        HeldFor.SITE_OR_PROGRAM: (site_id is None) != (program_id is None),
        HeldFor.SYSTEM: site_id is None and program_id is None,
    }
    spec = ROLES[role]
    if not fits[spec.held_for]:
        raise BadInput(f"{spec.title} is held for {HELD_WORDS[spec.held_for]}; name exactly that.", "role")
    if until_on is not None and until_on < from_on:
        raise BadInput("The last day is before the first; it is that day or a later one, or none.", "until_on")
    with transaction(by, "access.grant", at=now) as session:
        _account(session.get(Account, account_id))
        row = RoleGrant(
            id=uuid7(),
            account_id=account_id,
            role=role,
            site_id=site_id,
            program_id=program_id,
            from_on=from_on,
            until_on=until_on,
        )
        session.add(row)
    return row.id


def end_grant(grant_id: UUID, *, until_on: date, by: Actor, now: datetime) -> None:
    """Let a role end with a day, the last on which it counts. Raises NotAllowed, NotFound, BadInput."""
    require(by, Permission.ACCOUNT_MANAGE)
    with transaction(by, "access.end_grant", at=now) as session:
        found = session.get(RoleGrant, grant_id)
        if found is None:
            raise NotFound("There is no such role of an account.")
        if until_on < found.from_on:
            raise BadInput(f"The last day is before the first, {found.from_on:%-d %b %Y}.", "until_on")
        found.until_on = until_on


def set_password(account_id: UUID, password: str, *, by: Actor, now: datetime) -> None:
    """Give an account a first or a new password, and end its sessions. Raises NotAllowed, NotFound, BadInput."""
    require(by, Permission.ACCOUNT_MANAGE)
    kept = hashed(password)
    with transaction(by, "access.set_password", at=now) as session:
        account = _account(session.get(Account, account_id))
        account.password_hash = kept
        account.password_own, account.password_set_at = False, now
        account.session_stamp += 1


def recall_password(account_id: UUID, *, reason: str, by: Actor, now: datetime) -> None:
    """A password that is lost, or may be known to others, opens nothing any more (21 CFR 11.300(c)).

    Every session ends; an administrator gives a new first password. Raises NotAllowed, NotFound, BadInput.
    """
    require(by, Permission.ACCOUNT_MANAGE)
    if not reason.strip():
        raise BadInput("The reason is missing: say why the password is recalled.", "reason")
    with transaction(by, "access.recall_password", reason.strip(), at=now) as session:
        account = _account(session.get(Account, account_id))
        account.password_hash = UNSET
        account.password_own, account.password_set_at = False, now
        account.session_stamp += 1


def change_password(old: str, new: str, *, address: str, by: Actor, now: datetime) -> None:
    """Change one's own password (21 CFR 11.300(b)); every session ends, this one too.

    A wrong old one counts as a failed attempt and makes the next wait. Raises BadInput.
    """
    known = queries.account_by_id(by.id) if by.id else None
    if known is None:
        raise BadInput("Only a person who is signed in has a password.", "old")
    kept = hashed(new)
    try:
        with transaction(DOOR, "access.check_password", at=now):
            taken = attempt(known.email, old, address=address, now=now)
    except TooSoon as early:
        raise BadInput(early.sentence, "old") from early
    if taken is None:
        raise BadInput("This is not your password.", "old")
    with transaction(by, "access.change_password", at=now):
        keep_own_password(kept)


def _account(found: Account | None) -> Account:
    if found is None:
        raise NotFound("There is no such account.")
    return found
