"""Report an adverse event and assess it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.db import transaction
from rems.core.errors import BadInput, StaleRecord
from rems.core.states import next_state
from rems.events import queries
from rems.events.opening import Happening, note_case, open_event
from rems.events.rules import Outcome, Seriousness, check_outcome
from rems.events.steps import rebuild_deadlines
from rems.patients import queries as patients
from rems.sites import queries as sites

__all__ = ["Happening", "assess", "report"]


def report(patient_id: UUID, happened: Happening, *, by: Actor, now: datetime) -> UUID:
    """Report one adverse event of a patient; day zero is fixed and every clock of the program starts.

    Raises NotFound, NotAllowed, BadInput with the field.
    """
    with transaction(by, "events.report", at=now):
        patient = patients.patient(by, patient_id)
        require(by, Permission.EVENT_REPORT, scope_id=patient.scope_id, program_id=patient.program_id)
        row = open_event(patient, happened, by=by, now=now)
    return row.id


def assess(
    event_id: UUID, *, expected: bool, seriousness: Sequence[Seriousness], reason: str, by: Actor, now: datetime
) -> UUID:
    """Judge expectedness and seriousness of an event; a new state supersedes the old, its clocks are worked out anew.

    Day zero stays: it is re-assessment of what was known. Raises NotFound, NotAllowed, BadInput, StaleRecord.
    """
    if not reason.strip():
        raise BadInput("Reason is missing: say against which reference safety information it was judged.", "reason")
    with transaction(by, "events.assess", reason.strip(), at=now):
        old = queries.event(by, event_id)
        require(by, Permission.EVENT_ASSESS, scope_id=old.scope_id, program_id=old.program_id)
        if old.id != event_id:
            raise StaleRecord("This event was assessed by somebody else since you opened it.")
        check_outcome(seriousness, Outcome(old.outcome), old.grade)
        row = next_state(old, expected=expected, seriousness=[str(s) for s in seriousness])
        rebuild_deadlines(row)
        if not old.seriousness:
            note_case(row, sites.entry_of_scope(by, row.scope_id).site_id)
    return row.id
