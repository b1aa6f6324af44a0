"""Sign in, and manage accounts and what they hold."""

from datetime import date, datetime
from uuid import UUID

from rems.access import queries
from rems.access.models import Account, RoleGrant, SignIn
from rems.access.passwords import hashed, matches
from rems.access.rules import ROLES, HeldFor, Permission, Role, may_try_at, require
from rems.core.actor import Actor
from rems.core.db import transaction
from rems.core.errors import BadInput, NotAllowed
from rems.core.ids import uuid7

DOOR = Actor.system("sign-in")


class TooSoon(NotAllowed):
    """The next attempt is not heard yet; `seconds` says how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many attempts. Wait {seconds} seconds, then try again.")
        self.seconds = seconds


def sign_in(email: str, password: str, *, address: str, now: datetime) -> queries.Known:
    """Check a password and note the attempt, in a transaction of its own, whether it succeeded or not.

    Raises TooSoon while the account or the address has to wait, NotAllowed when address and password do not fit.
    """
    failed = queries.failures(email, address, now=now)
    from_then = may_try_at(
        account_failures=failed.account, address_failures=failed.address, last_failed_at=failed.last_failed_at
    )
    if from_then and now < from_then:
        raise TooSoon(int((from_then - now).total_seconds()) + 1)
    account = queries.account_by_email(email)
    right = matches(password, account.password_hash if account else None)
    succeeded = right and account is not None and account.active
    with transaction(DOOR, "access.sign_in", "signed in" if succeeded else "refused", at=now) as session:
        session.add(
            SignIn(
                email=email.strip().lower()[:254],
                account_id=account.id if account else None,
                address=address,
                succeeded=succeeded,
            )
        )
    if not succeeded or account is None:
        raise NotAllowed("This e-mail address and password do not fit together.")
    return account


def create_account(email: str, name: str, password: str, *, by: Actor, now: datetime) -> UUID:
    """Make an account that can sign in but may do nothing yet. Raises NotAllowed, BadInput."""
    require(by, Permission.ACCOUNT_MANAGE)
    email = email.strip().lower()
    if queries.account_by_email(email):
        raise BadInput(f"There is an account for {email} already.", "email")
    with transaction(by, "access.create_account", at=now) as session:
        account = Account(id=uuid7(), email=email, name=name.strip(), password_hash=hashed(password))
        session.add(account)
    return account.id


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
    """Let an account hold a role from a day to a day. Raises NotAllowed, BadInput when the role is held for something else."""
    require(by, Permission.ACCOUNT_MANAGE)
    fits = {
        HeldFor.SITE: site_id is not None and program_id is None,
        HeldFor.PROGRAM: program_id is not None and site_id is None,
        HeldFor.SITE_OR_PROGRAM: (site_id is None) != (program_id is None),
        HeldFor.SYSTEM: site_id is None and program_id is None,
    }
    spec = ROLES[role]
    if not fits[spec.held_for]:
        raise BadInput(f"{spec.title} is held for a {spec.held_for}; name exactly that.", "role")
    with transaction(by, "access.grant", at=now) as session:
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
