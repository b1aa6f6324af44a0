"""Sign a record inside the open transaction of the use case that makes it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from rems.access import queries as accounts
from rems.access.queries import Known
from rems.access.rules import folded
from rems.access.steps import DOOR, TURN, TooSoon, attempt
from rems.core.actor import Actor
from rems.core.db import db, history_is_entered, require_transaction, transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.signatures import standing
from rems.signatures.binding import bound, sha256_of
from rems.signatures.models import Signature, SigningAttempt, SigningLock
from rems.signatures.rules import ALARMING, REFUSALS, Components, Given, Meaning, Outcome
from rems.work.engine import defer

ALONE = "This is not your password. A signature needs it again."


def check_password(by: Actor, given: Given, *, now: datetime) -> None:
    """The components of a signature (21 CFR 11.200(a)(1)): the signer gives them anew. Raises BadInput.

    Called before the transaction that signs, and noted in one of its own whatever comes of it (21 CFR 11.300(d)).
    A page hands on what its form asked (`form.components`). A password as text is that of a caller without a session,
    who named the account already. None passes only while the owner enters history, where nobody can type.
    """
    if given is None and history_is_entered():
        return
    account = accounts.account_by_id(by.id) if by.id else None
    if account is None:
        raise BadInput("Only a person who is signed in can sign.", "password")
    offered = given if isinstance(given, Components) else Components(given or "", account.email)
    with transaction(DOOR, "signatures.check_password", at=now):
        outcome, sentence = _hear(account, offered, now=now)
        _note(account.id, outcome, offered)
    if outcome != Outcome.RIGHT:
        raise BadInput(sentence, "signer" if outcome == Outcome.INCOMPLETE else "password")


def _hear(account: Known, offered: Components, *, now: datetime) -> tuple[Outcome, str]:
    """What becomes of an attempt, and what its signer is told. Attempts of one account take their turn."""
    db.session.execute(TURN, {"email": account.email})
    if (hindered := standing.hindered(account, now=now)) is not None:
        return hindered, REFUSALS[hindered]
    if not offered.whole and not standing.goes_on(account.id, offered.series):
        return Outcome.INCOMPLETE, REFUSALS[Outcome.INCOMPLETE]
    own = offered.email is None or folded(offered.email) == account.email
    try:
        taken = attempt(account.email, offered.password if own else "", address=f"signature of {account.id}", now=now)
    except TooSoon as early:
        return Outcome.TOO_SOON, early.sentence
    if taken is not None:
        return Outcome.RIGHT, ""
    return Outcome.WRONG, REFUSALS[Outcome.WRONG] if offered.email is not None and not own else ALONE


def _note(account_id: UUID, outcome: Outcome, offered: Components) -> None:
    """Keep an attempt; after too many wrong ones lock the signing; tell the administrators of what may be misuse."""
    row = SigningAttempt(id=uuid7(), account_id=account_id, outcome=outcome, whole=offered.whole, series=offered.series)
    db.session.add(row)
    db.session.flush()
    most = standing.setting("lock_after")
    if outcome == Outcome.WRONG and standing.failures(account_id) >= most:
        why = f"{most} failed attempts to sign in a row"
        db.session.add(SigningLock(id=uuid7(), account_id=account_id, locked=True, reason=why))
    if outcome in ALARMING:
        defer("signatures.report", queue="mail", attempt_id=row.id)


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
    """Bind a person, a meaning and a moment to `content`, which is kept beside its digest (21 CFR 11.50, 11.70).

    The caller checked the components with `check_password`. `timezone` is the IANA name of the place, for print.
    """
    require_transaction("signing")
    text = bound(
        content,
        table=table,
        subject_id=subject_id,
        signer=by.id,
        name=by.name,
        role=by.role,
        meaning=meaning,
        statement=statement,
    )
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
        digest=sha256_of(text),
        timezone=timezone,
        content=text,
    )
    db.session.add(signature)
    return signature
