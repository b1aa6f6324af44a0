"""What an administrator does about signers: verify who they are, take that back, unlock their signing."""

from datetime import date, datetime
from uuid import UUID

from rems.access import queries as accounts
from rems.access.queries import Known
from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, NotFound
from rems.core.ids import uuid7
from rems.signatures import standing
from rems.signatures.models import IdentityCheck, SigningLock
from rems.signatures.rules import Way


def verify_identity(
    account_id: UUID,
    *,
    way: Way,
    document: str,
    verified_by: str,
    verified_on: date,
    by: Actor,
    now: datetime,
) -> UUID:
    """Record that somebody made sure who a person is, which their first signature needs (21 CFR 11.100(b)).

    It holds for the name the account has now. Nobody records it of themselves. Raises NotAllowed, NotFound, BadInput.
    """
    require(by, Permission.ACCOUNT_MANAGE)
    document, verified_by = document.strip(), verified_by.strip()
    if not document:
        raise BadInput("What was seen is missing: name the kind of document, such as a passport.", "document")
    if not verified_by:
        raise BadInput("Who verified it is missing: give name and function of who looked.", "verified_by")
    if verified_on > day_in(by.timezone, now):
        raise BadInput("On: this day is still to come; give the day on which somebody looked.", "verified_on")
    with transaction(by, "signatures.verify_identity", at=now) as session:
        person = _person(account_id, by, "Your own identity is verified by another administrator.")
        if person.name.casefold() in verified_by.casefold():
            raise BadInput(f"{person.name} cannot verify their own identity; name who looked.", "verified_by")
        row = IdentityCheck(
            id=uuid7(),
            account_id=account_id,
            name=person.name,
            way=way,
            document=document,
            verified_by=verified_by,
            verified_on=verified_on,
            recorder_id=by.id,
        )
        session.add(row)
    return row.id


def withdraw_identity(account_id: UUID, *, reason: str, by: Actor, now: datetime) -> UUID:
    """Take back a check of identity that was mistaken; what was signed stays. Raises NotAllowed, NotFound, BadInput."""
    require(by, Permission.ACCOUNT_MANAGE)
    with transaction(by, "signatures.withdraw_identity", _reason(reason), at=now) as session:
        person = _person(account_id, by, "Your own identity is another administrator's to judge.")
        old = standing.identity(account_id)
        if old is None or old.void:
            raise BadInput(f"{person.name}'s identity is not verified, so there is nothing to take back.", "reason")
        same = {name: getattr(old, name) for name in ("name", "way", "document", "verified_by", "verified_on")}
        row = IdentityCheck(
            id=uuid7(), account_id=account_id, **same, void=True, reason=reason.strip(), recorder_id=by.id
        )
        session.add(row)
    return row.id


def unlock(account_id: UUID, *, reason: str, by: Actor, now: datetime) -> UUID:
    """Let an account sign again after its signing was locked. Nobody unlocks their own.

    Raises NotAllowed, NotFound, BadInput.
    """
    require(by, Permission.ACCOUNT_MANAGE)
    with transaction(by, "signatures.unlock", _reason(reason), at=now) as session:
        person = _person(account_id, by, "Your own signing is unlocked by another administrator.")
        if standing.lock(account_id) is None:
            raise BadInput(f"{person.name}'s signing is not locked.", "reason")
        row = SigningLock(id=uuid7(), account_id=account_id, locked=False, reason=reason.strip())
        session.add(row)
    return row.id


def _reason(given: str) -> str:
    if not given.strip():
        raise BadInput("The reason is missing: say what you made sure of.", "reason")
    return given.strip()


def _person(account_id: UUID, by: Actor, own: str) -> Known:
    found = accounts.account_by_id(account_id)
    if found is None:
        raise NotFound("There is no such account.")
    if by.id == account_id:
        raise BadInput(own)
    return found
