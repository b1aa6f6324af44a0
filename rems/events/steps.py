"""The cache of deadlines: one function rebuilds it, inside an open transaction."""

from uuid import UUID, uuid5

from sqlalchemy import delete, insert, select

from rems.core.db import db, require_transaction
from rems.events import queries
from rems.events.models import AdverseEvent, DeadlineRow

DEADLINES = UUID("5c1f4f0e-6d0b-4f0a-9a57-3f6f0b0e7d11")


def deadline_key(case_number: str, code: str) -> UUID:
    """The key of a clock of a case: the same after each rebuilding, so that nobody is reminded of it twice."""
    return uuid5(DEADLINES, f"{case_number} {code}")


def rebuild_deadlines(row: AdverseEvent) -> int:
    """Work out the deadlines of a case anew from its state in force and the rules. Returns how many have a due day."""
    require_transaction("rebuilding deadlines")
    db.session.flush()
    states = select(AdverseEvent.id).where(AdverseEvent.case_number == row.case_number)
    db.session.execute(
        delete(DeadlineRow).where(DeadlineRow.event_id.in_(states)), execution_options={"synchronize_session": False}
    )
    found = [
        {
            "id": deadline_key(row.case_number, clock.code),
            "scope_id": row.scope_id,
            "program_id": row.program_id,
            "event_id": row.id,
            "code": clock.code,
            "due_on": clock.due_on,
            "cite": clock.cite,
            "what": clock.what,
            "condition": clock.condition,
        }
        for clock in queries.clocks_of(row)
        if clock.due_on is not None
    ]
    if found:
        db.session.execute(insert(DeadlineRow), found)
    return len(found)
