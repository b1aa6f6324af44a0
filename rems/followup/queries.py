"""Stub: see the contract."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rems.core.actor import Actor


@dataclass(frozen=True)
class DueVisit:
    """A visit whose window closes soon, or has closed unrecorded."""

    patient_id: UUID
    patient_number: str
    code: str
    title: str
    opens_on: date | None
    target_on: date
    closes_on: date | None


def due(actor: Actor, today: date, days: int) -> list[DueVisit]:
    return []
