"""Keep the states of compliance records inside the open transaction of the use case that makes them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text

from rems.compliance.models import Deviation
from rems.compliance.rules import DeviationSeverity, DeviationSource
from rems.core.db import Fact, db, require_transaction
from rems.core.ids import uuid7
from rems.sites.queries import Entry

CHANGED = "Somebody else changed this since you opened it. Look at it as it stands now."
TURN = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
OWN = frozenset({"id", "recorded_at", "recorded_by", "supersedes_id"})
F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Happened:
    """What is said of a deviation. `found_on` is a day of the site; `requirement_code` and `reference` may be empty."""

    source: DeviationSource
    severity: DeviationSeverity
    found_on: date
    summary: str
    immediate_action: str
    requirement_code: str = ""
    reference: str = ""


def take_turn(what: str, key: UUID) -> None:
    """Whoever works on the same thing at the same moment goes one after the other, until the transaction ends."""
    db.session.execute(TURN, {"key": f"{what} {key}"})
    db.session.expire_all()


def open_deviation(entry: Entry, happened: Happened) -> Deviation:
    """A new deviation of an entry; what it says was checked by the caller."""
    require_transaction("opening a deviation")
    key = uuid7()
    row = Deviation(
        id=key,
        root_id=key,
        scope_id=entry.scope_id,
        program_id=entry.program_id,
        holds_on=happened.found_on,
        source=happened.source,
        severity=happened.severity,
        requirement_code=happened.requirement_code,
        reference=happened.reference,
        summary=happened.summary,
        immediate_action=happened.immediate_action,
        root_cause="",
        closed_on=None,
    )
    db.session.add(row)
    return row


def next_state(old: F, **changed: Any) -> F:
    """The next state of a record, with what changed; the old one stays as it was."""
    kind: Any = type(old)
    kept = {c.key: getattr(old, c.key) for c in kind.__mapper__.column_attrs if c.key not in OWN | set(changed)}
    row: F = kind(id=uuid7(), supersedes_id=old.id, **kept, **changed)
    db.session.add(row)
    return row
