"""A hospital with a stock, and patients who are put in directly: their floor stands above this one."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from rems.core.actor import Actor
from rems.core.db import transaction
from rems.core.ids import uuid7
from rems.patients.models import Patient
from rems.stock import actions, steps
from rems.stock.rules import Pick
from tests.factories import Hospital, World
from tests.rows import past_all_checks, put, row_of


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital()


@pytest.fixture
def receive(hospital: Hospital, now: datetime) -> Callable[..., UUID]:
    """Receive a lot at the hospital: 4 vials of 400 mg today, good for a year, unless said otherwise."""

    def lot(name: str = "B7731", *, by: Actor | None = None, **said: Any) -> UUID:
        given = {"strength_mg": 400, "vials": 4, "holds_on": now.date(), "location_id": hospital.location_id} | said
        given.setdefault("expires_on", given["holds_on"] + timedelta(days=365))
        return actions.receive(hospital.site_id, lot=name, by=by or hospital.coordinator, now=now, **given)

    return lot


@pytest.fixture
def patient(superuser: psycopg.Connection, hospital: Hospital) -> Callable[..., UUID]:
    """A patient of the hospital, by number."""

    def enrolled(number: str = "HL-0464", *, of: Hospital = hospital) -> UUID:
        key = uuid7()
        row = row_of(
            Patient.__table__, id=key, scope_id=of.scope_id, number=number, folded=number, enrolled_on=date(2026, 1, 2)
        )
        with past_all_checks(superuser):
            put(superuser, Patient.__table__, row)
        return key

    return enrolled


@pytest.fixture
def reserve(hospital: Hospital, now: datetime) -> Callable[..., tuple[Pick, ...]]:
    """Hold doses for a patient from today on, for 75 kg unless said otherwise."""

    def hold(
        patient_id: UUID,
        doses: int = 2,
        *,
        on: date | None = None,
        weight_kg: int = 75,
        location_id: UUID | None = None,
    ) -> tuple[Pick, ...]:
        said: dict[str, Any] = {"doses": doses, "weight_kg": weight_kg, "location_id": location_id}
        with transaction(hospital.coordinator, "test.reserve", at=now):
            return steps.reserve(hospital.site_id, patient_id, **said, holds_on=on or now.date())

    return hold
