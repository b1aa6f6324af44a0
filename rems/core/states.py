"""Keep a record that goes through states: each is a row of its own, and the old one stays as it was."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text

from rems.core.db import Kept, db
from rems.core.ids import uuid7

CHANGED = "Somebody else changed this since you opened it. Look at it as it stands now."
TURN = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
OWN = frozenset({"id", "recorded_at", "recorded_by", "supersedes_id"})
F = TypeVar("F", bound=Kept)


def take_turn(what: str, key: UUID) -> None:
    """Whoever works on the same thing at the same moment goes one after the other, until the transaction ends."""
    db.session.execute(TURN, {"key": f"{what} {key}"})
    db.session.expire_all()


def in_place_of(old: F, **changed: Any) -> F:
    """The row that supersedes one: as it was, but for what changed. It is not added to the session yet."""
    kind: Any = type(old)
    kept = {c.key: getattr(old, c.key) for c in kind.__mapper__.column_attrs if c.key not in OWN | set(changed)}
    row: F = kind(id=uuid7(), supersedes_id=old.id, **kept, **changed)
    return row


def next_state(old: F, **changed: Any) -> F:
    """The next state of a record, with what changed; the old one stays as it was."""
    row = in_place_of(old, **changed)
    db.session.add(row)
    return row
