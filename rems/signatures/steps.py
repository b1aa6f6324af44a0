"""Sign a record inside the open transaction of the use case that makes it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from rems.access import queries as accounts
from rems.access.steps import DOOR, TooSoon, attempt
from rems.core.actor import Actor
from rems.core.db import db, history_is_entered, require_transaction, transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.signatures.models import Signature
from rems.signatures.rules import Meaning, digest_of


def check_password(by: Actor, password: str | None, *, now: datetime) -> None:
    """The second component of a signature (21 CFR 11.200(a)(1)): the signer types the password again. Raises BadInput.

    Called before the transaction that signs, and noted in one of its own like an attempt to sign in: wrong ones make
    the next wait (21 CFR 11.300(d)). None passes only while the owner enters history, where nobody can type.
    """
    if password is None and history_is_entered():
        return
    account = accounts.account_by_id(by.id) if by.id else None
    if account is None:
        raise BadInput("Only a person who is signed in can sign.", "password")
    try:
        with transaction(DOOR, "signatures.check_password", at=now):
            taken = attempt(account.email, password or "", address=f"signature of {account.id}", now=now)
    except TooSoon as early:
        raise BadInput(early.sentence, "password") from early
    if taken is None:
        raise BadInput("This is not your password. A signature needs it again.", "password")


def sign(
    content: Mapping[str, Any],
    *,
    table: str,
    subject_id: UUID,
    scope_id: UUID,
    program_id: UUID | None,
    meaning: Meaning,
    statement: str,
    timezone: str,
    by: Actor,
    at: datetime,
) -> Signature:
    """Bind a person, a meaning and a moment to the digest of `content` (21 CFR 11.50, 11.70).

    The caller checked the password with `check_password`. `timezone` is the IANA name of the place, for print.
    """
    require_transaction("signing")
    signature = Signature(
        id=uuid7(),
        scope_id=scope_id,
        program_id=program_id,
        account_id=by.id,
        printed_name=by.name,
        role=by.role,
        meaning=meaning,
        statement=statement,
        subject_table=table,
        subject_id=subject_id,
        digest=digest_of(content),
        timezone=timezone,
    )
    db.session.add(signature)
    return signature
