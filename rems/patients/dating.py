"""Record the steps on the way to the infusion, and how a patient stands in the study."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from rems.core.actor import Actor
from rems.core.db import transaction
from rems.core.errors import BadInput
from rems.patients import milestones, recording, records
from rems.patients.milestones import StudyStatus, dated
from rems.patients.rules import MILESTONES, FactKind


def record_milestone(
    patient_id: UUID,
    kind: FactKind,
    *,
    holds_on: date,
    place: str = "",
    order: str = "",
    regimen: str = "",
    slot_on: date | None = None,
    ends_on: date | None = None,
    by: Actor,
    now: datetime,
) -> UUID:
    """A step happened on a day; a manufacturing slot was confirmed on it for `slot_on`, which may lie ahead.

    `place` is who referred or where cells were collected, `order` the manufacturer's number, `ends_on` the last day of
    lymphodepletion. Raises NotFound, NotAllowed, BadInput with the field, also for a day out of order.
    """
    records.check_kind(kind, MILESTONES)
    with transaction(by, "patients.record_milestone", at=now):
        at = recording.open_record(patient_id, by=by, now=now)
        recording.check_day(at, kind, holds_on)
        detail: dict[str, Any] = {}
        if kind is FactKind.MANUFACTURING_SLOT:
            if slot_on is None:
                raise BadInput(
                    "Day of the slot is missing: write the day on which manufacturing is to begin.", "slot_on"
                )
            milestones.check_slot(slot_on, confirmed_on=holds_on)
            detail["slot_on"] = slot_on.isoformat()
        if kind is FactKind.LYMPHODEPLETION and ends_on is not None:
            milestones.check_end(holds_on, ends_on)
            detail["ends_on"] = ends_on.isoformat()
        field = "slot_on" if kind is FactKind.MANUFACTURING_SLOT else "holds_on"
        recording.check_order(at, kind, dated(holds_on, detail), field)
        told = {"place": place, "order": order, "regimen": regimen}
        detail |= {name: " ".join(words.split()) for name, words in told.items() if words.strip()}
        row = recording.keep(at, kind, holds_on, detail)
    return row.id


def record_study_status(patient_id: UUID, status: StudyStatus, *, holds_on: date, by: Actor, now: datetime) -> UUID:
    """How the patient stands in the study from that day on. Raises NotFound, NotAllowed, BadInput."""
    with transaction(by, "patients.record_study_status", at=now):
        at = recording.open_record(patient_id, by=by, now=now)
        recording.check_day(at, FactKind.STUDY_STATUS, holds_on)
        row = recording.keep(at, FactKind.STUDY_STATUS, holds_on, {"status": status.value})
    return row.id
